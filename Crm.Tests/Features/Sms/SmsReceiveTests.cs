using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Features.Sms.Incoming;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Sms;

/// <summary>Text messages that people send: through an HTTP gateway, through a modem's folder, and what a wish to get no more does.</summary>
public sealed class SmsReceiveTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("STOP", true)]
    [InlineData("«Стоп!»", true)]
    [InlineData("CTOП", true)] // three Latin letters and a Cyrillic one
    [InlineData("стоп рассылка", true)]
    [InlineData("Отписаться.", true)]
    [InlineData("відпишіть мене", true)]
    [InlineData("Unsubscribe", true)]
    [InlineData("Стоп, машина! Когда отгрузка?", false)]
    [InlineData("Отмена", false)] // of an order, it may be
    [InlineData("", false)]
    public void IsStop_Answer_IsTheWordsAlone(string text, bool expected) => Assert.Equal(expected, SmsRule.IsStop(text));

    [Theory]
    [InlineData("""{"from":"+7916","text":"hi","id":7}""", "", "from", "text", "id", "http:7 +7916 hi")]
    [InlineData("""{"data":{"items":[{"who":{"phone":"1"},"t":"a","n":"x"},{"who":{"phone":"2"},"t":"","n":"y"}]}}""", "data.items", "who.phone", "t", "n", "http:x 1 a|http:y 2 ")]
    [InlineData("""[["1","7916","да"]]""", "", "1", "2", "0", "http:1 7916 да")]
    [InlineData("""{"from":"+7916","text":"hi"}""", "", "from", "text", "id", "-id")]
    [InlineData("""{"from":{},"text":"hi","id":1}""", "", "from", "text", "id", "-from")]
    [InlineData("""{"from":"+7916","text":"hi","id":1}""", "messages", "from", "text", "id", "-messages")]
    public void FromJson_Template_FindsTheMessages(string json, string list, string sender, string text, string id, string expected)
    {
        var messages = SmsInRule.FromJson(JsonDocument.Parse(json).RootElement, new(list, sender, text, id), out var missing);

        Assert.Equal(expected, messages is null ? "-" + missing : string.Join('|', messages.Select(m => $"{m.Key} {m.Sender} {m.Text}")));
    }

    [Fact]
    public void FromFile_AlphabetsOfModems_AreRead()
    {
        byte[] ucs2 = [.. "From: 79160000001\r\nAlphabet: UCS2\r\n\r\n"u8, .. Encoding.BigEndianUnicode.GetBytes("Стоп")];
        byte[] latin = [.. "From: 491700000001\nAlphabet: ISO\n\nPreis 5 "u8, 0xA4, .. "\n"u8]; // ISO 8859-15

        Assert.Equal(("79160000001", "Стоп"), Of(SmsInRule.FromFile("a", ucs2)));
        Assert.Equal(("491700000001", "Preis 5 €"), Of(SmsInRule.FromFile("a", latin)));
        Assert.Equal(("1", "два\nряда"), Of(SmsInRule.FromFile("a", Encoding.UTF8.GetBytes("From: 1\nSent: 26-11-22 10:00:00\n\nдва\nряда\n"))));
        Assert.Null(SmsInRule.FromFile("a", "From: 1\nno empty line"u8.ToArray()));
        Assert.Null(SmsInRule.FromFile("a", "Subject: GSM1\n\nnobody"u8.ToArray()));
        Assert.NotEqual(SmsInRule.FromFile("a", ucs2)!.Key, SmsInRule.FromFile("b", ucs2)!.Key);

        static (string, string) Of(SmsReceived? message) => (message!.Sender, message.Text);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Http_StopOfAKnownNumber_IsAContactAndTheNextSendingPassesIt(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await AddRomashkaAsync(app);
        var secret = await SecretAsync(app);
        using var gateway = new HttpClient { BaseAddress = app.Address };
        gateway.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);

        for (var i = 0; i < 2; i++) // gateways report again when an answer was lost
        {
            using var answer = await gateway.PostAsync("/api/v1/sms", new FormUrlEncodedContent(new Dictionary<string, string> { ["from"] = "79161234567", ["text"] = " Стоп ", ["id"] = "g-1" }));
            Assert.Equal((HttpStatusCode.OK, $$"""{"received":1,"new":{{1 - i}}}"""), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        }

        var contact = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((id, InteractionKind.Message, InteractionDirection.Incoming, "SMS", "Стоп"), (contact.CounterpartyId, contact.Kind, contact.Direction, contact.Subject, contact.Content?.Trim()));
        Assert.NotNull(contact.PersonId);
        await using var database = app.Database();
        Assert.Equal("+79161234567", (await database.Set<SmsSuppression>().SingleAsync()).Number);
        Assert.Equal([$"system {id}"], await database.Set<AuditEntry>().Where(a => a.Action == "sms.stopped").Select(a => a.UserLogin + " " + a.SubjectId).ToListAsync());
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var card = await browser.OpenAsync($"/counterparties/{id}");
        Assert.Equal("Wants no text messages: 8 916 123-45-67", card.QuerySelector(".crm-no-messages")?.TextContent.Trim());
        Assert.Contains("Стоп", card.QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
        await app.SaveAsync(new SmsOut { Key = "waits", CounterpartyId = id, Number = "+79161234567", Text = "t", Parts = 1, NextAt = DateTimeOffset.UnixEpoch, CreatedAt = DateTimeOffset.UnixEpoch });
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<SmsSender>().RunAsync(CancellationToken.None);
        Assert.Equal((SmsState.Suppressed, "sms.suppressed"), (await database.Set<SmsOut>().ToListAsync()).Select(m => (m.State, m.Error)).Single());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Http_UnknownNumber_WaitsInTheListUntilSomebodyDecidesOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await AddRomashkaAsync(app);
        var secret = await SecretAsync(app);
        using var gateway = new HttpClient { BaseAddress = app.Address };
        using (var both = await gateway.PostAsJsonAsync($"/api/v1/sms?secret={secret}", new[] { new { from = "+380501112233", text = "Есть краска?", id = "u-1" }, new { from = "INFO", text = "Реклама", id = "u-2" } }))
        {
            Assert.Equal("""{"received":2,"new":2}""", await both.Content.ReadAsStringAsync());
        }

        Assert.Empty(await app.InteractionsAsync());
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await using var database = app.Database();
        var waiting = await database.Set<SmsIn>().OrderBy(m => m.Id).ToListAsync();
        var page = await browser.OpenAsync($"/sms/received?of={waiting[0].Id}&find=ромашка");
        Assert.Contains("Есть краска?", page.QuerySelector($"#sms-{waiting[0].Id}")!.TextContent, StringComparison.Ordinal);
        Assert.Equal($"{id}", page.QuerySelector($"#sms-{waiting[0].Id} option")?.GetAttribute("value"));

        await browser.SubmitAsync($"/sms/received/{waiting[0].Id}/assign", new() { ["counterparty"] = $"{id}" });
        Assert.Equal("/sms/received", browser.Location);
        await browser.SubmitAsync($"/sms/received/{waiting[0].Id}/assign", new() { ["counterparty"] = $"{id}" });
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        await browser.SubmitAsync($"/sms/received/{waiting[1].Id}/ignore", new Dictionary<string, string>());

        Assert.Equal((id, "Есть краска?"), (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.Content)).Single());
        Assert.Equal([(SmsInState.Stored, "+380501112233"), (SmsInState.Ignored, "")], (await database.Set<SmsIn>().OrderBy(m => m.Id).ToListAsync()).Select(m => (m.State, m.Number)));
        using var again = await gateway.PostAsJsonAsync($"/api/v1/sms?secret={secret}", new { from = "INFO", text = "Реклама", id = "u-2" });
        Assert.Equal("""{"received":1,"new":0}""", await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Http_NumberOfTwo_GoesToWhoWasWrittenToLast()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Первый", phone: "+7 916 123-45-67"), Some.Counterparty("2", "Второй", phone: "+7 916 123-45-67"));
        await app.MirrorAsync(host);
        var secret = await SecretAsync(app);
        using var gateway = new HttpClient { BaseAddress = app.Address };

        await ReportAsync("a");
        Assert.Empty(await app.InteractionsAsync()); // nothing tells them apart
        await app.SaveAsync(new SmsOut { Key = "k", CounterpartyId = await app.IdAsync("2"), Number = "+79161234567", Text = "t", Parts = 1, State = SmsState.Sent, CreatedAt = DateTimeOffset.UnixEpoch });
        await ReportAsync("b");

        Assert.Equal(await app.IdAsync("2"), (await app.InteractionsAsync()).Single().CounterpartyId);

        async Task ReportAsync(string id)
        {
            using var answer = await gateway.PostAsJsonAsync($"/api/v1/sms?secret={secret}", new { from = "79161234567", text = "Да", id });
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    [Fact]
    public async Task Http_BadReports_AreRefusedAndNothingIsKept()
    {
        await using var app = await CrmApp.StartAsync();
        using var gateway = new HttpClient { BaseAddress = app.Address };
        Assert.Equal((401, "sms.bad-secret"), await AskAsync("anything", new StringContent("{}", Encoding.UTF8, "application/json"))); // no gateway yet
        var secret = await SecretAsync(app);

        Assert.Equal((401, "sms.bad-secret"), await AskAsync(secret[..^1] + "!", new StringContent("{}", Encoding.UTF8, "application/json")));
        Assert.Equal((415, "sms.bad-kind"), await AskAsync(secret, new StringContent("hello")));
        Assert.Equal((422, "sms.bad-message"), await AskAsync(secret, new StringContent("{", Encoding.UTF8, "application/json")));
        Assert.Equal((422, "sms.bad-message"), await AskAsync(secret, new FormUrlEncodedContent([new("from", "+79161234567"), new("text", "no id")])));
        Assert.Equal((422, "sms.bad-message"), await AskAsync(secret, new StringContent("""[{"from":"1","text":"good","id":"1"},{"from":"1","text":"bad"}]""", Encoding.UTF8, "application/json")));
        Assert.Equal((413, "sms.too-large"), await AskAsync(secret, new StringContent(new string(' ', 300_000), Encoding.UTF8, "application/json")));
        await using var database = app.Database();
        Assert.Empty(await database.Set<SmsIn>().ToListAsync());

        async Task<(int, string?)> AskAsync(string token, HttpContent content)
        {
            using var answer = await gateway.PostAsync($"/api/v1/sms?secret={Uri.EscapeDataString(token)}", content);
            return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Spool_TwoAtOnceAndAKillBetween_TakeEachFileOnce(DatabaseKind kind)
    {
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        await AddRomashkaAsync(app);
        var folder = Directory.CreateTempSubdirectory("crm-sms-in-").FullName;
        await app.SaveAsync(new SmsGateway { Id = 1, Kind = SmsGatewayKind.Spool, Folder = folder, InFolder = folder, CountryCode = "7" });
        for (var i = 0; i < 20; i++)
        {
            await File.WriteAllTextAsync(Path.Combine(folder, $"GSM1.{i:00}"), $"From: 7916123456{i % 10}\nReceived: 26-11-22 10:00:{i:00}\n\nответ {i}\n");
        }

        await File.WriteAllTextAsync(Path.Combine(folder, "broken"), "no sender, no text");
        await File.WriteAllTextAsync(Path.Combine(folder, "half.part"), "From: 1\n\nstill being written");
        Assert.Equal(0, await TakeAsync(app)); // may still be being written
        clock.Now += TimeSpan.FromSeconds(10);
        // A process took this one in and died before it put the file away.
        var content = await File.ReadAllBytesAsync(Path.Combine(folder, "GSM1.00"));
        await using (var scope = app.Services.CreateAsyncScope())
        {
            scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
            await scope.ServiceProvider.GetRequiredService<SmsIntake>().TakeAsync(SmsInRule.FromFile("GSM1.00", content)!, clock.Now, CancellationToken.None);
        }

        Directory.CreateDirectory(Path.Combine(folder, "work"));
        File.Move(Path.Combine(folder, "GSM1.00"), Path.Combine(folder, "work", $"{Instant.ToMicroseconds(clock.Now)}~GSM1.00"));

        await Task.WhenAll(Task.Run(() => TakeAsync(app)), Task.Run(() => TakeAsync(app)));
        Assert.Single(Directory.GetFiles(Path.Combine(folder, "work"))); // whoever died may only be slow
        clock.Now += TimeSpan.FromMinutes(6);
        await TakeAsync(app);

        await using var database = app.Database();
        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"ответ {i}").Order(StringComparer.Ordinal), (await database.Set<SmsIn>().Select(m => m.Text).ToListAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(2, await database.Set<SmsIn>().CountAsync(m => m.State == SmsInState.Stored)); // Maria's number: 7 and 17
        Assert.Equal(20, Directory.GetFiles(Path.Combine(folder, "done")).Length);
        Assert.Equal("sms.file-unreadable\n", await File.ReadAllTextAsync(Path.Combine(folder, "bad", "broken.reason")));
        Assert.Equal(["half.part"], Directory.GetFiles(folder).Select(Path.GetFileName));
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        Assert.Contains("Files that could not be read: 1.", (await chief.OpenAsync("/sms/received")).Body!.TextContent, StringComparison.Ordinal);
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task OwnPersonsNumber_IsTheirsOnTheTimeline()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await AddRomashkaAsync(app);
        var olga = new PersonCard { Name = "Ольга", NameFolded = "ольга" };
        await app.SaveAsync(olga);
        await app.SaveAsync(
            new PersonPlace { PersonCardId = olga.Id, CounterpartyId = id },
            new OwnMechanism { CounterpartyId = id, CardId = olga.Id, Kind = ContactMechanismKind.Phone, Value = "+7 999 000-00-09", Normal = "79990000009", Tail = "0000009", IdempotencyKey = Guid.NewGuid() });
        var secret = await SecretAsync(app);
        using var gateway = new HttpClient { BaseAddress = app.Address };

        using var answer = await gateway.PostAsJsonAsync($"/api/v1/sms?secret={secret}", new { from = "79990000009", text = "Да", id = "1" });

        Assert.Equal((id, olga.Id), (await app.InteractionsAsync()).Select(i => (i.CounterpartyId, i.CardId ?? 0)).Single());
    }

    [Theory]
    [InlineData("inFolder", "/no/such/folder", "This folder does not exist on the server, or it cannot be read.")]
    [InlineData("kind", "Http", "A folder of received messages goes with the way: files in a folder.", "inFolder")]
    [InlineData("folder", "{in}", "Received messages need a folder of their own.", "inFolder")]
    public async Task Gateway_BadFolder_ComesBackWithTheReasonAtTheField(string field, string value, string expected, string? shown = null)
    {
        await using var app = await CrmApp.StartAsync();
        var (incoming, outgoing) = (Directory.CreateTempSubdirectory("crm-in-").FullName, Directory.CreateTempSubdirectory("crm-out-").FullName);
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/sms/gateway");
        var form = new Dictionary<string, string> { ["kind"] = "Spool", ["folder"] = outgoing, ["inFolder"] = incoming, ["url"] = "https://x.example/?to={to}" };
        form[field] = value.Replace("{in}", incoming + "/", StringComparison.Ordinal);

        var page = await chief.SubmitAsync("/sms/gateway", form);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Equal(expected, page.QuerySelector($"[data-field={shown ?? field}]")?.TextContent.Trim());
        Directory.Delete(incoming);
        Directory.Delete(outgoing);
    }

    private static async Task<long> AddRomashkaAsync(CrmApp app)
    {
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО «Ромашка»", phone: "+7 495 000-00-00"));
        host.Persons.Put(Some.Person("p1", "1", "Мария", phone: "8 916 123-45-67"));
        await app.MirrorAsync(host);
        return await app.IdAsync("1");
    }

    /// <summary>Made on the screen, as an administrator does.</summary>
    private static async Task<string> SecretAsync(CrmApp app)
    {
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/sms/gateway");
        await chief.SubmitAsync("/sms/gateway", new() { ["kind"] = "Http", ["url"] = "https://sms.example/?to={to}", ["countryCode"] = "7" });
        return (await chief.SubmitAsync("/sms/gateway/secret", [])).QuerySelector("#secret-made")!.TextContent;
    }

    private static async Task<int> TakeAsync(CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await SmsSpool.RunAsync(scope.ServiceProvider, CancellationToken.None);
    }
}
