using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Sms.Incoming;

/// <summary>Where a received text message is.</summary>
public enum SmsInState
{
    /// <summary>Nobody known has the number, or several have; a user decides.</summary>
    Unmatched = 0,

    /// <summary>On a counterparty's timeline.</summary>
    Stored = 1,

    /// <summary>A user said that it is none of the CRM's business; number and text are gone.</summary>
    Ignored = 2,
}

/// <summary>A text message that somebody sent to the company; one, however often the gateway reports it.</summary>
public sealed class SmsIn
{
    public long Id { get; set; }

    /// <summary>The gateway's number of it, or what takes its place for a file.</summary>
    public required string Key { get; set; }

    /// <summary>With a plus where it is a number that can be written to; else as the gateway named the sender.</summary>
    public required string Number { get; set; }

    public required string Text { get; set; }

    /// <summary>The sender wants no more messages.</summary>
    public bool IsStop { get; set; }

    public SmsInState State { get; set; }

    public long? CounterpartyId { get; set; }

    public long? InteractionId { get; set; }

    public DateTimeOffset ReceivedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SmsIn>
    {
        public void Configure(EntityTypeBuilder<SmsIn> builder) => builder.ToTable("sms_in");
    }
}

/// <summary>Received text messages, and how the gateway hands them over.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0074_SmsIn")]
public sealed class M0074SmsIn : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("sms_in", t => new
        {
            id = t.Identity(),
            key = t.Column<string>(nullable: false),
            number = t.Column<string>(nullable: false),
            text = t.Column<string>(nullable: false),
            is_stop = t.Column<bool>(nullable: false),
            state = t.Column<int>(nullable: false),
            counterparty_id = t.Column<long>(nullable: true),
            interaction_id = t.Column<long>(nullable: true),
            received_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sms_in", x => x.id));
        foreach (var column in (string[])["in_token", "in_list", "in_sender", "in_text", "in_id", "in_folder"])
        {
            migrationBuilder.AddColumn<string>(column, "sms_gateway", nullable: true);
        }

        migrationBuilder.CreateIndex("ux_sms_in_key", "sms_in", ["key"], unique: true);
        migrationBuilder.CreateIndex("ix_sms_in_unmatched", "sms_in", ["id"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_sms_in_counterparty", "sms_in", ["counterparty_id"]);
        migrationBuilder.CreateIndex("ix_sms_out_number", "sms_out", ["number", "id"]);
    }
}
