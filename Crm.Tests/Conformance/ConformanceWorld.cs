using Crm.Contracts;

namespace Crm.Tests.Conformance;

/// <summary>What is done to one record inside the ERP, behind the connector's back.</summary>
public enum WorldChange
{
    /// <summary>A field that the connector reads gets another value.</summary>
    Changed,

    /// <summary>The record is removed.</summary>
    Deleted,

    /// <summary>A new record is entered.</summary>
    Added,
}

/// <summary>Settings that <see cref="IHostConnector.Open"/> has to refuse.</summary>
/// <param name="Settings">Wrong in one point.</param>
/// <param name="Key">The setting's key as the administrator knows it; the message has to name it.</param>
public sealed record BadSetting(HostSettings Settings, string Key);

/// <summary>
/// One ERP with known data in which a conformance test lives; each test gets its own, so it may change it.
/// Skip inside <c>StartAsync</c> of the test class (Assert.Skip…) when the ERP is not there.
/// </summary>
public abstract class ConformanceWorld : IAsyncDisposable
{
    /// <summary>A new connector instance on the same data, as a restarted process would make it.</summary>
    public abstract IHost Open();

    /// <summary>The connector that <see cref="BadSettings"/> are given to.</summary>
    public abstract IHostConnector Connector { get; }

    /// <summary>Settings to be refused; empty only for a host without any.</summary>
    public abstract IReadOnlyList<BadSetting> BadSettings { get; }

    /// <summary>Whether the known data is whole: each reference leads to a record that the same host delivers.</summary>
    public virtual bool ReferencesAreWhole => true;

    /// <summary>Does <paramref name="change"/> to one record of the kind.</summary>
    /// <param name="change">What to do.</param>
    /// <param name="record">The record's contract type, such as <c>typeof(Counterparty)</c>.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>The record's key; null when this world cannot do that, which skips the test.</returns>
    public virtual ValueTask<HostKey?> ApplyAsync(WorldChange change, Type record, CancellationToken cancellation) => new((HostKey?)null);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
