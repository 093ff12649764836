using Crm.Plugin.Mirror.Sending;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Where a prospect is in its life.</summary>
public enum ProspectState
{
    /// <summary>Worked on.</summary>
    Open = 1,

    /// <summary>Nobody works on it any more; may be taken up again.</summary>
    GivenUp = 2,

    /// <summary>An ERP has it.</summary>
    Converted = 3,
}

/// <summary>What became of the wish to have a prospect entered in an ERP.</summary>
public enum ProspectFate
{
    /// <summary>Nobody has wished it, or it was stopped.</summary>
    None = 0,

    /// <summary>On its way to the ERP.</summary>
    Waiting = 1,

    /// <summary>The ERP has it; see <see cref="Prospect.HostKey"/>.</summary>
    Made = 2,

    /// <summary>The ERP refused it: somebody has to mend what was wrong.</summary>
    Refused = 3,
}

/// <summary>
/// How far a prospect has come. The prospect itself – name, numbers, addresses, who is responsible – is a counterparty of the CRM's own
/// (<see cref="Mirror.Records.CounterpartyRecord.ProspectConnection"/>), so that everything works on it that works on a customer.
/// </summary>
public sealed class Prospect : IOutgoing
{
    public long Id { get; set; }

    /// <summary>The prospect's own record, unique; after it was entered in the ERP the same record, with the ERP's key.</summary>
    public long CounterpartyId { get; set; }

    /// <summary>The record of the ERP that it turned out to be, where that had come first; null otherwise.</summary>
    public long? OtherId { get; set; }

    public ProspectState State { get; set; }

    /// <summary>Where they had heard of us.</summary>
    public string? Source { get; set; }

    /// <summary>What they want.</summary>
    public string? Note { get; set; }

    /// <summary>Why it was given up.</summary>
    public string? Reason { get; set; }

    public long ResponsibleId { get; set; }

    /// <summary>The call that brought them; null when it was no call.</summary>
    public long? CallId { get; set; }

    public long CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When it was converted or given up; null while open.</summary>
    public DateTimeOffset? ClosedAt { get; set; }

    /// <summary>Number of the connection that it is, or was, sent to.</summary>
    public int? SentTo { get; set; }

    /// <summary>Kept before the first request; the same in every try, also by another process.</summary>
    public Guid IdempotencyKey { get; set; }

    public ProspectFate Fate { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset? NextTryAt { get; set; }

    /// <summary>Code of the last failure, as the manual lists it.</summary>
    public string? Failure { get; set; }

    /// <summary>The key that the ERP gave it; kept the moment that the ERP answers, before anything else is changed.</summary>
    public string? HostKey { get; set; }

    /// <summary>The number that people know it by in the ERP.</summary>
    public string? HostNumber { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<Prospect>
    {
        public void Configure(EntityTypeBuilder<Prospect> builder) => builder.ToTable("prospect");
    }
}

/// <summary>One row that a conversion moved, so that undoing puts exactly these back.</summary>
public sealed class ProspectMove
{
    public long ProspectId { get; set; }

    /// <summary>See <see cref="PartyMove"/>.</summary>
    public required string TableName { get; set; }

    /// <summary>Which row of it.</summary>
    public required string RowKey { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<ProspectMove>
    {
        public void Configure(EntityTypeBuilder<ProspectMove> builder) => builder.ToTable("prospect_move").HasKey(m => new { m.ProspectId, m.TableName, m.RowKey });
    }
}
