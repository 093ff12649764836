using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Sms.Reports;

/// <summary>What the gateway reports of the fate of messages, and where it writes what.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0086_SmsReports")]
public sealed class M0086SmsReports : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<int>("delivery", "sms_out", nullable: false, defaultValue: 0);
        migrationBuilder.AddColumn<long>("delivery_at", "sms_out", nullable: true);
        migrationBuilder.AddColumn<string>("delivery_word", "sms_out", nullable: true);
        migrationBuilder.AddColumn<string>("gateway_key", "sms_out", nullable: true);
        foreach (var column in (string[])["answer_id", "report_list", "report_id", "report_status", "report_delivered", "report_undeliverable"])
        {
            migrationBuilder.AddColumn<string>(column, "sms_gateway", nullable: true);
        }

        migrationBuilder.CreateIndex("ix_sms_out_gateway_key", "sms_out", ["gateway_key"], filter: "gateway_key IS NOT NULL");
    }
}
