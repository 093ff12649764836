using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Channels;

/// <summary>
/// A way of contact that this company tells apart within a kind: a messenger, the form of its website, fax. A contact keeps the name, so that
/// what was logged stays as it was whatever becomes of the list.
/// </summary>
public sealed class InteractionChannel
{
    public const int NameLength = 60;

    public long Id { get; set; }

    /// <summary>Unique, whatever its capital letters.</summary>
    public required string Name { get; set; }

    /// <summary><see cref="Name"/> by <see cref="SearchText.Fold"/>.</summary>
    public required string NameFolded { get; set; }

    /// <summary>What a contact by it is.</summary>
    public InteractionKind Kind { get; set; }

    /// <summary>No longer offered.</summary>
    public bool IsRetired { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<InteractionChannel>
    {
        public void Configure(EntityTypeBuilder<InteractionChannel> builder) => builder.ToTable("interaction_channel");
    }
}
