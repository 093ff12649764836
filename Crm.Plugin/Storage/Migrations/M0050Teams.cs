using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Storage.Migrations;

/// <summary>Teams of local accounts.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0050_Teams")]
public sealed class M0050Teams : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.AddColumn<string>("team", "user_account", nullable: true);
}
