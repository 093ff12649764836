using System.Collections.Concurrent;
using System.Net;
using System.Xml.Linq;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Architecture;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.Features.Sms;

/// <summary>Text messages: lengths, numbers, gateways, who wants none.</summary>
public sealed class SmsTests(PostgresServer postgres)
{
    // 3GPP TS 23.038: 160 septets in one part, 153 in each of several; 70 and 67 of UCS-2.
    [Theory]
    [InlineData('a', 0, 0, false)]
    [InlineData('a', 160, 1, false)]
    [InlineData('a', 161, 2, false)]
    [InlineData('a', 306, 2, false)]
    [InlineData('a', 307, 3, false)]
    [InlineData('€', 80, 1, false)] // two septets each
    [InlineData('€', 81, 2, false)]
    [InlineData('€', 153, 3, false)] // 76 in a part: none is split
    [InlineData('я', 70, 1, true)]
    [InlineData('я', 71, 2, true)]
    [InlineData('я', 134, 2, true)]
    [InlineData('я', 135, 3, true)]
    public void Measure_Text_CountsParts(char letter, int count, int parts, bool isUnicode)
    {
        var length = SmsRule.Measure(new string(letter, count));
        Assert.Equal((parts, isUnicode && count > 0), (length.Parts, length.IsUnicode));
    }

    // 36 emoji are 72 units: over 70, and 33 whole ones fit into the 67 of a part.
    [Fact]
    public void Measure_Emoji_AreNotSplit() => Assert.Equal(new(2, 72, true), SmsRule.Measure(string.Concat(Enumerable.Repeat("🙂", 36))));

    [Theory]
    [InlineData("8 (916) 123-45-67", "7", "+79161234567")]
    [InlineData("916 123-45-67", "7", "+79161234567")]
    [InlineData("067 123 45 67", "380", "+380671234567")]
    [InlineData("00380671234567", "7", "+380671234567")]
    [InlineData("+44 20 7946 0958", null, "+442079460958")]
    [InlineData("0170 1234567", "49", "+491701234567")]
    [InlineData("123-45", "7", null)]
    [InlineData("no number", "7", null)]
    public void Number_AsTyped_IsWrittenForTheGateway(string typed, string? code, string? expected) => Assert.Equal(expected, SmsRule.Number(typed, code));

    [Theory]
    [InlineData(" stop. ", true)]
    [InlineData("Стоп", true)]
    [InlineData("stop calling, write", false)]
    public void IsStop_Answer_IsTheWordAlone(string text, bool expected) => Assert.Equal(expected, SmsRule.IsStop(text));

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Send_ToASelection_GoesOnceToEachNumberThroughTheSpool(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var folder = Directory.CreateTempSubdirectory("crm-sms-").FullName;
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "A Ромашка", phone: "8 916 123-45-67") with { Roles = CounterpartyRoles.Customer }, Some.Counterparty("2", "Second with the same", phone: "+7 916 1234567") with { Roles = CounterpartyRoles.Customer },
            Some.Counterparty("3", "Stopped", phone: "+7 916 000-00-01") with { Roles = CounterpartyRoles.Customer }, Some.Counterparty("4", "No phone") with { Roles = CounterpartyRoles.Customer });
        await app.MirrorAsync(host);
        await app.SaveAsync(new SmsGateway { Id = 1, Kind = SmsGatewayKind.Spool, Folder = folder, CountryCode = "7" });
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync("/sms");
        await browser.SubmitAsync("/sms/stop", new() { ["number"] = "89160000001" });
        var page = await browser.OpenAsync("/sms/new?role=customer");
        Assert.Contains("1 recipients, 3 left out", page.Body!.TextContent, StringComparison.Ordinal);
        var form = new Dictionary<string, string> { ["key"] = page.QuerySelector("[name=key]")!.GetAttribute("value")!, ["selection"] = "?role=customer", ["text"] = "{counterparty}, скидка!", ["do"] = "send" };

        await browser.SubmitAsync("/sms/send", form);
        await browser.SubmitAsync("/sms/send", form);
        Assert.Equal(1, await SendAsync(app));
        Assert.Equal(0, await SendAsync(app));

        var file = Assert.Single(Directory.GetFiles(folder));
        Assert.Equal("To: +79161234567\nAlphabet: UTF-8\n\nA Ромашка, скидка!", await File.ReadAllTextAsync(file));
        Assert.Single(await app.InteractionsAsync());
        Directory.Delete(folder, true);
    }

    [Fact]
    public async Task Send_HttpGateway_FailuresAreTriedAgainOrGivenUp()
    {
        var requests = new ConcurrentQueue<string>();
        var statuses = new Queue<int>([503, 200, 400]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var gateway = builder.Build();
        gateway.MapPost("/send", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            requests.Enqueue($"{request.Query["to"]} {request.Headers.Authorization} {await reader.ReadToEndAsync()}");
            return Results.StatusCode(statuses.Dequeue());
        });
        await gateway.StartAsync();
        var clock = new FixedClock(TimeProvider.System.GetUtcNow());
        await using var app = await CrmApp.StartAsync(clock: clock);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await app.SaveAsync(
                new SmsGateway { Id = 1, Kind = SmsGatewayKind.Http, Url = gateway.Urls.Single() + "/send?to={to}", Body = "{\"text\":\"{text}\",\"id\":{id}}", Secret = scope.ServiceProvider.GetRequiredService<SmsSender>().Protect("Bearer abc") },
                new SmsOut { Key = "1", Number = "+79161234567", Text = "say \"hi\"", Parts = 1, NextAt = clock.Now, CreatedAt = clock.Now });
        }

        Assert.Equal(0, await SendAsync(app));
        Assert.Equal((SmsState.Queued, "sms.gateway-unavailable"), await StateAsync(app));
        clock.Now += TimeSpan.FromMinutes(1);
        Assert.Equal(1, await SendAsync(app));
        Assert.Equal((SmsState.Sent, null), await StateAsync(app));
        Assert.Equal(["+79161234567 Bearer abc {\"text\":\"say \\u0022hi\\u0022\",\"id\":1}"], requests.Distinct());
        await app.SaveAsync(new SmsOut { Key = "2", Number = "+79161234567", Text = "t", Parts = 1, NextAt = clock.Now, CreatedAt = clock.Now });
        Assert.Equal(0, await SendAsync(app));
        Assert.Equal((SmsState.Failed, "sms.gateway-refused"), await StateAsync(app));
    }

    [Theory]
    [InlineData("kind", "Pigeon", "Choose one of the listed values.")]
    [InlineData("url", "sms.example", "This is not an http or https address.")]
    [InlineData("countryCode", "+38", "A country code is one to three digits.")]
    [InlineData("body", null, "At most 10000 characters; this text has 10001.")]
    [InlineData("secret", null, "At most 1000 characters; this text has 10001.")]
    public async Task Gateway_BadInput_ComesBackWithTheReasonAtTheField(string field, string? value, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/sms/gateway");

        var page = await chief.SubmitAsync("/sms/gateway", new() { ["kind"] = "Http", ["url"] = "https://sms.example/?to={to}", ["countryCode"] = "380", [field] = value ?? new string('x', 10_001) });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Contains(expected, page.QuerySelectorAll($"[data-field={field}]").Select(e => e.TextContent.Trim().Replace(",", "", StringComparison.Ordinal)));
        await using var database = app.Database();
        Assert.Empty(await database.Set<SmsGateway>().ToListAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("12")]
    [InlineData("позвоните мне")]
    public async Task Stop_BadNumber_IsToldAndKept(string typed)
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/sms");

        var page = await anna.SubmitAsync("/sms/stop", new() { ["number"] = typed });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal("This is not a number that can get messages. Example: +380 67 123-45-67.", page.QuerySelector("[data-field=number]")!.TextContent);
        Assert.Equal(typed, page.QuerySelector("[name=number]")!.GetAttribute("value") ?? "");
        await using var database = app.Database();
        Assert.Empty(await database.Set<SmsSuppression>().ToListAsync());
    }

    [Theory]
    [InlineData("", "Write a few words.")]
    [InlineData("Hello {nobody}", "There is no field {nobody}.")]
    [InlineData(null, "At most 4000 characters; this text has 4001.")]
    public async Task Send_BadText_IsToldAndKept(string? text, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Ромашка", phone: "+7 916 123-45-67") with { Roles = CounterpartyRoles.Customer });
        await app.MirrorAsync(host);
        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = await app.IdAsync("1"), Channel = ContactChannel.Email });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var page = await anna.OpenAsync("/sms/new?role=customer");
        Assert.Contains("Ромашка: by e-mail", page.QuerySelector(".crm-other-wishes")!.TextContent, StringComparison.Ordinal);

        page = await anna.SubmitAsync("/sms/send", new() { ["key"] = "k", ["selection"] = "?role=customer", ["text"] = text ?? new string('x', 4_001), ["do"] = "send" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Contains(expected, page.QuerySelectorAll("[data-field=text]").Select(e => e.TextContent.Trim().Replace(",", "", StringComparison.Ordinal)));
        Assert.Equal(text ?? new string('x', 4_000), page.QuerySelector("#text")!.TextContent.TrimStart('\n'));
        await using var database = app.Database();
        Assert.Empty(await database.Set<SmsOut>().ToListAsync());
    }

    [Theory]
    [InlineData("ru")]
    [InlineData("uk")]
    public void EveryLookedUpText_IsTranslated(string language)
    {
        var known = XDocument.Load(Repository.PathOf("Crm.Plugin", "Features", "Sms", $"Texts.{language}.resx")).Root!.Elements("data").Select(d => (string)d.Attribute("name")!).ToHashSet();
        string[] used = [.. SmsRefusals.All, .. Enum.GetValues<SmsState>().Select(s => SmsPage.Word(s)), .. Enum.GetValues<SmsDelivery>().Select(d => SmsPage.Word(SmsState.Sent, d)), .. Enum.GetValues<SmsGatewayKind>().Select(SmsGatewayPage.Word), SmsComposer.NoNumber, SmsComposer.BadNumber, SmsComposer.Repeated, SmsComposer.Suppressed, "Sent messages", "Received messages", "Gateway"];

        Assert.Empty(used.Except(known));
    }

    private static async Task<int> SendAsync(CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SmsSender>().RunAsync(CancellationToken.None);
    }

    private static async Task<(SmsState, string?)> StateAsync(CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<SmsOut>().OrderByDescending(m => m.Id).Select(m => new ValueTuple<SmsState, string?>(m.State, m.Error)).FirstAsync();
    }
}
