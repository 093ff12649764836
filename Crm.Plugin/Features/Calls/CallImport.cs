using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.Calls;

/// <summary>A call log that was read from a file: looked at first, then imported, then perhaps taken back.</summary>
public sealed class CallImport
{
    public long Id { get; set; }

    /// <summary>Of the file, as the browser named it.</summary>
    public required string Name { get; set; }

    /// <summary>The file's text until it is imported; null afterwards.</summary>
    public string? Text { get; set; }

    public long MadeBy { get; set; }

    public DateTimeOffset MadeAt { get; set; }

    /// <summary>Null while it was only looked at.</summary>
    public DateTimeOffset? ImportedAt { get; set; }

    public int Added { get; set; }

    public int Known { get; set; }

    public int Bad { get; set; }

    public long? UndoneBy { get; set; }

    public DateTimeOffset? UndoneAt { get; set; }

    /// <summary>Calls that stayed, because a contact was logged from them.</summary>
    public int? Kept { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CallImport>
    {
        public void Configure(EntityTypeBuilder<CallImport> builder) => builder.ToTable("call_import");
    }
}

/// <summary>Imports of call logs, and which calls came with them.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0093_CallImports")]
public sealed class M0093CallImports : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("call_import", t => new
        {
            id = t.Identity(),
            name = t.Column<string>(nullable: false),
            text = t.Column<string>(nullable: true),
            made_by = t.Column<long>(nullable: false),
            made_at = t.Column<long>(nullable: false),
            imported_at = t.Column<long>(nullable: true),
            added = t.Column<int>(nullable: false),
            known = t.Column<int>(nullable: false),
            bad = t.Column<int>(nullable: false),
            undone_by = t.Column<long>(nullable: true),
            undone_at = t.Column<long>(nullable: true),
            kept = t.Column<int>(nullable: true),
        }, constraints: c => c.PrimaryKey("pk_call_import", x => x.id));
        migrationBuilder.AddColumn<long>("import_no", "phone_call", nullable: true);
        migrationBuilder.CreateIndex("ix_phone_call_import", "phone_call", ["import_no"], filter: "import_no IS NOT NULL");
    }
}
