using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Channels;

/// <summary>Changes the company's list of channels.</summary>
internal sealed class InteractionChannels(CrmDbContext database, AuditLog audit)
{
    /// <summary>So many channels there may be: a longer list helps nobody to choose.</summary>
    public const int Most = 200;

    /// <summary>Adds one; a retired one of that name and kind is offered again.</summary>
    /// <returns>Why it was refused; null when it is on the list.</returns>
    public async Task<Refusal?> AddAsync(string name, InteractionKind kind, CancellationToken cancellation)
    {
        name = name.Trim();
        if (name.Length is 0 or > InteractionChannel.NameLength)
        {
            return new("name", ChannelTexts.BadName, InteractionChannel.NameLength);
        }

        var folded = SearchText.Fold(name);
        var there = await database.Set<InteractionChannel>().AsTracking().FirstOrDefaultAsync(c => c.NameFolded == folded, cancellation);
        if (there is not null && (!there.IsRetired || there.Kind != kind))
        {
            return new("name", ChannelTexts.Exists, there.Name);
        }

        if (there is null && await database.Set<InteractionChannel>().CountAsync(cancellation) >= Most)
        {
            return new("name", ChannelTexts.TooMany, Most);
        }

        if (there is null)
        {
            database.Add(new InteractionChannel { Name = name, NameFolded = folded, Kind = kind });
        }
        else
        {
            there.IsRetired = false;
        }

        audit.Note(database, "channel.added", "channel", name);
        try
        {
            await database.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException failure) when (Violation.IsOfUniqueness(failure))
        {
            database.ChangeTracker.Clear();
            return new("name", ChannelTexts.Exists, name); // somebody else added it at this moment
        }

        return null;
    }

    /// <summary>Takes one off the list, or puts it on again; contacts keep it.</summary>
    /// <returns>False when there is no such channel.</returns>
    public async Task<bool> RetireAsync(long id, bool isRetired, CancellationToken cancellation)
    {
        if (await database.Set<InteractionChannel>().AsTracking().FirstOrDefaultAsync(c => c.Id == id, cancellation) is not { } channel)
        {
            return false;
        }

        if (channel.IsRetired != isRetired)
        {
            channel.IsRetired = isRetired;
            audit.Note(database, isRetired ? "channel.retired" : "channel.added", "channel", channel.Name);
            await database.SaveChangesAsync(cancellation);
        }

        return true;
    }
}

/// <summary>Refusals of this slice, translated in it.</summary>
public static class ChannelTexts
{
    public const string BadName = "A channel has a name of 1 to {0} characters.";
    public const string BadKind = "Choose what a contact by this channel is.";
    public const string Exists = "There is a channel “{0}” already.";
    public const string TooMany = "At most {0} channels.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(ChannelTexts).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
