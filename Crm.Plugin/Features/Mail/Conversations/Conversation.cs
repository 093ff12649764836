using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Conversations;

/// <summary>One letter of a conversation.</summary>
/// <param name="Address">Its own screen.</param>
/// <param name="IsOutgoing">Whether we wrote it.</param>
/// <param name="At">When it was sent, or written as long as it waits.</param>
/// <param name="Who">The other side.</param>
/// <param name="Subject">Null for none.</param>
/// <param name="Text">Its beginning; null for none.</param>
public sealed record ConversationLetter(string Address, bool IsOutgoing, DateTimeOffset At, string Who, string? Subject, string? Text);

/// <summary>Finds the letters, sent and received, that belong together (RFC 5322 3.6.4): each names the first one first among its references.</summary>
internal sealed class Conversation(CrmDbContext database)
{
    private const int Most = 100;
    private const int Beginning = 200;

    /// <summary>All of them, oldest first; the caller has checked the right to read the counterparty.</summary>
    public async Task<IReadOnlyList<ConversationLetter>> ReadAsync(long counterparty, string messageId, string? references, CancellationToken cancellation)
    {
        var first = references?.Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? messageId;
        var begun = first + " ";
        var received = await database.Set<MailIn>()
            .Where(m => m.CounterpartyId == counterparty && m.State == MailInState.Stored && (m.MessageId == first || m.ReferenceIds == first || m.ReferenceIds!.StartsWith(begun)))
            .OrderByDescending(m => m.Id).Take(Most)
            .Select(m => new ConversationLetter($"/mail/{m.Id}", false, m.SentAt, m.FromName ?? m.FromAddress, m.Subject, m.Text!.Substring(0, Beginning))).ToListAsync(cancellation);
        var sent = await database.Set<MailOut>()
            .Where(m => m.CounterpartyId == counterparty && m.Purpose != MailPurpose.Notice && (m.MessageId == first || m.ReferenceIds == first || m.ReferenceIds!.StartsWith(begun)))
            .OrderByDescending(m => m.Id).Take(Most)
            .Select(m => new ConversationLetter($"/mail/sent/{m.Id}", true, m.SentAt ?? m.CreatedAt, m.ToName ?? m.ToAddress, m.Subject, m.Text.Substring(0, Beginning))).ToListAsync(cancellation);
        return [.. received.Concat(sent).OrderBy(l => l.At).ThenBy(l => l.Address, StringComparer.Ordinal)];
    }
}
