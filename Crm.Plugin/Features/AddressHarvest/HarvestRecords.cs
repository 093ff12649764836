using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>A list of addresses that somebody has gathered.</summary>
public sealed class AddressList
{
    public long Id { get; set; }

    public required string Name { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<AddressList>
    {
        public void Configure(EntityTypeBuilder<AddressList> builder) => builder.ToTable("address_list");
    }
}

/// <summary>One address of a list, with why it may be written to.</summary>
public sealed class AddressListEntry
{
    public long AddressListId { get; set; }

    /// <summary>In small letters.</summary>
    public required string Address { get; set; }

    /// <summary>Who has it, when somebody known does.</summary>
    public long? CounterpartyId { get; set; }

    /// <summary>Consent, contract, legitimate interest … as the user stated it.</summary>
    public required string LegalBasis { get; set; }

    /// <summary>Where it was found: pasted text, names of files.</summary>
    public required string Source { get; set; }

    public long AddedBy { get; set; }

    public DateTimeOffset AddedAt { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<AddressListEntry>
    {
        public void Configure(EntityTypeBuilder<AddressListEntry> builder) => builder.ToTable("address_list_entry").HasKey(e => new { e.AddressListId, e.Address });
    }
}

/// <summary>Lists of gathered addresses.</summary>
[DbContext(typeof(CrmDbContext))]
[Migration("0073_AddressHarvest")]
public sealed class M0073AddressHarvest : Migration
{
    /// <inheritdoc/>
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        migrationBuilder.CreateTable("address_list", t => new { id = t.Identity(), name = t.Column<string>(nullable: false), created_at = t.Column<long>(nullable: false) }, constraints: c => c.PrimaryKey("pk_address_list", x => x.id));
        migrationBuilder.CreateTable("address_list_entry", t => new
        {
            address_list_id = t.Column<long>(nullable: false),
            address = t.Column<string>(nullable: false),
            counterparty_id = t.Column<long>(nullable: true),
            legal_basis = t.Column<string>(nullable: false),
            source = t.Column<string>(nullable: false),
            added_by = t.Column<long>(nullable: false),
            added_at = t.Column<long>(nullable: false),
        }, constraints: c => c.PrimaryKey("pk_address_list_entry", x => new { x.address_list_id, x.address }));
        migrationBuilder.CreateIndex("ux_address_list_name", "address_list", ["name"], unique: true);
    }
}
