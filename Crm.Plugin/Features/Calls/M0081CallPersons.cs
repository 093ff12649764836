using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Calls;

/// <summary>Calls of the CRM's own persons and of new callers, and numbers and addresses by the person who goes elsewhere with them.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0081_CallPersons")]
public sealed class M0081CallPersons : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.AddColumn<long>("card_id", "phone_call", nullable: true);
        migrationBuilder.AddColumn<long>("prospect_id", "phone_call", nullable: true);
        migrationBuilder.AddColumn<bool>("is_somebody_else", "phone_call", nullable: false, defaultValue: false);
        migrationBuilder.CreateIndex("ix_own_mechanism_card", "own_mechanism", ["card_id"], filter: "card_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_own_mechanism_person", "own_mechanism", ["contact_person_id"], filter: "contact_person_id IS NOT NULL");
    }
}
