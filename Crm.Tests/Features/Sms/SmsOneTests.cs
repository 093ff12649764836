using System.Net;
using System.Text.Json;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Mail;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Sms;

/// <summary>One message from a card or a contact person; trying again; taking a stop back.</summary>
public sealed class SmsOneTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_FromAPerson_GoesToTheirNumberOnce(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        var id = await app.IdAsync("1");
        var eva = await app.AddOwnPersonAsync("Ева", "eva@x.example", id);
        await app.AddOwnMechanismAsync(id, eva, null, ContactMechanismKind.Phone, "067 111 11 11");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var card = await anna.OpenAsync($"/counterparties/{id}");
        Assert.NotNull(card.QuerySelector($"a[href='/sms/new?counterparty={id}']"));
        var link = card.QuerySelector($"a[href='/sms/new?counterparty={id}&card={eva}']");
        Assert.Equal("Text message to Ева", link?.GetAttribute("aria-label"));

        var page = await anna.OpenAsync(link!.GetAttribute("href")!);
        Assert.Equal(["Ромашка – +380671234567", "Мария – +380509999999", "Ева – +380671111111"], page.QuerySelectorAll("#to option").Select(o => o.TextContent));
        Assert.Equal("Ева – +380671111111", page.QuerySelector("#to option[selected]")!.TextContent);
        var form = new Dictionary<string, string>
        {
            ["key"] = page.QuerySelector("[name=key]")!.GetAttribute("value")!, ["counterparty"] = $"{id}", ["to"] = page.QuerySelector("#to option[selected]")!.GetAttribute("value")!, ["text"] = "Hello {person}", ["do"] = "count",
        };
        page = await anna.SubmitAsync("/sms/send", form);
        Assert.StartsWith("1 parts;", page.QuerySelector("#length")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Ева – +380671111111", page.QuerySelector("#to option[selected]")!.TextContent);
        form["do"] = "send";
        await anna.SubmitAsync("/sms/send", form);
        Assert.Equal($"/counterparties/{id}", anna.Location);
        await anna.OpenAsync("/sms");
        await anna.SubmitAsync("/sms/send", form);

        await using var database = app.Database();
        var sent = await database.Set<SmsOut>().SingleAsync();
        Assert.Equal(("+380671111111", "Hello Ева", id), (sent.Number, sent.Text, sent.CounterpartyId));
        Assert.Equal(eva, (await app.InteractionsAsync()).Single().CardId);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_ToOneWhoMayNotGetIt_IsRefused(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        var id = await app.IdAsync("1");
        await app.SaveAsync(new SmsSuppression { Number = "+380671234567" });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var page = await anna.OpenAsync($"/sms/new?counterparty={id}");
        Assert.Equal("Ромашка – +380671234567 – wants no messages", page.QuerySelector("#to option[disabled]")!.TextContent);
        Assert.Equal("Мария – +380509999999", page.QuerySelector("#to option[selected]")!.TextContent);
        async Task<string?> RefusalAsync(string to)
        {
            await anna.OpenAsync($"/sms/new?counterparty={id}");
            var answer = await anna.SubmitAsync("/sms/send", new() { ["key"] = "k", ["counterparty"] = $"{id}", ["to"] = to, ["text"] = "hello", ["do"] = "send" });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
            Assert.Equal("hello", answer.QuerySelector("#text")!.TextContent.Trim());
            return answer.QuerySelector("[data-field=to]")?.TextContent;
        }

        Assert.Equal("This number is not to get messages.", await RefusalAsync("::+380671234567"));
        Assert.Equal("This is not a number of this counterparty.", await RefusalAsync("::+380670000000"));
        Assert.Equal("Choose a number.", await RefusalAsync(""));
        await app.NarrowSalespeopleAsync();
        await using (var database = app.Database())
        {
            await database.Set<CounterpartyRecord>().ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "viktor"));
        }

        await anna.OpenAsync($"/sms/new?counterparty={id}");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        await using var after = app.Database();
        Assert.Empty(await after.Set<SmsOut>().ToListAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Again_PressedTwice_SendsOnceMore(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        var folder = Directory.CreateTempSubdirectory("crm-sms-").FullName;
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var user = await app.AccountAsync("anna");
        var now = TimeProvider.System.GetUtcNow();
        var (own, others) = (Failed(user.Id), Failed(user.Id + 1));
        await app.SaveAsync(own, others);
        await using (var database = app.Database())
        {
            await database.Set<SmsGateway>().ExecuteUpdateAsync(g => g.SetProperty(x => x.Kind, SmsGatewayKind.Spool).SetProperty(x => x.Folder, folder));
        }

        var page = await anna.OpenAsync("/sms");
        Assert.Equal($"/sms/{own.Id}/again", Assert.Single(page.QuerySelectorAll("form[action$='/again']")).GetAttribute("action"));
        await anna.SubmitAsync($"/sms/{own.Id}/again", new());
        await anna.SubmitAsync($"/sms/{own.Id}/again", new());
        Assert.Equal(1, await SendAsync(app));
        await anna.SubmitAsync($"/sms/{own.Id}/again", new()); // an old page: it is sent by now
        Assert.Equal("/sms", anna.Location);
        Assert.Equal(0, await SendAsync(app));
        await anna.SubmitAsync($"/sms/{others.Id}/again", new());
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);

        Assert.Single(Directory.GetFiles(folder));
        await using var after = app.Database();
        Assert.Equal([SmsState.Sent, SmsState.Failed], await after.Set<SmsOut>().OrderBy(m => m.Id).Select(m => m.State).ToListAsync());
        Assert.Equal(1, await after.Set<AuditEntry>().CountAsync(e => e.Action == "sms.tried-again"));
        Directory.Delete(folder, true);

        SmsOut Failed(long by) => new() { Key = Guid.NewGuid().ToString("N"), UserId = by, Number = "+380671234567", Text = "t", Parts = 1, State = SmsState.Failed, Attempts = 9, Error = "sms.gateway-unavailable", NextAt = now, CreatedAt = now };
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Stop_TakenBack_NeedsAReasonThatStays(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        await app.SaveAsync([.. Enumerable.Range(0, 55).Select(i => new SmsSuppression { Number = $"+3806700000{i:00}", At = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero) })]);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var page = await anna.OpenAsync("/sms/stopped");
        Assert.Equal(50, page.QuerySelectorAll("tbody tr").Length);
        page = await anna.OpenAsync(page.QuerySelector(".card-footer a")!.GetAttribute("href")!);
        Assert.Equal(["+380670000050", "+380670000051", "+380670000052", "+380670000053", "+380670000054"], page.QuerySelectorAll("tbody tr td:first-child").Select(c => c.TextContent));
        page = await anna.OpenAsync("/sms/stopped?q=0000-07");
        Assert.Equal(["+380670000007"], page.QuerySelectorAll("tbody tr td:first-child").Select(c => c.TextContent));

        page = await anna.SubmitAsync("/sms/stopped/allow", new() { ["number"] = "+380670000007", ["reason"] = " " });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Say why messages may go there again."), (anna.Status, page.QuerySelector("[data-field=reason]")?.TextContent));
        await anna.SubmitAsync("/sms/stopped/allow", new() { ["number"] = "+380670000007", ["reason"] = "просил по телефону" });
        await anna.OpenAsync("/sms/stopped");
        await anna.SubmitAsync("/sms/stopped/allow", new() { ["number"] = "+380670000007", ["reason"] = "once more" });
        await app.NarrowSalespeopleAsync();
        await anna.OpenAsync("/sms/stopped");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
        Assert.Null((await anna.OpenAsync("/sms")).QuerySelector("a[href='/sms/stopped']"));
        await anna.SubmitAsync("/sms/stopped/allow", new() { ["number"] = "+380670000008", ["reason"] = "no right" });
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);

        await using var database = app.Database();
        Assert.Equal(54, await database.Set<SmsSuppression>().CountAsync());
        using var noted = JsonDocument.Parse((await database.Set<AuditEntry>().SingleAsync(e => e.Action == "sms.allowed")).Detail!);
        Assert.Equal(("+380670000007", "просил по телефону"), (noted.RootElement.GetProperty("number")[0].GetString(), noted.RootElement.GetProperty("reason")[1].GetString()));
    }

    /// <summary>Ромашка with its own number and Maria's.</summary>
    private async Task<CrmApp> StartAsync(DatabaseKind kind)
    {
        var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Ромашка", phone: "067 123 45 67") with { Roles = CounterpartyRoles.Customer });
        host.Persons.Put(Some.Person("p1", "1", "Мария", "050 999 99 99"), Some.Person("p2", "1", "Без номера", "12-34"));
        await app.MirrorAsync(host);
        await app.SaveAsync(new SmsGateway { Id = 1, CountryCode = "380" });
        return app;
    }

    private static async Task<int> SendAsync(CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SmsSender>().RunAsync(CancellationToken.None);
    }
}
