using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>Who wants no letters, by address.</summary>
internal static class MailSuppressions
{
    public const string Unsubscribed = "unsubscribed";
    public const string DoNotContact = "do-not-contact";
    public const string Bounced = "bounced";

    /// <summary>Whether a queued letter must not go: by its address, or because the counterparty or the person is not to be contacted. Who wrote first gets an answer.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="letter">In the outbox.</param>
    /// <param name="silent">The addresses of all who are not to be contacted; asked only for a letter to an address that was nobody's.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<bool> HoldsAsync(CrmDbContext database, MailOut letter, Func<Task<HashSet<string>>> silent, CancellationToken cancellation) =>
        await HoldsAsync(database, letter.ToAddress, letter.Purpose, cancellation)
        || (letter.Purpose != MailPurpose.Notice && letter.InReplyTo is null && await People.DoNotContact.HoldsQueuedAsync(database, letter.CounterpartyId, letter.InteractionId, cancellation))
        // An address of a list that was nobody's when it was gathered may be somebody's by now.
        || (letter is { Purpose: MailPurpose.Bulk, CounterpartyId: null } && (await silent()).Contains(MailAddressRule.Fold(letter.ToAddress)));

    /// <summary>Whether a letter must not go. An unsubscribed address still gets what one person writes to it; one that is not to be contacted gets nothing.</summary>
    public static async Task<bool> HoldsAsync(CrmDbContext database, string address, MailPurpose purpose, CancellationToken cancellation)
    {
        if (purpose == MailPurpose.Notice)
        {
            return false;
        }

        var folded = MailAddressRule.Fold(address);
        var reason = await database.Set<MailSuppression>().Where(s => s.Address == folded).Select(s => s.Reason).FirstOrDefaultAsync(cancellation);
        return reason is not null && (purpose == MailPurpose.Bulk || reason == DoNotContact);
    }

    /// <summary>Kept for ever; the stricter reason stays.</summary>
    public static async Task AddAsync(CrmDbContext database, string address, string reason, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            $"INSERT INTO mail_suppression (address, reason, at) VALUES (@address, @reason, @at) ON CONFLICT (address) DO UPDATE SET reason = excluded.reason WHERE mail_suppression.reason <> '{DoNotContact}'",
            [("@address", MailAddressRule.Fold(address)), ("@reason", reason), ("@at", Instant.ToMicroseconds(now))], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Letters to the address come back for ever. Whoever wants none, still wants none.</summary>
    public static async Task AddBouncedAsync(CrmDbContext database, string address, string detail, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            $"INSERT INTO mail_suppression (address, reason, at, detail) VALUES (@address, '{Bounced}', @at, @detail) ON CONFLICT (address) DO UPDATE SET at = excluded.at, detail = excluded.detail WHERE mail_suppression.reason = '{Bounced}'",
            [("@address", MailAddressRule.Fold(address)), ("@at", Instant.ToMicroseconds(now)), ("@detail", detail)], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>Which of some addresses letters come back from, with what the server said; keys in small letters.</summary>
    public static async Task<IReadOnlyDictionary<string, MailSuppression>> BouncedAmongAsync(CrmDbContext database, IEnumerable<string> addresses, CancellationToken cancellation)
    {
        var batch = new ReadBatch(database);
        var bounced = AskBouncedAmong(batch, addresses);
        await batch.RunAsync(cancellation);
        return bounced().ToDictionary(s => s.Address);
    }

    /// <summary>The same, together with other questions.</summary>
    /// <returns>Gives them when the batch has run.</returns>
    public static Func<IReadOnlyList<MailSuppression>> AskBouncedAmong(ReadBatch batch, IEnumerable<string> addresses)
    {
        string[] asked = [.. addresses.Select(MailAddressRule.Fold).Distinct()];
        if (asked.Length == 0)
        {
            return () => [];
        }

        var found = batch.Ask(
            $"SELECT address, at, detail FROM mail_suppression WHERE reason = '{Bounced}' AND address IN ({Query.Names(asked.Length)})", Query.Values(asked),
            row => new MailSuppression { Address = row.GetString(0), Reason = Bounced, At = Instant.FromMicroseconds(row.GetInt64(1)), Detail = row.Text(2) });
        return () => found.Rows;
    }
}
