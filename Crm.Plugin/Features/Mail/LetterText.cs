using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>The letter that a contact stands for: whole, where the timeline keeps its beginning, and the names of its files.</summary>
internal sealed class LetterText(CrmDbContext database) : IInteractionText
{
    /// <summary>So much of a letter stands on the timeline.</summary>
    public const int Beginning = 4_000;

    public async Task<IReadOnlyList<string>> ReadAsync(long interactionId, CancellationToken cancellation)
    {
        var letter = await database.Set<MailIn>().Where(m => m.InteractionId == interactionId).Select(m => new { m.Text, m.Attachments }).FirstOrDefaultAsync(cancellation)
            ?? await database.Set<MailOut>().Where(m => m.InteractionId == interactionId).Select(m => new { Text = (string?)m.Text, m.Attachments }).FirstOrDefaultAsync(cancellation);
        return letter is null ? [] : Of(letter.Text, letter.Attachments);
    }

    /// <summary>What is not among the words of the contact itself.</summary>
    public static IReadOnlyList<string> Of(string? text, string? attachments) =>
        [.. text?.Length > Beginning ? [text] : Array.Empty<string>(), .. MailFiles.List(attachments).Select(f => f.Name)];
}
