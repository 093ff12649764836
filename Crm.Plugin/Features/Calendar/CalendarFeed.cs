using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Calendar;

/// <summary>The address at which other calendars read a user's plans. Only the SHA-256 of its token is kept; a new one ends the old.</summary>
public sealed class CalendarFeed
{
    public long UserId { get; set; }

    /// <summary>Hexadecimal.</summary>
    public required string Hash { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When a calendar last read it; null before.</summary>
    public DateTimeOffset? ReadAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CalendarFeed>
    {
        public void Configure(EntityTypeBuilder<CalendarFeed> builder)
        {
            builder.ToTable("calendar_feed").HasKey(f => f.UserId);
            builder.Property(f => f.UserId).ValueGeneratedNever();
        }
    }
}

/// <summary>Feeds of plans, and the rules of care.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0064_Planning")]
public sealed class M0064Planning : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("calendar_feed", t => new
        {
            user_id = t.Column<long>(nullable: false),
            hash = t.Column<string>(nullable: false),
            created_at = t.Column<long>(nullable: false),
            read_at = t.Column<long>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_calendar_feed", x => x.user_id));
        migrationBuilder.CreateIndex("ux_calendar_feed_hash", "calendar_feed", ["hash"], unique: true);
        migrationBuilder.CreateTable("care_rule", t => new
        {
            id = t.Identity(),
            importance = t.Column<int>(nullable: true),
            stage = t.Column<int>(nullable: true),
            every_days = t.Column<int>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_care_rule", x => x.id));
    }
}
