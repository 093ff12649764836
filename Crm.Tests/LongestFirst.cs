using Crm.Tests.Commands;
using Crm.Tests.Connector.Tryton;
using Crm.Tests.Features.Mail;
using Crm.Tests.Features.Notifications;
using Crm.Tests.Mirror;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

[assembly: TestCollectionOrderer(typeof(Crm.Tests.LongestFirst))]

namespace Crm.Tests;

/// <summary>
/// Starts what takes a minute or more and cannot be split before everything else: begun last, it would keep one processor while the others
/// have nothing left to do. No test depends on the order.
/// </summary>
public sealed class LongestFirst : ITestCollectionOrderer
{
    private static readonly string[] Long =
    [
        TrytonConformanceDatabase.Name,
        Of<Features.Classification.RealDataTests>(),
        Of<ServeTests>(),
        Of<MailKillTests>(),
        Of<NoticeKillTests>(),
        Of<SyncKillTests>(),
        Of<TrytonLivingTests>(), // not at once with the conformance tests: both would wait until Tryton's database is made
    ];

    /// <inheritdoc/>
    public IReadOnlyCollection<TTestCollection> OrderTestCollections<TTestCollection>(IReadOnlyCollection<TTestCollection> testCollections)
        where TTestCollection : ITestCollection => [.. testCollections.OrderBy(c => Rank(c))];

    private static int Rank(ITestCollection collection)
    {
        var at = Array.FindIndex(Long, name => collection.TestCollectionDisplayName.StartsWith(name, StringComparison.Ordinal));
        return at < 0 ? Long.Length : at;
    }

    /// <summary>How xunit names the collection of a class that is in no other one.</summary>
    private static string Of<T>() => $"Test collection for {typeof(T).FullName} ";
}
