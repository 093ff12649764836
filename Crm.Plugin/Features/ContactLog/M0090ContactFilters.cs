using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Contacts are found by whom they were with and by their document without looking through all of them.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0090_ContactFilters")]
public sealed class M0090ContactFilters : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateIndex("ix_interaction_person", "interaction", ["person_id"], filter: "person_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_interaction_card", "interaction", ["card_id"], filter: "card_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_interaction_basis", "interaction", ["basis"], filter: "basis IS NOT NULL");
        migrationBuilder.CreateIndex("ix_interaction_person_person", "interaction_person", ["person_id"], filter: "person_id IS NOT NULL");
        migrationBuilder.CreateIndex("ix_interaction_person_card", "interaction_person", ["card_id"], filter: "card_id IS NOT NULL");
    }
}
