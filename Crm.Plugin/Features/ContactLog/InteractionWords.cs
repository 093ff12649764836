using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Something whose text belongs to an interaction and is found with it, such as the letter that it stands for.</summary>
internal interface IInteractionText
{
    /// <summary>The texts of one interaction; empty for none.</summary>
    Task<IReadOnlyList<string>> ReadAsync(long interactionId, CancellationToken cancellation);
}

/// <summary>Makes an interaction found by what hangs on it as well: its checklist, the names of its files, its letter.</summary>
internal sealed class InteractionWords(CrmDbContext database, IEnumerable<IInteractionText> sources)
{
    /// <summary>So much of one text is found; a longer one is a book.</summary>
    public const int Most = 100_000;

    /// <summary>Adds to what is looked through. Call in the transaction that keeps the text.</summary>
    public static async Task AddAsync(CrmDbContext database, long interactionId, IEnumerable<string> texts, CancellationToken cancellation)
    {
        if (Fold(texts) is { Length: > 0 } words)
        {
            await database.Set<Interaction>().Where(i => i.Id == interactionId).ExecuteUpdateAsync(i => i.SetProperty(x => x.TextFolded, x => x.TextFolded + " " + words), cancellation);
        }
    }

    /// <summary>Call after an interaction's own text was folded anew.</summary>
    public async Task CompleteAsync(Interaction interaction, CancellationToken cancellation)
    {
        var parts = await database.Set<InteractionTask>().Where(t => t.InteractionId == interaction.Id).OrderBy(t => t.No).Take(InteractionRule.Rows).Select(t => t.Text).ToListAsync(cancellation);
        parts.AddRange(await database.Set<InteractionFile>().Where(f => f.InteractionId == interaction.Id && f.RemovedAt == null).OrderBy(f => f.Id).Take(InteractionRule.Rows).Select(f => f.Name).ToListAsync(cancellation));
        foreach (var source in sources)
        {
            parts.AddRange(await source.ReadAsync(interaction.Id, cancellation));
        }

        if (Fold(parts) is { Length: > 0 } words)
        {
            interaction.TextFolded += " " + words;
        }
    }

    private static string Fold(IEnumerable<string> texts) => SearchText.Fold(string.Join(' ', texts.Select(t => t.Length > Most ? t[..Most] : t)));
}
