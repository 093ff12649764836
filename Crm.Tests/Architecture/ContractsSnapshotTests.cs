using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Architecture;

/// <summary>Adapters that we have not seen are compiled against Crm.Contracts: its public surface changes on purpose only.</summary>
public sealed class ContractsSnapshotTests
{
    private const string FileName = "Contracts.snapshot.txt";

    [Fact]
    public void Contracts_PublicSurface_EqualsTheSnapshot()
    {
        var actual = PublicSurface.Of(typeof(IHost).Assembly);
        var source = Repository.PathOf("Crm.Tests", "Architecture", FileName);
        if (Environment.GetEnvironmentVariable("CRM_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllLines(source, actual);
            return;
        }

        string[] expected = File.Exists(source) ? File.ReadAllLines(source) : [];
        var gone = expected.Except(actual).Select(l => "- " + l.Trim());
        var added = actual.Except(expected).Select(l => "+ " + l.Trim());
        Assert.True(
            expected.SequenceEqual(actual),
            $"""
            The public surface of Crm.Contracts differs from Crm.Tests/Architecture/{FileName}:
            {string.Join('\n', gone.Concat(added))}
            If that is meant, it is an API change: raise the version where it breaks adapters, run this test once with
            CRM_UPDATE_SNAPSHOTS=1 and commit the file.
            """);
    }
}
