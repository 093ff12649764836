using System.Globalization;
using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>A salesperson whose role reaches only their own counterparties neither sees nor writes what hangs on another's.</summary>
public sealed class InteractionRightsTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(2037, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task OwnScope_AnothersCounterparty_IsNeitherSeenNorWritten(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        var (own, foreign) = (await app.AddCounterpartyAsync("Own trade", "anna"), await app.AddCounterpartyAsync("Foreign trade", "boris"));
        var secret = new Interaction
        {
            CounterpartyId = foreign, Kind = InteractionKind.Meeting, Direction = InteractionDirection.Outgoing, Importance = InteractionImportance.Middle, State = InteractionState.Planned,
            Subject = "Secret price", TextFolded = "secret price", At = Now.AddHours(1), PlannedStart = Now.AddHours(1), ResponsibleId = boris.Id, Version = 1, CreatedBy = boris.Id, CreatedAt = Now,
            Users = { new InteractionUser { UserId = anna.Id, IsOpen = true } },
        };
        await app.SaveAsync(secret);
        await app.NarrowSalespeopleAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await browser.OpenAsync($"/interactions/new?counterparty={own}");
        Assert.Equal(HttpStatusCode.OK, browser.Status);

        foreach (var path in (string[])["/interactions?who=all", "/interactions?who=all&q=secret", $"/interactions?counterparty={foreign}&who=all", "/my-day", "/my-day?who=all", $"/my-day?who={boris.Id}", "/interactions/counterparties?find=foreign"])
        {
            await browser.OpenAsync(path);
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.DoesNotContain("Secret", browser.Source, StringComparison.Ordinal);
            Assert.DoesNotContain("Foreign trade", browser.Source, StringComparison.Ordinal);
        }

        foreach (var path in (string[])[$"/interactions/{secret.Id}", $"/interactions/new?counterparty={foreign}"])
        {
            await browser.OpenAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, browser.Status);
            Assert.DoesNotContain("Foreign trade", browser.Source, StringComparison.Ordinal);
        }

        await browser.OpenAsync("/my-day");
        foreach (var (path, fields) in (( string, Dictionary<string, string>)[])
        [
            ("/interactions", new() { ["counterparty"] = foreign.ToString(CultureInfo.InvariantCulture), ["content"] = "x" }),
            ("/interactions/999999", new() { ["content"] = "x" }),
            ($"/interactions/{secret.Id}", new() { ["content"] = "x", ["version"] = "1" }),
            ($"/interactions/{secret.Id}/done", new() { ["result"] = "x" }),
            ($"/interactions/{secret.Id}/cancel", new() { ["result"] = "x" }),
            ($"/interactions/{secret.Id}/postpone", new() { ["days"] = "1" }),
        ])
        {
            await browser.SubmitAsync(path, fields);
            Assert.Equal(HttpStatusCode.NotFound, browser.Status);
            Assert.DoesNotContain("Foreign trade", browser.Source, StringComparison.Ordinal);
        }

        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = own.ToString(CultureInfo.InvariantCulture), ["content"] = "Mine", ["back"] = "/interactions" });
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        var all = await app.InteractionsAsync();
        Assert.Equal([("Secret price", InteractionState.Planned), (null, InteractionState.Done)], all.Select(i => (i.Subject, i.State)));
    }
}
