using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Shell.Live;

/// <summary>One thing that a user's open screens are told. It only wakes them: what they then show, they read from the feature's own tables.</summary>
public sealed class LiveEvent
{
    public long Id { get; set; }

    public long UserId { get; set; }

    /// <summary>Stable word, small letters; the screen hears it as <c>crm:kind</c> on its body.</summary>
    public required string Kind { get; set; }

    /// <summary>What the screen's event carries as <c>detail</c>: an id or a short word, never customers' data; null for nothing.</summary>
    public string? Data { get; set; }

    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<LiveEvent>
    {
        public void Configure(EntityTypeBuilder<LiveEvent> builder) => builder.ToTable("live_event");
    }
}

/// <summary>What was pushed within the last minutes; a screen that reconnects, and a process that was cut off, reads it again.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0060_Live")]
public sealed class M0060Live : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("live_event", t => new
        {
            id = t.Identity(),
            user_id = t.Column<long>(nullable: false),
            kind = t.Column<string>(nullable: false),
            data = t.Column<string>(nullable: true),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_live_event", x => x.id));
        migrationBuilder.CreateIndex("ix_live_event_user", "live_event", ["user_id", "id"]);
        migrationBuilder.CreateIndex("ix_live_event_at", "live_event", ["at"]);
    }
}
