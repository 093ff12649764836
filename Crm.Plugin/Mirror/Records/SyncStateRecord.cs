using Crm.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Mirror.Records;

/// <summary>How far one kind of record of one connection has been read.</summary>
public sealed class SyncStateRecord
{
    public int ConnectionId { get; set; }

    public MirrorEntity Entity { get; set; }

    /// <summary>Where the next read goes on; stored with the rows before it. Null before the first page.</summary>
    public string? Cursor { get; set; }

    /// <summary>When the first read was finished; null before.</summary>
    public DateTimeOffset? FirstReadAt { get; set; }

    /// <summary>When a read last came to its end without failure: what the freshness badge shows.</summary>
    public DateTimeOffset? CheckedAt { get; set; }

    /// <summary>When a read last brought a change.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>When the last sweep by keys ended.</summary>
    public DateTimeOffset? SweptAt { get; set; }

    /// <summary>Rows read since the connection exists.</summary>
    public long RowsRead { get; set; }

    /// <summary>Rows that could not be read and have not come since; at most <see cref="Writing.ProblemList.Limit"/> are listed.</summary>
    public int Problems { get; set; }

    /// <summary>Of the read under way, in the connector's unit.</summary>
    public long ProgressDone { get; set; }

    public long? ProgressTotal { get; set; }

    /// <summary>When the read under way began; null while none is.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>Who must act on the last failure; null when the last read went well.</summary>
    public HostFailure? Failure { get; set; }

    public string? FailureCode { get; set; }

    public string? FailureMessage { get; set; }

    public DateTimeOffset? FailedAt { get; set; }

    /// <summary>Not before this instant is the ERP asked again.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>Failures in a row; the wait before <see cref="RetryAt"/> grows with them.</summary>
    public int FailedAttempts { get; set; }

    /// <summary>The host asked for a sweep that has not been done yet.</summary>
    public bool SweepAdvised { get; set; }

    /// <summary>When a sweep was refused because it would mark more than half as gone; the next one is believed. Null without doubt.</summary>
    public DateTimeOffset? SweepDoubtAt { get; set; }

    /// <summary>On counterparties: when search and phones were built from the mirror; from then on each page keeps them.</summary>
    public DateTimeOffset? SearchBuiltAt { get; set; }

    /// <summary>Of the read under way or the last one.</summary>
    public long? RowsPerSecond { get; set; }

    /// <summary>Estimate for the read under way; null when the host cannot tell.</summary>
    public long? SecondsLeft { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SyncStateRecord>
    {
        public void Configure(EntityTypeBuilder<SyncStateRecord> builder) =>
            builder.ToTable("sync_state").HasKey(s => new { s.ConnectionId, s.Entity });
    }
}

/// <summary>A row of the ERP that could not be read.</summary>
public sealed class SyncProblemRecord
{
    public long Id { get; set; }

    public int ConnectionId { get; set; }

    public MirrorEntity Entity { get; set; }

    public required string Place { get; set; }

    public required string Code { get; set; }

    public required string Reason { get; set; }

    public DateTimeOffset SeenAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SyncProblemRecord>
    {
        public void Configure(EntityTypeBuilder<SyncProblemRecord> builder) => builder.ToTable("sync_problem");
    }
}

/// <summary>What happened to one record between the ERP and the plugin.</summary>
public enum LedgerEvent
{
    /// <summary>Read for the first time after the first read of everything.</summary>
    SeenNew = 1,

    /// <summary>Read with another version.</summary>
    SeenChanged = 2,

    /// <summary>The ERP no longer has it.</summary>
    SeenGone = 3,

    /// <summary>It came back after it was gone.</summary>
    SeenAgain = 4,

    /// <summary>The row could not be read; <see cref="LedgerRecord.Detail"/> says why.</summary>
    RefusedByMirror = 5,

    /// <summary>The plugin decided to write it to the ERP.</summary>
    Decided = 10,

    /// <summary>The request left.</summary>
    Sent = 11,

    /// <summary>The ERP has it.</summary>
    Confirmed = 12,

    /// <summary>The ERP refused; <see cref="LedgerRecord.Detail"/> says why.</summary>
    RefusedByHost = 13,
}

/// <summary>One line of the ledger.</summary>
public sealed class LedgerRecord
{
    public long Id { get; set; }

    public int ConnectionId { get; set; }

    public MirrorEntity Entity { get; set; }

    public required string HostKey { get; set; }

    public LedgerEvent Event { get; set; }

    public string? VersionBefore { get; set; }

    public string? VersionAfter { get; set; }

    public string? Detail { get; set; }

    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<LedgerRecord>
    {
        public void Configure(EntityTypeBuilder<LedgerRecord> builder) => builder.ToTable("ledger");
    }
}
