using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Whose a letter of the queue may be, among those whom the user may write to. Letters of one sender or company are looked up once.</summary>
internal sealed class MailCandidates(CrmDbContext database, MailMatcher matcher, CounterpartySearch search, CurrentUser user)
{
    private const int Most = 8;
    private const int MostRecipients = 5;
    private readonly Dictionary<string, IReadOnlyList<Choice>> known = new(StringComparer.Ordinal);

    /// <summary>Those who have the address of the letter's other side, then those who have another address of its company's domain.</summary>
    public async Task<IReadOnlyList<Choice>> OfAsync(MailIn mail, CancellationToken cancellation)
    {
        var found = new List<Choice>();
        foreach (var address in OtherSide(mail, await MailIntake.IsOwnAsync(database, mail.FromAddress, cancellation)).Select(MailAddressRule.Fold))
        {
            found.AddRange(await OnceAsync(address, () => OfAddressAsync(address, cancellation)));
            if (MailDomainRule.OfCompany(address) is { } domain)
            {
                found.AddRange(await OnceAsync("@" + domain, () => FindAsync("@" + domain, cancellation)));
            }
        }

        return [.. found.DistinctBy(c => c.Id).Take(Most)];
    }

    /// <summary>What the list of counterparties would find by it.</summary>
    public async Task<IReadOnlyList<Choice>> FindAsync(string text, CancellationToken cancellation)
    {
        var found = await search.ListAsync(CounterpartyFilter.None with { Text = text.Length > 200 ? text[..200] : text }, null, Most, cancellation, user.Rights.WriteScope);
        return [.. found.Lines.Select(l => new Choice(l.Id, l.Name))];
    }

    /// <summary>Who wrote a letter to us, or whom our own letter went to.</summary>
    public static IEnumerable<string> OtherSide(MailIn mail, bool isOutgoing) =>
        isOutgoing ? (mail.Recipients ?? "").Split(", ", StringSplitOptions.RemoveEmptyEntries).Take(MostRecipients) : [mail.FromAddress];

    private async Task<IReadOnlyList<Choice>> OfAddressAsync(string address, CancellationToken cancellation)
    {
        var ids = (await matcher.OfAddressAsync(address, cancellation)).Select(m => m.CounterpartyId).ToList();
        return ids.Count == 0 ? [] : await database.Set<CounterpartyRecord>().Within(user.Rights.WriteScope, user).Where(c => ids.Contains(c.Id)).OrderBy(c => c.NameFolded).Take(Most).Select(c => new Choice(c.Id, c.Name)).ToListAsync(cancellation);
    }

    private async Task<IReadOnlyList<Choice>> OnceAsync(string key, Func<Task<IReadOnlyList<Choice>>> find) => known.TryGetValue(key, out var found) ? found : known[key] = await find();
}
