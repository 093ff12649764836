using System.Globalization;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Notes which letters came back, and which addresses fail for ever.</summary>
internal sealed partial class MailBounces(CrmDbContext database, AuditLog audit, TimeProvider clock, ILogger<MailBounces> log)
{
    public const string Counted = "bounced";

    /// <summary>Marks the letter that a report is about. A forged report would need the number of a letter, which only its receiver knows.</summary>
    /// <returns>The reason to count: bounced, skipped.known for a repetition, skipped.automatic for a letter of others; null when it is no such report.</returns>
    public async Task<string?> TakeAsync(ReceivedLetter report, CancellationToken cancellation)
    {
        if (BounceRule.Find(report) is not { } bounce)
        {
            return null;
        }

        var ids = bounce.MessageIds.ToList();
        if (await database.Set<MailOut>().Where(m => ids.Contains(m.MessageId)).OrderBy(m => m.Id).FirstOrDefaultAsync(cancellation) is not { } letter)
        {
            return "skipped.automatic";
        }

        DateTimeOffset? now = clock.GetUtcNow();
        var (status, reason) = (bounce.Status, bounce.Reason is { } text ? CleanText.Of(text) : null);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        // Also one that waits to be sent again because its process died after the server had taken it.
        if (await database.Set<MailOut>().Where(m => m.Id == letter.Id && (m.State == MailState.Sent || m.State == MailState.Queued)).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.State, MailState.Bounced).SetProperty(x => x.BouncedAt, now).SetProperty(x => x.BounceStatus, status).SetProperty(x => x.BounceReason, reason).SetProperty(x => x.Error, "mail.bounced"), cancellation) == 0)
        {
            return "skipped.known";
        }

        if (bounce.IsHard && letter.Purpose != MailPurpose.Notice)
        {
            await MailSuppressions.AddBouncedAsync(database, letter.ToAddress, string.Join(' ', new[] { status, reason }.OfType<string>()), now.Value, cancellation);
        }

        audit.Note(database, "mail.bounced", "mail-out", letter.Id.ToString(CultureInfo.InvariantCulture));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        database.ChangeTracker.Clear();
        LogBounced(log, letter.Id, status ?? "without a code");
        return Counted;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Letter {Letter} came back: {Status}")]
    private static partial void LogBounced(ILogger logger, long letter, string status);
}
