using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.EntityFrameworkCore.Migrations.Operations.Builders;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

namespace Crm.Plugin.Storage;

/// <summary>What hand-written migrations need to read alike on both databases.</summary>
internal static class MigrationColumns
{
    /// <summary>A 64-bit key that the database counts up.</summary>
    public static OperationBuilder<AddColumnOperation> Identity(this ColumnsBuilder table) =>
        table.Column<long>(nullable: false)
            .Annotation("Sqlite:Autoincrement", true)
            .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn);

    public static bool IsSqlite(this MigrationBuilder migration) => migration.ActiveProvider!.Contains("Sqlite", StringComparison.Ordinal);
}
