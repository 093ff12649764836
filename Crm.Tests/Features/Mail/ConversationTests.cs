using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters that belong together are read together, by every colleague who may read the counterparty.</summary>
public sealed class ConversationTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Conversation_QuestionAnswerThanks_IsOneListAndTheAnswerIsReadByColleagues(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "c1@x", "Цены")));
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "other@x", "Совсем другое")));
        var question = (await app.InboxAsync())[0];
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/mail/new?counterparty={id}&reply={question.Id}");
        var text = "Вот прайс. " + new string('я', 6_000) + " Конец.";
        await anna.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["reply"] = $"{question.Id}", ["to"] = "maria@romashka.example", ["subject"] = "Re: Цены", ["text"] = text, ["do"] = "send" });
        var answer = (await app.OutboxAsync()).Single();
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "c3@x", "Re: Цены", $"In-Reply-To: <{answer.MessageId}>\nReferences: <c1@x> <{answer.MessageId}>\n", "Спасибо")));

        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        await viktor.OpenAsync($"/mail/of-interaction/{answer.InteractionId}");
        Assert.Equal($"/mail/sent/{answer.Id}", viktor.Location);
        var page = await viktor.OpenAsync($"/mail/sent/{answer.Id}");
        Assert.Contains("Конец.", page.QuerySelector("#letter")!.TextContent, StringComparison.Ordinal); // whole, not as the timeline cuts it
        string[] expected = [$"/mail/{question.Id}", $"/mail/sent/{answer.Id}", $"/mail/{(await app.InboxAsync())[2].Id}"];
        Assert.Equal(expected.Order(StringComparer.Ordinal), page.QuerySelectorAll("#conversation a").Select(a => a.GetAttribute("href")).Order(StringComparer.Ordinal));
        Assert.Equal(expected[1], page.QuerySelector("#conversation [aria-current]")!.GetAttribute("href"));
        Assert.Equal(3, (await viktor.OpenAsync(expected[0])).QuerySelectorAll("#conversation a").Length);
        Assert.Null((await viktor.OpenAsync($"/mail/{(await app.InboxAsync())[1].Id}")).QuerySelector("#conversation"));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Search_AWordBehindTheBeginningOfALetter_FindsItsContact(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        var text = string.Concat(Enumerable.Repeat("много слов ", 600));
        Assert.Equal("stored", await app.TakeAsync(account, MailWorld.Letter("maria@romashka.example", "l1@x", body: text + "циферблат")));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/mail/new?counterparty={id}");
        await anna.SubmitAsync("/mail/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["to"] = "maria@romashka.example", ["subject"] = "Ответ", ["text"] = text + "маятник", ["do"] = "send" });
        var contacts = (await app.InteractionsAsync()).ToDictionary(i => i.Direction, i => i.Id);

        foreach (var (word, contact) in new[] { ("ЦИФЕРБЛАТ", contacts[InteractionDirection.Incoming]), ("маятник", contacts[InteractionDirection.Outgoing]) })
        {
            var found = await anna.OpenAsync($"/interactions?who=all&q={Uri.EscapeDataString(word)}");
            Assert.Contains($"/interactions/{contact}\"", found.QuerySelector("main")!.InnerHtml, StringComparison.Ordinal);
            Assert.Single(contacts.Values, c => found.QuerySelector("main")!.InnerHtml.Contains($"/interactions/{c}\"", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Queue_WhoMayNotReadEverybody_SeesNoLetterOfStrangers()
    {
        await using var app = await CrmApp.StartAsync(DatabaseKind.Sqlite, postgres);
        await app.AddRomashkaAsync();
        var account = await app.AddAccountAsync();
        Assert.Equal("unmatched", await app.TakeAsync(account, MailWorld.Letter("private@nobody.example", "u1@x", "Личное")));
        var letter = (await app.InboxAsync()).Single();
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        Assert.DoesNotContain("Личное", (await anna.OpenAsync("/mail")).Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("/mail/outbox", anna.Location);
        await anna.OpenAsync($"/mail/{letter.Id}");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        await anna.OpenAsync("/mail/outbox");
        await anna.SubmitAsync($"/mail/{letter.Id}/ignore", []);
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        Assert.Contains("Личное", (await viktor.OpenAsync("/mail")).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SentLetter_OutOfReachOrANotice_IsNotThere()
    {
        await using var app = await CrmApp.StartAsync(DatabaseKind.Sqlite, postgres);
        var id = await app.AddRomashkaAsync();
        MailOut[] letters =
        [
            new() { Key = "a", MessageId = "a@x", ToAddress = "a@b.example", Subject = "s", Text = "t", Purpose = MailPurpose.Personal, CounterpartyId = id },
            new() { Key = "b", MessageId = "b@x", ToAddress = "a@b.example", Subject = "s", Text = "t", Purpose = MailPurpose.Notice, UserId = 1 },
        ];
        await app.SaveAsync(letters);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/mail/sent/{letters[0].Id}");
        Assert.Equal(HttpStatusCode.OK, anna.Status);
        await anna.OpenAsync($"/mail/sent/{letters[0].Id}/files/0");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        await anna.OpenAsync($"/mail/sent/{letters[1].Id}");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);

        await using (var database = app.Database())
        {
            await database.Set<CounterpartyRecord>().ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "somebody-else"));
        }

        await app.NarrowSalespeopleAsync();
        await anna.OpenAsync($"/mail/sent/{letters[0].Id}");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
    }
}
