using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Channels;

/// <summary>Reads the company's list of channels.</summary>
internal static class ChannelList
{
    /// <summary>By kind and name.</summary>
    /// <param name="database">Where it is.</param>
    /// <param name="withRetired">Also those that are no longer offered.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<IReadOnlyList<InteractionChannel>> ReadAsync(CrmDbContext database, bool withRetired, CancellationToken cancellation) =>
        await database.Set<InteractionChannel>().Where(c => withRetired || !c.IsRetired).OrderBy(c => c.Kind).ThenBy(c => c.NameFolded).Take(InteractionChannels.Most).ToListAsync(cancellation);

    /// <summary>Whether a contact of a kind may be by a channel.</summary>
    /// <param name="database">Where the list is; not asked when nothing was chosen.</param>
    /// <param name="draft">With the channel as it was chosen.</param>
    /// <param name="stored">What the contact has now stays allowed, whatever became of the list. Null for a new one.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<Refusal?> CheckAsync(CrmDbContext database, InteractionDraft draft, Interaction? stored, CancellationToken cancellation)
    {
        if (draft.Channel?.Trim() is not { Length: > 0 } name || (stored is not null && stored.Channel == name && stored.Kind == draft.Kind))
        {
            return null;
        }

        var offered = (await ReadAsync(database, withRetired: false, cancellation)).Where(c => c.Kind == draft.Kind).Select(c => c.Name).ToList();
        return offered.Contains(name, StringComparer.Ordinal) ? null
            : offered.Count == 0 ? new("channel", RefusalTexts.NoChannelOfKind) : new("channel", RefusalTexts.ChannelUnknown, string.Join(", ", offered));
    }
}
