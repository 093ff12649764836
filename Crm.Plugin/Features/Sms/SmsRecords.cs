using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Sms;

/// <summary>How text messages leave.</summary>
public enum SmsGatewayKind
{
    None = 0,

    /// <summary>One HTTP request a message, made from a template.</summary>
    Http = 1,

    /// <summary>One file a message in a folder that a modem's program watches.</summary>
    Spool = 2,
}

/// <summary>The company's gateway; one row.</summary>
public sealed class SmsGateway
{
    public int Id { get; set; }

    public SmsGatewayKind Kind { get; set; }

    /// <summary>Address with {to}, {text} and {id}; values are escaped for it.</summary>
    public string? Url { get; set; }

    /// <summary>JSON or form body with the same places, escaped for its kind; null asks with GET.</summary>
    public string? Body { get; set; }

    /// <summary>Value of the Authorization header; protected.</summary>
    public string? Secret { get; set; }

    public string? Folder { get; set; }

    /// <summary>Put before national numbers: 7, 380 …</summary>
    public string? CountryCode { get; set; }

    /// <summary>Hash of the secret by which the gateway reports received messages; null while it may not.</summary>
    public string? InToken { get; set; }

    /// <summary>Path of the list of messages in a JSON report; null where a report is one message.</summary>
    public string? InList { get; set; }

    /// <summary>Name or path of the sender in a report; null for "from".</summary>
    public string? InSender { get; set; }

    /// <summary>Name or path of the text; null for "text".</summary>
    public string? InText { get; set; }

    /// <summary>Name or path of the gateway's number of the message; null for "id".</summary>
    public string? InId { get; set; }

    /// <summary>Folder that a modem's program lays received messages into; null for none.</summary>
    public string? InFolder { get; set; }

    /// <summary>Path of the gateway's own number of a message in its JSON answer, by which it reports later; null when it reports by the number that it was given.</summary>
    public string? AnswerId { get; set; }

    /// <summary>Path of the list of delivery reports in JSON; null where a request is one report.</summary>
    public string? ReportList { get; set; }

    /// <summary>Name or path of the message's number in a delivery report; null for "id".</summary>
    public string? ReportId { get; set; }

    /// <summary>Name or path of the status; null for "status".</summary>
    public string? ReportStatus { get; set; }

    /// <summary>Words that mean: delivered, parted by commas; null for the usual ones.</summary>
    public string? ReportDelivered { get; set; }

    /// <summary>Words that mean: will not be delivered; null for the usual ones.</summary>
    public string? ReportUndeliverable { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SmsGateway>
    {
        public void Configure(EntityTypeBuilder<SmsGateway> builder)
        {
            builder.ToTable("sms_gateway");
            builder.Property(g => g.Id).ValueGeneratedNever();
        }
    }
}

/// <summary>How far a text message is.</summary>
public enum SmsState
{
    Queued = 0,

    /// <summary>The gateway has it.</summary>
    Sent = 1,
    Failed = 2,

    /// <summary>Not sent, because the number wants none.</summary>
    Suppressed = 3,
}

/// <summary>What the gateway has reported of a message that it has.</summary>
public enum SmsDelivery
{
    /// <summary>Nothing, or nothing final.</summary>
    Unknown = 0,

    /// <summary>It arrived.</summary>
    Delivered = 1,

    /// <summary>It will not arrive.</summary>
    Undeliverable = 2,
}

/// <summary>One text message to one number.</summary>
public sealed class SmsOut
{
    public long Id { get; set; }

    /// <summary>The same deed queues it once.</summary>
    public required string Key { get; set; }

    public long? CounterpartyId { get; set; }

    public long? InteractionId { get; set; }

    public long? UserId { get; set; }

    public required string Number { get; set; }

    public required string Text { get; set; }

    public int Parts { get; set; }

    public SmsState State { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset NextAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public string? Error { get; set; }

    public SmsDelivery Delivery { get; set; }

    /// <summary>When the gateway reported it.</summary>
    public DateTimeOffset? DeliveryAt { get; set; }

    /// <summary>The gateway's word for it.</summary>
    public string? DeliveryWord { get; set; }

    /// <summary>The gateway's own number of it; null when it told none.</summary>
    public string? GatewayKey { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SmsOut>
    {
        public void Configure(EntityTypeBuilder<SmsOut> builder) => builder.ToTable("sms_out");
    }
}

/// <summary>A number that wants no text messages. Kept until somebody takes it back with a reason, which the audit log keeps.</summary>
public sealed class SmsSuppression
{
    public required string Number { get; set; }

    public DateTimeOffset At { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<SmsSuppression>
    {
        public void Configure(EntityTypeBuilder<SmsSuppression> builder) => builder.ToTable("sms_suppression").HasKey(s => s.Number);
    }
}

/// <summary>Text messages.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0072_Sms")]
public sealed class M0072Sms : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("sms_gateway", t => new
        {
            id = t.Column<int>(nullable: false),
            kind = t.Column<int>(nullable: false),
            url = t.Column<string>(nullable: true),
            body = t.Column<string>(nullable: true),
            secret = t.Column<string>(nullable: true),
            folder = t.Column<string>(nullable: true),
            country_code = t.Column<string>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_sms_gateway", x => x.id));
        migrationBuilder.CreateTable("sms_out", t => new
        {
            id = t.Identity(),
            key = t.Column<string>(nullable: false),
            counterparty_id = t.Column<long>(nullable: true),
            interaction_id = t.Column<long>(nullable: true),
            user_id = t.Column<long>(nullable: true),
            number = t.Column<string>(nullable: false),
            text = t.Column<string>(nullable: false),
            parts = t.Column<int>(nullable: false),
            state = t.Column<int>(nullable: false),
            attempts = t.Column<int>(nullable: false, defaultValue: 0),
            next_at = t.Column<long>(nullable: false),
            sent_at = t.Column<long>(nullable: true),
            error = t.Column<string>(nullable: true),
            created_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sms_out", x => x.id));
        migrationBuilder.CreateTable("sms_suppression", t => new
        {
            number = t.Column<string>(nullable: false),
            at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_sms_suppression", x => x.number));
        migrationBuilder.CreateIndex("ux_sms_out_key", "sms_out", ["key"], unique: true);
        migrationBuilder.CreateIndex("ix_sms_out_queued", "sms_out", ["next_at"], filter: "state = 0");
        migrationBuilder.CreateIndex("ix_sms_out_user", "sms_out", ["user_id", "id"]);
    }
}
