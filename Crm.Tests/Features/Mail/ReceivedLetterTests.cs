using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>What becomes of a letter that came in: whose it is, who is asked about it, how it is shown.</summary>
public sealed class ReceivedLetterTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Conversation_FromAnUnknownAddress_StaysWithItsCounterparty(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "q1@x", "Цены")));
        var received = (await app.InboxAsync()).Single();
        var page = await browser.OpenAsync($"/mail/new?counterparty={id}&reply={received.Id}");
        Assert.Equal("Re: Цены", page.QuerySelector("[name=subject]")?.GetAttribute("value"));
        await browser.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["reply"] = $"{received.Id}", ["to"] = "maria@romashka.example", ["subject"] = "Re: Цены", ["text"] = "Вот", ["do"] = "send" });
        Assert.Equal($"/counterparties/{id}", browser.Location);
        var answer = (await app.OutboxAsync()).Single();
        Assert.Equal(("q1@x", "q1@x"), (answer.InReplyTo, answer.ReferenceIds));

        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@home.example", "q2@x", "Re: Цены", $"In-Reply-To: <{answer.MessageId}>\nReferences: <q1@x> <{answer.MessageId}>\n")));
        Assert.Equal("skipped.own", await app.TakeAsync(account, MailWorld.Letter("sales@trade.example", answer.MessageId)));
        Assert.Equal(id, (await app.InboxAsync()).Last().CounterpartyId);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task AddressTypedHere_IsKnownWithItsPerson(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync(keepsUnknown: false);
        await using var database = app.Database();
        var maria = (await database.Set<Crm.Plugin.Mirror.Records.ContactPersonRecord>().SingleAsync()).Id;
        var olga = await app.AddOwnPersonAsync("Ольга", "Olga@Home.example", id);
        await app.AddOwnMechanismAsync(id, null, null, ContactMechanismKind.Email, "office@romashka.example");
        await app.AddOwnMechanismAsync(id, null, maria, ContactMechanismKind.Email, "maria@home.example");

        foreach (var (from, no) in ((string, int)[])[("olga@home.EXAMPLE", 1), ("office@romashka.example", 2), ("maria@home.example", 3)])
        {
            Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter(from, $"{no}@x")));
        }

        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("olga@train.example", "4@x", more: "In-Reply-To: <1@x>\n")));
        Assert.Equal(
            [(id, null, olga), (id, null, null), (id, maria, null), (id, null, olga)],
            (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.PersonId, i.CardId)));
        Assert.Equal([olga, null, null, olga], (await app.InboxAsync()).Select(m => m.CardId));

        // No longer in use: whose it was is not guessed.
        await database.Set<OwnMechanism>().ExecuteUpdateAsync(m => m.SetProperty(x => x.ValidTo, new DateOnly(2020, 1, 1)));
        Assert.Equal("skipped.unknown", await app.TakeAsync(account, MailWorld.Letter("olga@home.example", "5@x")));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task PersonOfSeveralCounterparties_IsAskedAbout_AndStoredWithThem(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (first, second) = (await app.AddRomashkaAsync(), await app.AddCounterpartyAsync("Лютик"));
        var account = await app.AddAccountAsync(keepsUnknown: false);
        var olga = await app.AddOwnPersonAsync("Ольга", "olga@home.example", first, second);
        await using var database = app.Database();
        var maria = (await database.Set<Crm.Plugin.Mirror.Records.ContactPersonRecord>().SingleAsync()).Id;
        var card = new PersonCard { Name = "Иванова Мария", NameFolded = "иванова мария", ContactPersonId = maria };
        await app.SaveAsync(card);
        await app.SaveAsync(new PersonPlace { PersonCardId = card.Id, CounterpartyId = first }, new PersonPlace { PersonCardId = card.Id, CounterpartyId = second });

        Assert.Equal("unmatched", await app.TakeAsync(account, MailWorld.Letter("olga@home.example", "1@x")));
        Assert.Equal("unmatched", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "2@x")));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var letters = await app.InboxAsync();
        foreach (var letter in letters)
        {
            Assert.Equal(["Лютик", "ООО «Ромашка»"], (await browser.OpenAsync("/mail")).QuerySelectorAll($"#mail-{letter.Id} option").Select(o => o.TextContent));
            await browser.SubmitAsync($"/mail/{letter.Id}/assign", new() { ["counterparty"] = $"{second}" });
            Assert.Equal($"/mail/{letter.Id}", browser.Location);
        }

        Assert.Equal([(second, null, olga), (second, null, card.Id)], (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.PersonId, i.CardId)));

        // Who has left one of them writes for the other.
        await database.Set<PersonPlace>().Where(p => p.CounterpartyId == second).ExecuteUpdateAsync(p => p.SetProperty(x => x.LeftOn, new DateOnly(2020, 1, 1)));
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("olga@home.example", "3@x")));
        Assert.Equal((first, olga), (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.CardId!.Value)).Last());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Queue_SameDomain_IsOffered_ButNotOneOfEverybodys(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.AddRomashkaAsync(maria: "maria@gmail.com");
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, MailWorld.Letter("new@romashka.example", "1@x"));
        await app.TakeAsync(account, MailWorld.Letter("stranger@gmail.com", "2@x"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        var page = await browser.OpenAsync("/mail");

        var letters = await app.InboxAsync();
        Assert.Equal(["ООО «Ромашка»"], page.QuerySelectorAll($"#mail-{letters[0].Id} option").Select(o => o.TextContent));
        Assert.Empty(page.QuerySelectorAll($"#mail-{letters[1].Id} option"));
    }

    [Theory]
    [InlineData("a@romashka.example", "romashka.example")]
    [InlineData("A@Romashka.Example", "romashka.example")]
    [InlineData("a@gmail.com", null)]
    [InlineData("a@ukr.net", null)]
    [InlineData("a@mail.ru", null)]
    [InlineData("nonsense", null)]
    public void OfCompany_DomainThatTellsTheCompany(string address, string? expected) => Assert.Equal(expected, MailDomainRule.OfCompany(address));

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("999999")]
    [InlineData("ромашка")]
    public async Task Queue_AssignToNobody_IsToldAtTheLetter(string counterparty)
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, MailWorld.Letter("new@person.example", "1@x"));
        var id = (await app.InboxAsync()).Single().Id;
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/mail");

        var page = await browser.SubmitAsync($"/mail/{id}/assign", new() { ["counterparty"] = counterparty, ["find"] = "ромаш" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("Choose a counterparty that you may write to.", page.QuerySelector($"#mail-{id} [data-field=counterparty]")!.TextContent);
        Assert.Equal("ромаш", page.QuerySelector($"#mail-{id} form[method=get] [name=find]")!.GetAttribute("value"));
        Assert.Equal(MailInState.Unmatched, (await app.InboxAsync()).Single().State);
    }

    [Fact]
    public async Task Unknown_WithoutQueue_LeavesNothing()
    {
        await using var app = await CrmApp.StartAsync();
        var account = await app.AddAccountAsync(keepsUnknown: false);

        Assert.Equal("skipped.unknown", await app.TakeAsync(account, MailWorld.Letter("wife@home.example", "private@x", "Ужин")));

        Assert.Empty(await app.InboxAsync());
        Assert.False(Directory.Exists(Path.Combine(app.Folder, "mail")));
        Assert.Equal(new() { ["fetched"] = 1, ["skipped.unknown"] = 1 }, await app.CountsAsync(account));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Queue_AssignAndForget_DecideOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, MailWorld.Letter("new@person.example", "n1@x", "Хочу купить"));
        await app.TakeAsync(account, MailWorld.Letter("spam@person.example", "n2@x", "Купите слона"));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var letters = await app.InboxAsync();
        var page = await browser.OpenAsync($"/mail?of={letters[0].Id}&find=ромашка");
        Assert.Equal($"{id}", page.QuerySelector($"#mail-{letters[0].Id} option")?.GetAttribute("value"));

        await browser.SubmitAsync($"/mail/{letters[0].Id}/assign", new() { ["counterparty"] = $"{id}" });
        Assert.Equal($"/mail/{letters[0].Id}", browser.Location);
        await browser.SubmitAsync($"/mail/{letters[0].Id}/assign", new() { ["counterparty"] = $"{id}" });
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        await browser.SubmitAsync($"/mail/{letters[1].Id}/ignore", new Dictionary<string, string>());

        Assert.Single(await app.InteractionsAsync());
        var forgotten = (await app.InboxAsync())[1];
        Assert.Equal((MailInState.Ignored, "", null, null), (forgotten.State, forgotten.FromAddress, forgotten.Subject, forgotten.Text));
        Assert.Single(Directory.GetFiles(Path.Combine(app.Folder, "mail"), "*", SearchOption.AllDirectories));
        Assert.Equal("skipped.known", await app.TakeAsync(account, MailWorld.Letter("spam@person.example", "n2@x", "Купите слона")));
    }

    [Fact]
    public async Task Letter_WithScript_IsShownHarmlessAndItsFilesAsDownloads()
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        await app.TakeAsync(account, "From: info@romashka.example\nMessage-ID: <evil@x>\nSubject: <script>alert(1)</script>\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n<p onmouseover=alert(1)>Hi<script>alert(1)</script><img src=https://t.example/x.gif></p>\n--b\nContent-Type: text/html; name=evil.html\nContent-Disposition: attachment\n\n<script>alert(1)</script>\n--b--\n");
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = (await app.InboxAsync()).Single().Id;

        var page = await browser.OpenAsync($"/mail/{id}");

        Assert.Equal("<p>Hi</p>", page.QuerySelector("#letter")!.InnerHtml.Trim());
        Assert.DoesNotContain("alert(1)", page.QuerySelector("#letter")!.InnerHtml, StringComparison.Ordinal);
        using var file = await browser.Http.GetAsync($"/mail/{id}/files/0");
        Assert.Equal(("application/octet-stream", "attachment"), (file.Content.Headers.ContentType?.MediaType, file.Content.Headers.ContentDisposition?.DispositionType));
        await app.NarrowSalespeopleAsync();
        await using (var database = app.Database())
        {
            await database.Set<Crm.Plugin.Mirror.Records.CounterpartyRecord>().ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "viktor"));
        }

        await browser.OpenAsync($"/mail/{id}");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        using var hidden = await browser.Http.GetAsync($"/mail/{id}/files/0");
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
    }
}
