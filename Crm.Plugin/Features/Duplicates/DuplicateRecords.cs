using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>One thing that a counterparty can be recognised by.</summary>
public sealed class DuplicateKey
{
    public long CounterpartyId { get; set; }

    public DuplicateReasons Kind { get; set; }

    public required string Value { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DuplicateKey>
    {
        public void Configure(EntityTypeBuilder<DuplicateKey> builder) => builder.ToTable("duplicate_key").HasKey(k => new { k.Kind, k.Value, k.CounterpartyId });
    }
}

/// <summary>Two counterparties that may be one, by the last search.</summary>
public sealed class DuplicateCandidate
{
    /// <summary>The smaller number of both.</summary>
    public long CounterpartyId { get; set; }

    public long OtherId { get; set; }

    public DuplicateReasons Reasons { get; set; }

    public int Score { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DuplicateCandidate>
    {
        public void Configure(EntityTypeBuilder<DuplicateCandidate> builder) => builder.ToTable("duplicate_candidate").HasKey(c => new { c.CounterpartyId, c.OtherId });
    }
}

/// <summary>Somebody has looked: these two are not one.</summary>
public sealed class DuplicateDismissal
{
    public long CounterpartyId { get; set; }

    public long OtherId { get; set; }

    public long UserId { get; set; }

    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DuplicateDismissal>
    {
        public void Configure(EntityTypeBuilder<DuplicateDismissal> builder) => builder.ToTable("duplicate_dismissal").HasKey(c => new { c.CounterpartyId, c.OtherId });
    }
}

/// <summary>A counterparty's place in an identity group: all of one group are one customer, though each stays a record of its ERP.</summary>
public sealed class IdentityMember
{
    public long CounterpartyId { get; set; }

    /// <summary>The smallest number of those that made the group.</summary>
    public long GroupId { get; set; }

    public long JoinedBy { get; set; }

    public DateTimeOffset JoinedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<IdentityMember>
    {
        public void Configure(EntityTypeBuilder<IdentityMember> builder)
        {
            builder.ToTable("identity_member").HasKey(m => m.CounterpartyId);
            builder.Property(m => m.CounterpartyId).ValueGeneratedNever();
        }
    }
}

/// <summary>How far the mirror's changes have been compared; one row, or none before the first time.</summary>
public sealed class DuplicateProgress
{
    /// <summary>Always 1.</summary>
    public int Id { get; set; }

    /// <summary>Up to this instant.</summary>
    public DateTimeOffset FollowedTo { get; set; }

    /// <summary>When everybody was last compared with everybody.</summary>
    public DateTimeOffset ComparedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<DuplicateProgress>
    {
        public void Configure(EntityTypeBuilder<DuplicateProgress> builder)
        {
            builder.ToTable("duplicate_progress");
            builder.Property(p => p.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>Keys, candidates, decisions and identity groups.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0065_Duplicates")]
public sealed class M0065Duplicates : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("duplicate_key", t => new
        {
            kind = t.Column<int>(nullable: false),
            value = t.Column<string>(nullable: false),
            counterparty_id = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_duplicate_key", x => new { x.kind, x.value, x.counterparty_id }));
        migrationBuilder.CreateTable("duplicate_candidate", t => new
        {
            counterparty_id = t.Column<long>(nullable: false),
            other_id = t.Column<long>(nullable: false),
            reasons = t.Column<int>(nullable: false),
            score = t.Column<int>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_duplicate_candidate", x => new { x.counterparty_id, x.other_id }));
        migrationBuilder.CreateTable("duplicate_dismissal", t => new
        {
            counterparty_id = t.Column<long>(nullable: false),
            other_id = t.Column<long>(nullable: false),
            user_id = t.Column<long>(nullable: false),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_duplicate_dismissal", x => new { x.counterparty_id, x.other_id }));
        migrationBuilder.CreateTable("identity_member", t => new
        {
            counterparty_id = t.Column<long>(nullable: false),
            group_id = t.Column<long>(nullable: false),
            joined_by = t.Column<long>(nullable: false),
            joined_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_identity_member", x => x.counterparty_id));
        migrationBuilder.CreateIndex("ix_duplicate_candidate_score", "duplicate_candidate", ["score", "counterparty_id", "other_id"]);
        migrationBuilder.CreateIndex("ix_identity_member_group", "identity_member", ["group_id"]);
    }
}

/// <summary>Lets keys and pairs follow single changes.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0095_DuplicateFollow")]
public sealed class M0095DuplicateFollow : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("duplicate_progress", t => new
        {
            id = t.Column<int>(nullable: false),
            followed_to = t.Column<long>(nullable: false),
            compared_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_duplicate_progress", x => x.id));
        migrationBuilder.CreateIndex("ix_duplicate_key_counterparty", "duplicate_key", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_duplicate_candidate_other", "duplicate_candidate", ["other_id"]);
        migrationBuilder.CreateIndex("ix_duplicate_dismissal_at", "duplicate_dismissal", ["at", "counterparty_id", "other_id"]);
        migrationBuilder.CreateIndex("ix_own_mechanism_created", "own_mechanism", ["created_at"]);
    }
}
