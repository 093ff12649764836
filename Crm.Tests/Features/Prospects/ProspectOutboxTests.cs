using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Prospects;

/// <summary>A prospect is entered in the ERP once, whatever happens between, and stays the same record.</summary>
public sealed class ProspectOutboxTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Entered_AnswerLostAndRefusedBetween_IsMadeOnce_AndOnlyGetsTheErpsKey(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (memory, connection, id, anna) = await StartAsync(app);
        using var browser = anna;
        await app.SaveAsync(new Interaction { CounterpartyId = id, Content = "first contact", State = InteractionState.Done });
        var erp = new TakingErp(memory) { LostAnswer = new(HostFailure.Unavailable, "memory.timeout", "no answer") };

        Assert.Null(await app.WishAsync(id, connection, erp));
        Assert.Null(await app.WishAsync(id, connection, erp)); // clicked twice
        Assert.Equal(0, await app.SendProspectsAsync(erp));
        Assert.Equal(0, await app.SendProspectsAsync(erp)); // not due yet
        Assert.Single(erp.Asked);
        Assert.Contains("Nobody has to act", (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector("#prospect")!.TextContent, StringComparison.Ordinal);
        await app.DueAsync();
        (erp.LostAnswer, erp.Refusal) = (null, new(HostFailure.Refused, "memory.no-rights", "no"));
        Assert.Equal(0, await app.SendProspectsAsync(erp));
        var panel = (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector("#prospect")!.TextContent;
        Assert.All((string[])["refused by the ERP", "memory.no-rights", "An administrator"], t => Assert.Contains(t, panel, StringComparison.Ordinal));
        erp.Refusal = null;
        Assert.Null(await app.WishAsync(id, connection, erp));
        Assert.Equal(1, await app.SendProspectsAsync(erp));

        Assert.Equal(1, erp.Made);
        Assert.Single(erp.Asked.Select(a => a.Key).Distinct());
        Assert.Equal(("ТОВ Степ", CounterpartyRoles.Customer, 2, "Дніпро"), (erp.Asked[0].Record.Name, erp.Asked[0].Record.Roles, erp.Asked[0].Record.Mechanisms.Count, erp.Asked[0].Record.Address!.City));
        var (record, party) = await app.ProspectAsync(id);
        Assert.Equal((ProspectState.Converted, null, "new-1"), (record.State, record.OtherId, record.HostKey));
        Assert.Equal((connection, "new-1", "C-new-1", null), (party.ConnectionId, party.HostKey, party.Code, party.GoneAt));

        // The poll brings what the ERP made of it into the same record.
        await app.MirrorAsync(memory);
        Assert.Equal(id, await app.IdAsync("new-1"));
        Assert.Equal("1", (await app.ProspectAsync(id)).Party.Version);
        Assert.Equal(id, Assert.Single(await app.InteractionsAsync()).CounterpartyId);
        var card = await anna.OpenAsync($"/counterparties/{id}");
        Assert.Contains("Was a prospect", card.QuerySelector("#prospect")!.TextContent, StringComparison.Ordinal);
        Assert.Null(card.QuerySelector("form[action$=undo]"));
        Assert.Null(card.QuerySelector("h1 ~ .badge.bg-yellow-lt"));
        Assert.Contains("ТОВ Степ", (await anna.PartAsync("/counterparties?q=0501112233")).Body!.TextContent, StringComparison.Ordinal);
        await using var database = app.Database();
        Assert.Equal([10, 11, 11, 13, 10, 11, 12], await database.Set<LedgerRecord>().Where(l => l.Detail!.StartsWith("prospect")).OrderBy(l => l.Id).Select(l => (int)l.Event).ToListAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Entered_ThePollWasFaster_MovesToTheRecordOfThePoll(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (memory, connection, id, anna) = await StartAsync(app);
        using var browser = anna;
        await app.SaveAsync(new Interaction { CounterpartyId = id, Content = "first contact", State = InteractionState.Done });
        var erp = new TakingErp(memory) { Meanwhile = () => app.MirrorAsync(memory) };

        await app.WishAsync(id, connection, erp);
        Assert.Equal(1, await app.SendProspectsAsync(erp));

        var polled = await app.IdAsync("new-1");
        Assert.NotEqual(id, polled);
        Assert.Equal((ProspectState.Converted, polled), ((await app.ProspectAsync(id)).Record.State, (await app.ProspectAsync(id)).Record.OtherId));
        Assert.Equal(polled, Assert.Single(await app.InteractionsAsync()).CounterpartyId);
        var card = await anna.OpenAsync($"/counterparties/{id}");
        Assert.Equal($"/counterparties/{polled}", anna.Location);
        Assert.Null(card.QuerySelector("form[action$=undo]")); // the ERP has it now
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Entered_KilledBetweenAnswerAndAdoption_IsEndedByTheNextRun(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (memory, connection, id, anna) = await StartAsync(app);
        using var browser = anna;
        var erp = new TakingErp(memory);
        await app.WishAsync(id, connection, erp);
        // As a process leaves it that was killed right after it kept the answer, its claim still running.
        await using (var database = app.Database())
        {
            DateTimeOffset? claimed = TimeProvider.System.GetUtcNow().AddMinutes(5);
            await database.Set<Prospect>().ExecuteUpdateAsync(p => p.SetProperty(x => x.Fate, ProspectFate.Made).SetProperty(x => x.HostKey, "new-1").SetProperty(x => x.NextTryAt, claimed), Cancellation);
        }

        Assert.Equal(0, await app.SendProspectsAsync(erp));
        await app.DueAsync();
        Assert.Equal(1, await app.SendProspectsAsync(erp));

        Assert.Empty(erp.Asked);
        Assert.Equal((connection, "new-1"), ((await app.ProspectAsync(id)).Party.ConnectionId, (await app.ProspectAsync(id)).Party.HostKey));
        Assert.Equal(0, await app.SendProspectsAsync(erp));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Stopped_WhileTheErpAnswers_IsTakenUpAllTheSame(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (memory, connection, id, anna) = await StartAsync(app);
        using var browser = anna;
        await anna.OpenAsync($"/counterparties/{id}");
        var erp = new TakingErp(memory) { Meanwhile = () => anna.SubmitAsync($"/prospects/{id}/stop", []) };
        await app.WishAsync(id, connection, erp);

        // While it is on its way it is neither changed, given up nor linked.
        foreach (var step in (string[])["edit", "give-up", "link"])
        {
            await anna.SubmitAsync($"/prospects/{id}/{step}", new() { ["company"] = "x", ["reason"] = "x", ["counterparty"] = $"{await app.IdAsync("1")}" });
            Assert.Equal((step, System.Net.HttpStatusCode.UnprocessableEntity), (step, anna.Status));
        }

        Assert.Equal(1, await app.SendProspectsAsync(erp));
        Assert.Equal(ProspectState.Converted, (await app.ProspectAsync(id)).Record.State);
    }

    [Fact]
    public async Task Entered_WhereTheErpTakesNone_IsTold()
    {
        await using var app = await CrmApp.StartAsync();
        var (memory, connection, id, anna) = await StartAsync(app);
        using var browser = anna;
        await app.WishAsync(id, connection, memory);

        Assert.Equal(0, await app.SendProspectsAsync(memory));

        var panel = (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector("#prospect")!.TextContent;
        Assert.Contains("This ERP takes no new counterparties from us: enter it there, then link it.", panel, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Entered_ByAConnectorWithABug_IsToldAndTheNextOneIsEntered()
    {
        await using var app = await CrmApp.StartAsync();
        var (memory, connection, id, anna) = await StartAsync(app);
        using var browser = anna;
        var next = await anna.EnterAsync(new() { ["company"] = "ТОВ Лан", ["sure"] = "true" });
        var erp = new TakingErp(memory) { StumblesAt = "ТОВ Степ" };
        await app.WishAsync(id, connection, erp);
        await app.WishAsync(next, connection, erp);

        Assert.Equal(1, await app.SendProspectsAsync(erp));

        var stumbled = (await app.ProspectAsync(id)).Record;
        Assert.Equal((ProspectFate.Refused, "mirror.connector-bug"), (stumbled.Fate, stumbled.Failure));
        Assert.Equal(ProspectState.Converted, (await app.ProspectAsync(next)).Record.State);
    }

    [Fact]
    public async Task Entered_ByAConnectorThatCannotBeLoaded_IsTold()
    {
        await using var app = await CrmApp.StartAsync();
        var (memory, connection, id, anna) = await StartAsync(app); // the manifest of this connection names no connector
        using var browser = anna;
        await app.WishAsync(id, connection, new TakingErp(memory));

        await using (var scope = app.Services.CreateAsyncScope())
        {
            Assert.Equal(0, await scope.ServiceProvider.GetRequiredService<ProspectOutbox>().RunAsync(Cancellation));
        }

        var panel = (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector("#prospect")!.TextContent;
        Assert.All((string[])["An administrator", "mirror.connector-not-loaded"], t => Assert.Contains(t, panel, StringComparison.Ordinal));
    }

    [Fact]
    public async Task TwoProcesses_AtOnce_EnterEachOnce()
    {
        await using var app = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        var (memory, connection, _, anna) = await StartAsync(app);
        using var browser = anna;
        var erp = new TakingErp(memory);
        for (var i = 0; i < 20; i++)
        {
            await app.WishAsync(await anna.EnterAsync(new() { ["company"] = $"Новий {i}", ["sure"] = "true" }), connection, erp);
        }

        var done = await Task.WhenAll(app.SendProspectsAsync(erp), app.SendProspectsAsync(erp));

        Assert.Equal((20, 20, 20), (done.Sum(), erp.Made, erp.Asked.Count));
        await using var database = app.Database();
        Assert.Equal(20, await database.Set<Prospect>().CountAsync(p => p.State == ProspectState.Converted, Cancellation));
    }

    private static async Task<(MemoryHost Memory, int Connection, long Id, WebBrowser Anna)> StartAsync(CrmApp app)
    {
        var memory = new MemoryHost();
        memory.Counterparties.Put(Some.Counterparty("1", "АО Север"));
        var connection = await app.MirrorAsync(memory);
        var anna = await app.SignInAsync("anna", Role.SalesManager);
        return (memory, connection, await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["phone"] = "0501112233", ["email"] = "info@step.example", ["city"] = "Дніпро" }), anna);
    }
}
