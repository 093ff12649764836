using System.Text;
using Crm.Contracts;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Incoming;
using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Features.Mail;

/// <summary>A company with a mail account, and one turn of what the schedule does.</summary>
internal static class MailWorld
{
    public static async Task<long> AddAccountAsync(this CrmApp app, MailServer? server = null, MailSource source = MailSource.None, string mailbox = "sales", string? folder = null, bool keepsUnknown = true, bool isDefault = true)
    {
        if (server is not null)
        {
            app.Services.GetRequiredService<MailTrust>().AuthorityFile = server.AuthorityFile;
        }

        await using var scope = app.Services.CreateAsyncScope();
        var accounts = scope.ServiceProvider.GetRequiredService<MailAccounts>();
        var account = new MailAccount
        {
            FromAddress = $"{mailbox}@trade.example", FromName = "ООО «Торговля»", Signature = "С уважением, {user}", IsDefault = isDefault, IsActive = true, Source = source, KeepsUnknown = keepsUnknown,
            SmtpHost = server is null ? null : "localhost", SmtpPort = server?.SmtpPort ?? 0, SmtpSecurity = MailSecurity.StartTls, SmtpUser = MailServer.User, SmtpSecret = accounts.Protect(MailServer.Password),
            InHost = "localhost", InPort = server?.ImapsPort ?? 0, InSecurity = MailSecurity.Tls, InUser = mailbox, InSecret = accounts.Protect(MailServer.Password), InFolder = folder ?? "INBOX", BegunAt = DateTimeOffset.UnixEpoch,
        };
        await app.SaveAsync(account);
        return account.Id;
    }

    /// <summary>Romashka with its own address and Maria's.</summary>
    public static async Task<long> AddRomashkaAsync(this CrmApp app, string address = "info@romashka.example", string maria = "maria@romashka.example")
    {
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО «Ромашка»", email: address) with { Roles = CounterpartyRoles.Customer });
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария") with { Mechanisms = [new(ContactMechanismKind.Email, maria)] });
        await app.MirrorAsync(host);
        return await app.IdAsync("1");
    }

    /// <summary>A person of the CRM's own with an e-mail address, who speaks for some counterparties.</summary>
    public static async Task<long> AddOwnPersonAsync(this CrmApp app, string name, string email, params long[] counterparties)
    {
        var card = new PersonCard { Name = name, NameFolded = Crm.Plugin.Search.SearchText.Fold(name) };
        await app.SaveAsync(card);
        await app.SaveAsync([.. counterparties.Select(c => new PersonPlace { PersonCardId = card.Id, CounterpartyId = c })]);
        await app.AddOwnMechanismAsync(counterparties[0], card.Id, null, ContactMechanismKind.Email, email);
        return card.Id;
    }

    /// <summary>A number or an address typed in the CRM.</summary>
    public static Task AddOwnMechanismAsync(this CrmApp app, long counterparty, long? card, long? person, ContactMechanismKind kind, string value) => app.SaveAsync(new OwnMechanism
    {
        CounterpartyId = counterparty, CardId = card, ContactPersonId = person, Kind = kind, Value = value, Normal = MechanismRule.Normal(kind, value),
        Tail = kind == ContactMechanismKind.Phone ? Crm.Plugin.Features.Calls.CallRule.Tail(MechanismRule.Normal(kind, value)) : null, IdempotencyKey = Guid.NewGuid(),
    });

    public static async Task<int> SendMailAsync(this CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MailSender>().RunAsync(CancellationToken.None);
    }

    public static async Task<int> FetchMailAsync(this CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<MailFetcher>().RunAsync(CancellationToken.None);
    }

    public static async Task<string> TakeAsync(this CrmApp app, long account, string letter)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await using var database = app.Database();
        return await scope.ServiceProvider.GetRequiredService<MailIntake>().TakeAsync(
            await database.Set<MailAccount>().SingleAsync(a => a.Id == account), Encoding.UTF8.GetBytes(letter.ReplaceLineEndings("\r\n")), CancellationToken.None);
    }

    public static string Letter(string from, string id, string subject = "Заявка", string more = "", string body = "Пришлите прайс-лист") =>
        $"From: {from}\nTo: sales@trade.example\nSubject: {subject}\nDate: Sun, 22 Nov 2026 08:00:00 +0200\nMessage-ID: <{id}>\n{more}Content-Type: text/plain; charset=utf-8\n\n{body}\n";

    public static async Task<List<MailOut>> OutboxAsync(this CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<MailOut>().OrderBy(m => m.Id).ToListAsync();
    }

    public static async Task<List<MailIn>> InboxAsync(this CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<MailIn>().OrderBy(m => m.Id).ToListAsync();
    }

    public static async Task<Dictionary<string, long>> CountsAsync(this CrmApp app, long account)
    {
        await using var database = app.Database();
        return await database.Set<MailCount>().Where(c => c.AccountId == account).ToDictionaryAsync(c => c.Reason, c => c.Letters);
    }

    public static async Task<UserAccount> AccountAsync(this CrmApp app, string login)
    {
        await using var database = app.Database();
        return await database.Set<UserAccount>().SingleAsync(a => a.Login == login);
    }
}
