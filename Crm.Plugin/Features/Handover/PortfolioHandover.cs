using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Handover;

/// <summary>What was open with one user and was given to another, at once.</summary>
public sealed class PortfolioHandover
{
    public long Id { get; set; }

    public long FromUserId { get; set; }

    public long ToUserId { get; set; }

    /// <summary>What it was narrowed to, as typed; "" for everything.</summary>
    public required string Filter { get; set; }

    public long MadeBy { get; set; }

    public DateTimeOffset MadeAt { get; set; }

    /// <summary>Records that moved.</summary>
    public int Moved { get; set; }

    public long? UndoneBy { get; set; }

    public DateTimeOffset? UndoneAt { get; set; }

    /// <summary>Records that went back; what had been done or given to somebody else meanwhile did not.</summary>
    public int? WentBack { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PortfolioHandover>
    {
        public void Configure(EntityTypeBuilder<PortfolioHandover> builder) => builder.ToTable("portfolio_handover");
    }
}

/// <summary>What one record of a handover is.</summary>
public enum HandoverPart
{
    /// <summary>A planned contact whose responsible user changed.</summary>
    Contact = 1,

    /// <summary>A planned contact in which the user took part.</summary>
    Participation = 2,

    /// <summary>A planned contact in which the new responsible user had taken part before.</summary>
    FormerParticipation = 3,

    /// <summary>An internal meeting or task.</summary>
    InternalPlan = 4,

    /// <summary>An open prospect, by the number of its counterparty.</summary>
    Prospect = 5,
}

/// <summary>One record of a handover, so that it can go back.</summary>
public sealed class PortfolioHandoverItem
{
    public long HandoverId { get; set; }

    public HandoverPart Part { get; set; }

    public long RecordNo { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<PortfolioHandoverItem>
    {
        public void Configure(EntityTypeBuilder<PortfolioHandoverItem> builder) => builder.ToTable("portfolio_handover_item").HasKey(i => new { i.HandoverId, i.Part, i.RecordNo });
    }
}

/// <summary>Handovers and their records.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0092_Handover")]
public sealed class M0092Handover : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("portfolio_handover", t => new
        {
            id = t.Identity(),
            from_user_id = t.Column<long>(nullable: false),
            to_user_id = t.Column<long>(nullable: false),
            filter = t.Column<string>(nullable: false),
            made_by = t.Column<long>(nullable: false),
            made_at = t.Column<long>(nullable: false),
            moved = t.Column<int>(nullable: false),
            undone_by = t.Column<long>(nullable: true),
            undone_at = t.Column<long>(nullable: true),
            went_back = t.Column<int>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_portfolio_handover", x => x.id));
        migrationBuilder.CreateTable("portfolio_handover_item", t => new
        {
            handover_id = t.Column<long>(nullable: false),
            part = t.Column<int>(nullable: false),
            record_no = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_portfolio_handover_item", x => new { x.handover_id, x.part, x.record_no }));
    }
}
