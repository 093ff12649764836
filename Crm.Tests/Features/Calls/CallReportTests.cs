using Crm.Plugin.Features.Calls;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Calls;

/// <summary>What a telephone exchange reports, and the lines by which it is known whose it is.</summary>
public sealed class CallReportTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Rehearsal_AfterTheStart_LeavesNothing(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await Exchange.MirrorPeopleAsync(app);

        foreach (var rehearsal in app.Services.GetServices<IRehearsal>())
        {
            await Readiness.RehearseAsync(app.Services.GetRequiredService<IServiceScopeFactory>(), rehearsal, TestContext.Current.CancellationToken);
        }

        await using var database = app.Database();
        Assert.Empty(await database.Set<PhoneCall>().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Empty(await database.Set<LiveEvent>().ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Report_ThatCannotBe_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var exchange = await Exchange.ConnectAsync(app);

        Assert.Equal((422, "calls.bad-callId"), Refusal(await exchange.SayAsync(new { callId = "", @event = "ringing" })));
        Assert.Equal((422, "calls.bad-at"), Refusal(await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", at = "2020-01-01T00:00:00Z" })));
        Assert.Equal((404, "calls.unknown"), Refusal(await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", user = "nobody" })));
        Assert.Equal((404, "calls.unknown"), Refusal(await exchange.SayAsync(new { callId = "2", @event = "ended" })));
        Assert.Equal(400, (await exchange.SayAsync(new { callId = "1", @event = "barking" })).Status);
        await app.NarrowSalespeopleAsync();
        Assert.Equal((403, "calls.not-yours"), Refusal(await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", user = "anna" })));
        Assert.Equal(200, (await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "1", user = "exchange" })).Status);

        static (int, string?) Refusal((int Status, System.Text.Json.JsonElement Body) answer) => (answer.Status, answer.Body.GetProperty("code").GetString());
    }

    [Fact]
    public async Task Ringing_FromOwnNumberOrAColleague_IsShownToNobody()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/calls/settings");
        await chief.SubmitAsync("/calls/settings", new() { ["lines"] = "101 anna\n102 chief", ["numbers"] = "+7 (495) 999-00-00" });
        using var exchange = await Exchange.ConnectAsync(app);

        await exchange.SayAsync(new { callId = "1", @event = "ringing", number = "84959990000", extension = "101" });
        await exchange.SayAsync(new { callId = "2", @event = "ringing", number = "102", extension = "101" });
        await exchange.SayAsync(new { callId = "3", @event = "ringing", number = "", extension = "101" });

        var card = await anna.PartAsync("/calls/pop");
        Assert.Equal(["Number withheld"], card.QuerySelectorAll(".crm-call h2").Select(h => h.TextContent));
    }

    [Fact]
    public async Task Settings_BadLines_AreToldAndKept()
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/calls/settings");

        var page = await chief.SubmitAsync("/calls/settings", new() { ["lines"] = "101 chief\n102 nobody", ["numbers"] = "12" });

        Assert.Equal(System.Net.HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Equal(["lines", "numbers"], page.QuerySelectorAll("[data-field]").Select(e => e.GetAttribute("data-field")));
        Assert.Contains("102 nobody", page.QuerySelector("#lines")!.TextContent, StringComparison.Ordinal);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/calls/settings");
        Assert.Equal(System.Net.HttpStatusCode.Forbidden, anna.Status);
    }
}
