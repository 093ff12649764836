using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Finds who was born on a day without a look at everybody; most records of the ERP have no birthday.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0079_Birthdays")]
public sealed class M0079Birthdays : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex("ix_contact_person_birthday", "contact_person", ["birthday"], filter: "birthday IS NOT NULL");
        migrationBuilder.CreateIndex("ix_person_card_birthday", "person_card", ["birthday"], filter: "birthday IS NOT NULL");
        migrationBuilder.CreateIndex("ix_person_card_person", "person_card", ["contact_person_id"], filter: "contact_person_id IS NOT NULL");
    }
}
