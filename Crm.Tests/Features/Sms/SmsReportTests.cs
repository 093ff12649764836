using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Crm.Plugin.Features.Sms;
using Crm.Plugin.Features.Sms.Reports;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.Features.Sms;

/// <summary>What gateways report of messages, in whatever order and however often.</summary>
public sealed class SmsReportTests(PostgresServer postgres)
{
    private const string Secret = "gateway-secret";

    [Theory]
    [InlineData("DELIVRD", SmsDelivery.Delivered)]
    [InlineData("delivered", SmsDelivery.Delivered)]
    [InlineData("Undeliverable", SmsDelivery.Undeliverable)]
    [InlineData("EXPIRED", SmsDelivery.Undeliverable)]
    [InlineData("ACCEPTD", SmsDelivery.Unknown)]
    [InlineData("undelivered yet", SmsDelivery.Unknown)]
    public void Fate_Word_IsOneOfTheGateways(string word, SmsDelivery expected) => Assert.Equal(expected, SmsReportRule.Fate(word, SmsReportTemplate.Of(new())));

    [Theory]
    [InlineData("""{"id":7,"status":"delivered"}""", "", "7 Delivered", null)]
    [InlineData("""{"d":{"r":[{"id":"a","status":"failed"},{"id":"b","status":"sent"}]}}""", "d.r", "a Undeliverable,b Unknown", null)]
    [InlineData("""{"id":7}""", "", null, "status")]
    [InlineData("""{"id":7,"status":"delivered"}""", "d.r", null, "d.r")]
    [InlineData("""[]""", "", "", null)]
    public void FromJson_Body_IsReadByItsPaths(string body, string list, string? expected, string? lacks)
    {
        using var json = JsonDocument.Parse(body);

        var reports = SmsReportRule.FromJson(json.RootElement, SmsReportTemplate.Of(new() { ReportList = list }), out var missing);

        Assert.Equal((expected, lacks), (reports is null ? null : string.Join(',', reports.Select(r => $"{r.Key} {r.Delivery}")), missing));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Report_RepeatedAndOutOfOrder_ChangesNothingMore(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        var id = await MessageAsync(app, SmsState.Sent);
        using var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Secret);

        Assert.Equal("1 0 0", await ReportAsync(client, id, "ACCEPTD")); // no end
        Assert.Equal("1 1 0", await ReportAsync(client, id, "UNDELIV"));
        Assert.Equal("1 0 0", await ReportAsync(client, id, "UNDELIV"));
        Assert.Equal((SmsState.Sent, SmsDelivery.Undeliverable, "UNDELIV"), await FateAsync(app, id));
        Assert.Equal("1 1 0", await ReportAsync(client, id, "DELIVRD")); // the gateway tried once more
        Assert.Equal("1 0 0", await ReportAsync(client, id, "DELIVRD"));
        Assert.Equal("1 0 0", await ReportAsync(client, id, "UNDELIV")); // an old one, late
        Assert.Equal("1 0 0", await ReportAsync(client, id, "ACCEPTD"));
        Assert.Equal((SmsState.Sent, SmsDelivery.Delivered, "DELIVRD"), await FateAsync(app, id));
        Assert.Equal("1 0 1", await ReportAsync(client, 999, "DELIVRD"));
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["id"] = $"{id}", ["status"] = "DELIVRD" });
        using var answer = await client.PostAsync(new Uri("/api/v1/sms/reports", UriKind.Relative), form);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);

        using var chief = await app.SignInAsync("chief", Role.Administrator);
        Assert.StartsWith("delivered", (await chief.OpenAsync("/sms")).QuerySelector("tbody tr td:nth-child(5)")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_WithoutSecretOrUnreadable_IsRefused()
    {
        await using var app = await StartAsync(DatabaseKind.Sqlite);
        using var client = new HttpClient { BaseAddress = app.Address };
        async Task<string> CodeAsync(string path, HttpContent content)
        {
            using (content)
            {
                using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
                return $"{(int)answer.StatusCode} {JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString()}";
            }
        }

        Assert.Equal("401 sms.bad-secret", await CodeAsync("/api/v1/sms/reports", JsonContent.Create(new { id = 1, status = "DELIVRD" })));
        Assert.Equal("401 sms.bad-secret", await CodeAsync("/api/v1/sms/reports?secret=other", JsonContent.Create(new { id = 1, status = "DELIVRD" })));
        const string Path = "/api/v1/sms/reports?secret=" + Secret;
        Assert.Equal("422 sms.bad-message", await CodeAsync(Path, JsonContent.Create(new { id = 1 })));
        Assert.Equal("422 sms.bad-message", await CodeAsync(Path, JsonContent.Create(new { id = 1, status = new string('x', 101) })));
        Assert.Equal("415 sms.bad-kind", await CodeAsync(Path, new StringContent("x")));
        Assert.Equal("413 sms.too-large", await CodeAsync(Path, JsonContent.Create(Enumerable.Range(0, 501).Select(i => new { id = i, status = "DELIVRD" }))));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Report_OfAMessageWhoseAnswerWasLost_KeepsItFromBeingSentAgain(DatabaseKind kind)
    {
        await using var app = await StartAsync(kind);
        var (queued, failed) = (await MessageAsync(app, SmsState.Queued), await MessageAsync(app, SmsState.Failed));
        using var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Authorization = new("Bearer", Secret);

        await ReportAsync(client, queued, "DELIVRD");
        await ReportAsync(client, failed, "UNDELIV");

        Assert.Equal((SmsState.Sent, SmsDelivery.Delivered, "DELIVRD"), await FateAsync(app, queued));
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        Assert.Null((await chief.OpenAsync("/sms")).QuerySelector("form[action$='/again']"));
        await chief.SubmitAsync($"/sms/{failed}/again", new());
        Assert.Equal((SmsState.Sent, SmsDelivery.Undeliverable, "UNDELIV"), await FateAsync(app, failed));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Report_ByTheGatewaysOwnNumber_FindsTheMessage(DatabaseKind kind)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var gateway = builder.Build();
        var early = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        Uri? crm = null;
        gateway.MapPost("/send", async (HttpRequest request) =>
        {
            // It reports before its answer has arrived: too early to be known.
            using var client = new HttpClient { BaseAddress = crm };
            client.DefaultRequestHeaders.Authorization = new("Bearer", Secret);
            using var answer = await client.PostAsJsonAsync("/api/v1/sms/reports", new { id = "g-77", status = "DELIVRD" });
            early.TrySetResult($"{(int)answer.StatusCode} {answer.Headers.RetryAfter}");
            return Results.Json(new { data = new { id = "g-77" } });
        });
        await gateway.StartAsync();
        await using var app = await StartAsync(kind, g => (g.Kind, g.Url, g.Body, g.AnswerId) = (SmsGatewayKind.Http, gateway.Urls.Single() + "/send?to={to}", "{}", "data.id"));
        crm = app.Address;
        var id = await MessageAsync(app, SmsState.Queued);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            Assert.Equal(1, await scope.ServiceProvider.GetRequiredService<SmsSender>().RunAsync(CancellationToken.None));
        }

        Assert.Equal("503 5", await early.Task);
        using var reporter = new HttpClient { BaseAddress = app.Address };
        reporter.DefaultRequestHeaders.Authorization = new("Bearer", Secret);
        using var later = await reporter.PostAsJsonAsync("/api/v1/sms/reports", new[] { new { id = "g-77", status = "DELIVRD" }, new { id = "g-78", status = "DELIVRD" }, new { id = $"{id}", status = "DELIVRD" } });
        var receipt = JsonDocument.Parse(await later.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((1, 2), (receipt.GetProperty("noted").GetInt32(), receipt.GetProperty("unknown").GetInt32()));
        Assert.Equal((SmsState.Sent, SmsDelivery.Delivered, "DELIVRD"), await FateAsync(app, id));
    }

    [Fact]
    public async Task Gateway_FieldsOfReports_AreKept()
    {
        await using var app = await StartAsync(DatabaseKind.Sqlite);
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/sms/gateway");
        await chief.SubmitAsync("/sms/gateway", new() { ["kind"] = "Http", ["url"] = "https://sms.example/?to={to}", ["reportId"] = "msg.id", ["reportDelivered"] = "OK, arrived", ["answerId"] = "sid" });

        var page = await chief.OpenAsync("/sms/gateway");
        Assert.Equal(("msg.id", "OK, arrived", "sid"), (page.QuerySelector("#reportId")!.GetAttribute("value"), page.QuerySelector("#reportDelivered")!.GetAttribute("value"), page.QuerySelector("#answerId")!.GetAttribute("value")));
        Assert.Contains("/api/v1/sms/reports", page.Body!.TextContent, StringComparison.Ordinal);
        page = await chief.SubmitAsync("/sms/gateway", new() { ["kind"] = "Http", ["url"] = "https://sms.example/?to={to}", ["reportUndeliverable"] = new string('x', 301) });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "reportUndeliverable"), (chief.Status, page.QuerySelector("[data-field]")?.GetAttribute("data-field")));
        await using var database = app.Database();
        Assert.NotNull((await database.Set<SmsGateway>().SingleAsync()).InToken); // the secret survives a save
    }

    private async Task<CrmApp> StartAsync(DatabaseKind kind, Action<SmsGateway>? set = null)
    {
        var app = await CrmApp.StartAsync(kind, postgres);
        var gateway = new SmsGateway { Id = 1, Kind = SmsGatewayKind.None, InToken = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(Secret))) };
        set?.Invoke(gateway);
        await app.SaveAsync(gateway);
        return app;
    }

    private static async Task<long> MessageAsync(CrmApp app, SmsState state)
    {
        var now = TimeProvider.System.GetUtcNow();
        var message = new SmsOut { Key = Guid.NewGuid().ToString("N"), Number = "+79161234567", Text = "t", Parts = 1, State = state, NextAt = now, CreatedAt = now, Error = state == SmsState.Failed ? "sms.gateway-unavailable" : null };
        await app.SaveAsync(message);
        return message.Id;
    }

    private static async Task<string> ReportAsync(HttpClient client, long id, string status)
    {
        using var answer = await client.PostAsJsonAsync("/api/v1/sms/reports", new { id, status });
        var receipt = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return $"{receipt.GetProperty("received").GetInt32()} {receipt.GetProperty("noted").GetInt32()} {receipt.GetProperty("unknown").GetInt32()}";
    }

    private static async Task<(SmsState, SmsDelivery, string?)> FateAsync(CrmApp app, long id)
    {
        await using var database = app.Database();
        var message = await database.Set<SmsOut>().SingleAsync(m => m.Id == id);
        return (message.State, message.Delivery, message.DeliveryWord);
    }
}
