using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Classification;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Prospects;

/// <summary>Prospects are kept beside what the ERPs have: carried over, found, left out of figures, and purged.</summary>
public sealed class ProspectStorageTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task OldRows_AreMovedOnce_WithNothingLost(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "АО Север"));
        await app.MirrorAsync(host);
        var user = await app.AddUserAsync("anna", Role.SalesManager);
        var known = await app.IdAsync("1");
        await using (var database = app.Database())
        {
            await database.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO prospect_before (name, company, phone, note, source, responsible_id, call_id, counterparty_id, created_by, created_at) VALUES
                ('Ёлена', 'ТОВ Степ', '0501112233', 'прайс', 'Виставка', {user.Id}, 7, NULL, {user.Id}, 1000000), ('Иван', NULL, '84951234567', NULL, NULL, {user.Id}, NULL, {known}, {user.Id}, 2000000)
                """, Cancellation);
            await database.Database.ExecuteSqlRawAsync(
                "INSERT INTO phone_call (id, call_key, line, direction, number, digits, is_internal, rang_at, is_somebody_else, prospect_id) VALUES (7, 'k', '', 1, '0501112233', '380501112233', FALSE, 1, FALSE, (SELECT MIN(id) FROM prospect_before))", Cancellation);
        }

        await Task.WhenAll(TransferAsync(app), kind == DatabaseKind.Sqlite ? Task.CompletedTask : TransferAsync(app));
        await TransferAsync(app);

        await using var after = app.Database();
        var moved = await after.Set<Prospect>().OrderBy(p => p.Id).ToListAsync(Cancellation);
        Assert.Equal([(ProspectState.Open, (long?)null, "прайс", "Виставка", (long?)7), (ProspectState.Converted, known, null, null, null)], moved.Select(p => (p.State, p.OtherId, p.Note, p.Source, p.CallId)));
        var parties = await after.Set<CounterpartyRecord>().Where(c => c.ConnectionId == CounterpartyRecord.ProspectConnection).OrderBy(c => c.Id).ToListAsync(Cancellation);
        Assert.Equal([("ТОВ Степ", "тов степ", "anna", true), ("Иван", "иван", "anna", false)], parties.Select(p => (p.Name, p.NameFolded, p.ManagerLogin, p.GoneAt is null)));
        Assert.Equal("0501112233", Assert.Single(MirrorJson.ReadMechanisms(parties[0].Mechanisms)).Value);
        Assert.Equal("Ёлена", (await after.Set<PersonCard>().SingleAsync(Cancellation)).Name);
        Assert.Equal(parties[0].Id, (await after.Set<Crm.Plugin.Features.Calls.PhoneCall>().SingleAsync(Cancellation)).CounterpartyId);
        Assert.Empty(await after.ReadAsync("SELECT id FROM prospect_before", [], row => row.GetInt64(0), Cancellation));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_OfAnErp_TakesWhatBecameItsCustomers_AndOfTheLastAll(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (one, two) = (new MemoryHost(), new MemoryHost());
        one.Counterparties.Put(Some.Counterparty("1", "АО Север"));
        two.Counterparties.Put(Some.Counterparty("2", "АО Юг"));
        var (first, second) = (await app.MirrorAsync(one, "one"), await app.MirrorAsync(two, "two"));
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        var (open, linked) = (await chief.EnterAsync(new() { ["company"] = "Открытый", ["phone"] = "0501112233" }), await chief.EnterAsync(new() { ["company"] = "Связанный", ["phone"] = "0504445566" }));
        await chief.OpenAsync($"/prospects/{linked}/convert");
        await chief.SubmitAsync($"/prospects/{linked}/link", new() { ["counterparty"] = $"{await app.IdAsync("1")}" });

        await PurgeAsync(app, first, isLast: false);
        await using (var database = app.Database())
        {
            Assert.Equal(["Открытый"], await database.Set<CounterpartyRecord>().Where(c => c.ConnectionId == 0).Select(c => c.Name).ToListAsync(Cancellation));
            Assert.Equal(open, (await database.Set<Prospect>().SingleAsync(Cancellation)).CounterpartyId);
            Assert.Equal(0, await database.Set<PhoneRecord>().CountAsync(p => p.CounterpartyId == linked, Cancellation));
        }

        await PurgeAsync(app, second, isLast: true);
        await using var empty = app.Database();
        Assert.Equal(0, await empty.Set<CounterpartyRecord>().CountAsync(c => c.ConnectionId == 0, Cancellation));
        Assert.Equal(0, await empty.Set<PhoneRecord>().CountAsync(p => p.CounterpartyId == open, Cancellation));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task FirstErp_ReadAfterProspectsWereKept_LeavesThemFound_AndOutOfItsFigures(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["phone"] = "0501112233" });
        Assert.Contains("ТОВ Степ", (await anna.PartAsync("/counterparties?q=степ")).Body!.TextContent, StringComparison.Ordinal);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "АО Север", phone: "+7 495 111-11-11") with { Roles = CounterpartyRoles.Customer });
        await app.MirrorAsync(host);
        await using (var scope = app.Services.CreateAsyncScope())
        {
            await scope.ServiceProvider.GetRequiredService<Crm.Plugin.Mirror.Searching.SearchFollow>().RunAsync(Cancellation);
        }

        foreach (var (typed, found) in ((string, string)[])[("степ", "ТОВ Степ"), ("0501112233", "ТОВ Степ"), ("север", "АО Север"), ("4951111111", "АО Север")])
        {
            Assert.Equal((typed, found), (typed, (await anna.PartAsync($"/counterparties?q={Uri.EscapeDataString(typed)}")).QuerySelector("tbody a")?.TextContent));
        }

        // Silence, sweeps and figures know of no ERP but the one.
        await app.MirrorAsync(host);
        await using var database = app.Database();
        Assert.Equal(1, await database.Set<ConnectionRecord>().CountAsync(Cancellation));
        Assert.Null((await database.Set<CounterpartyRecord>().SingleAsync(c => c.ConnectionId == 0, Cancellation)).GoneAt);
        for (var i = 0; i < 2; i++)
        {
            // Packed whole, and then what was touched since.
            await app.Services.GetRequiredService<Crm.Plugin.Features.SalesHistory.SalesHistoryBuild>().EnsureAsync(0, Cancellation);
            Assert.Equal((i, 1L), (i, (await database.Set<Crm.Plugin.Features.SalesHistory.SalesHistoryState>().SingleAsync(Cancellation)).Members));
            await anna.EnterAsync(new() { ["company"] = $"Ще один {i}" });
        }
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Classification_LeavesProspectsOut(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("customer", "2026-10-01 90");
        await using var database = company.Database();
        foreach (var round in (int[])[1, 2])
        {
            // As one would be that somebody marked as a customer: even then it is none of the ERP's.
            var party = ProspectParty.New(new() { Name = $"prospect {round}" }, null, DateTimeOffset.UnixEpoch, new(2026, 10, 1));
            party.Roles = CounterpartyRoles.Customer;
            database.Add(party);
            await database.SaveChangesAsync(Cancellation);
            database.ChangeTracker.Clear();

            foreach (var measure in (Measure[])[Measure.Revenue, Measure.Quantity])
            {
                var (_, totals) = await company.RunAsync(ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31)) with { Measure = measure });
                Assert.Equal((round, measure, 1), (round, measure, totals.Counterparties));
            }
        }
    }

    private static async Task PurgeAsync(CrmApp app, int connection, bool isLast)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CrmDataPurge>().RunAsync(connection, isLast, Cancellation);
        await scope.ServiceProvider.GetRequiredService<ProspectPurge>().RunAsync(Cancellation);
    }

    private static async Task TransferAsync(CrmApp app)
    {
        await using var database = app.Database();
        await ProspectTransfer.RunAsync(database, TimeProvider.System.GetUtcNow(), Cancellation);
    }
}
