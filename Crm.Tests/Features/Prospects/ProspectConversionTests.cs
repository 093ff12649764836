using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Prospects;

/// <summary>A prospect and the customer that it turns out to be are one: nothing stays behind, and a mistake is undone.</summary>
public sealed class ProspectConversionTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Fails when a feature gets a table that is about a counterparty and nobody says whether its rows go along.</summary>
    [Fact]
    public async Task Tables_AboutACounterparty_AreEachDecidedOn()
    {
        await using var app = await CrmApp.StartAsync();
        await using var database = app.Database();

        Assert.Equal(
            CrmDataPurge.Tables(database.Model).Where(t => t.FindProperty("CounterpartyId") is not null || t.FindProperty("OtherId") is not null).Select(t => t.GetTableName()!).Distinct().Order(StringComparer.Ordinal),
            PartyMove.Moved.Select(t => t.Name).Concat(PartyMove.Left).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Link_MovesEveryTable_AndUndoPutsExactlyTheseRowsBack(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Степь", phone: "+380 50 111-22-33"));
        await app.MirrorAsync(host);
        var to = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["name"] = "Олена", ["phone"] = "0501112233\n0445556677", ["email"] = "info@step.example", ["sure"] = "true" });
        await FillAsync(app, id);
        var before = await CountAsync(app, id);
        Assert.Equal(PartyMove.Moved.Count, before.Count);
        Assert.All(before, t => Assert.True(t.Value > 0, t.Key));

        await anna.OpenAsync($"/prospects/{id}/convert");
        await anna.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = $"{to}" });

        Assert.Equal($"/counterparties/{to}", anna.Location);
        Assert.All(await CountAsync(app, id), t => Assert.Equal((t.Key, 0), (t.Key, t.Value)));
        var there = await CountAsync(app, to);
        // One number was known to the ERP; the other and the address are the CRM's own there now, on their way to the ERP.
        before["own_mechanism"] += 2;
        Assert.Equal(before.OrderBy(t => t.Key, StringComparer.Ordinal), there.OrderBy(t => t.Key, StringComparer.Ordinal));
        await using (var database = app.Database())
        {
            Assert.All(await database.Set<OwnMechanism>().Where(m => m.CardId == null).ToListAsync(Cancellation), m => Assert.Equal(MechanismFate.Waiting, m.Fate));
        }

        Assert.Contains("ТОВ Степ", (await anna.OpenAsync("/prospects?state=converted")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        await anna.OpenAsync($"/counterparties/{id}");
        Assert.Equal($"/counterparties/{to}", anna.Location); // an old address leads to the customer
        Assert.Equal(["ООО Степь"], (await anna.PartAsync("/calls/lookup?number=0501112233")).QuerySelectorAll("a.fs-3").Select(a => a.TextContent));

        // Sent twice it is done once; to somebody else not at all.
        await anna.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = $"{to}" });
        Assert.Equal(there.OrderBy(t => t.Key, StringComparer.Ordinal), (await CountAsync(app, to)).OrderBy(t => t.Key, StringComparer.Ordinal));

        // What is logged after that is the customer's, and stays there.
        await app.SaveAsync(new Interaction { CounterpartyId = to, Content = "later", State = InteractionState.Done });
        var card = await anna.OpenAsync($"/counterparties/{to}");
        await anna.SubmitAsync(card.QuerySelector("form[action$=undo]")!.GetAttribute("action")!, []);

        before["own_mechanism"] -= 2;
        Assert.Equal(before.OrderBy(t => t.Key, StringComparer.Ordinal), (await CountAsync(app, id)).OrderBy(t => t.Key, StringComparer.Ordinal));
        Assert.Equal(["later"], (await app.InteractionsAsync()).Where(i => i.CounterpartyId == to).Select(i => i.Content));
        Assert.Equal((ProspectState.Open, null, null), ((await app.ProspectAsync(id)).Record.State, (await app.ProspectAsync(id)).Record.OtherId, (await app.ProspectAsync(id)).Party.GoneAt));
        await using var end = app.Database();
        Assert.Equal(0, await end.Set<ProspectMove>().CountAsync(Cancellation));
        Assert.Equal(["prospect.link-undone", "prospect.linked"], await end.Set<AuditEntry>().Where(a => a.Action.StartsWith("prospect.link")).OrderBy(a => a.Action).Select(a => a.Action).ToListAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Link_WhereTheCustomerHasItsOwn_KeepsBoth_AndNobodyIsCalledAgainstTheirWish(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Степь"));
        await app.MirrorAsync(host);
        var to = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["name"] = "Олена" });
        await using (var database = app.Database())
        {
            var person = await database.Set<PersonPlace>().SingleAsync(Cancellation);
            await app.SaveAsync(
                new PersonPlace { PersonCardId = person.PersonCardId, CounterpartyId = to, Role = "decides" },
                new CounterpartyPreference { CounterpartyId = id, DoNotContact = true, Terms = "prospect's" }, new CounterpartyPreference { CounterpartyId = to, Terms = "customer's" });
        }

        await anna.OpenAsync($"/prospects/{id}/convert");
        await anna.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = $"{to}" });
        await using (var linked = app.Database())
        {
            Assert.Equal([((string?)"prospect's", true), ("customer's", true)], (await linked.Set<CounterpartyPreference>().OrderByDescending(p => p.CounterpartyId).ToListAsync(Cancellation)).Select(p => (p.Terms, p.DoNotContact)));
        }

        var card = await anna.OpenAsync($"/counterparties/{to}");
        await anna.SubmitAsync(card.QuerySelector("form[action$=undo]")!.GetAttribute("action")!, []);
        await using var after = app.Database();
        Assert.Equal([((string?)"prospect's", true), ("customer's", false)], (await after.Set<CounterpartyPreference>().OrderByDescending(p => p.CounterpartyId).ToListAsync(Cancellation)).Select(p => (p.Terms, p.DoNotContact)));
        Assert.Equal(2, await after.Set<PersonPlace>().CountAsync(Cancellation));
    }

    [Theory]
    [InlineData("", "Choose a counterparty.")]
    [InlineData("999", "This counterparty does not exist, or your role does not let you log contacts with it.")]
    [InlineData("prospect", "Choose a counterparty that an ERP has.")]
    public async Task Link_ToNobody_IsTold(string counterparty, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ" });
        var other = await anna.EnterAsync(new() { ["company"] = "ТОВ Лан" });
        await anna.OpenAsync($"/prospects/{id}/convert");

        var page = await anna.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = counterparty == "prospect" ? $"{other}" : counterparty, ["find"] = "Степ" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal(expected, page.QuerySelector("[data-field=link]")!.TextContent);
        Assert.Equal("Степ", page.QuerySelector("input[name=find]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Link_TwoProcessesAtOnce_IsDoneByOne()
    {
        await using var app = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        await using var second = await app.StartBesideAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Один"), Some.Counterparty("2", "Два"));
        await app.MirrorAsync(host);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var again = await second.SignInAsync("anna", Role.SalesManager);
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["phone"] = "0501112233" });
        await app.SaveAsync(new Interaction { CounterpartyId = id, Content = "x", State = InteractionState.Done });
        var (one, two) = (await app.IdAsync("1"), await app.IdAsync("2"));
        await anna.OpenAsync($"/prospects/{id}/convert");
        await again.OpenAsync($"/prospects/{id}/convert");

        await Task.WhenAll(anna.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = $"{one}" }), again.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = $"{two}" }));

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.UnprocessableEntity], new[] { anna.Status, again.Status }.Order());
        var other = (await app.ProspectAsync(id)).Record.OtherId;
        Assert.Equal(anna.Status == HttpStatusCode.OK ? one : two, other);
        Assert.All(await app.InteractionsAsync(), i => Assert.Equal(other, i.CounterpartyId));
        await using var database = app.Database();
        Assert.Equal(other, Assert.Single(await database.Set<OwnMechanism>().ToListAsync(Cancellation)).CounterpartyId);
    }

    /// <summary>A row in each table that moves.</summary>
    private static async Task FillAsync(CrmApp app, long id)
    {
        await using var database = app.Database();
        foreach (var table in CrmDataPurge.Tables(database.Model).Where(t => t.GetTableName() != "person_place" && PartyMove.Moved.Any(m => m.Name == t.GetTableName())))
        {
            var row = Activator.CreateInstance(table.ClrType)!;
            foreach (var property in table.GetProperties().Where(p => p.PropertyInfo is not null && !p.IsNullable && p.ClrType == typeof(string)))
            {
                property.PropertyInfo!.SetValue(row, property.Name);
            }

            table.FindProperty("CounterpartyId")!.PropertyInfo!.SetValue(row, id);
            database.Add(row);
        }

        await database.SaveChangesAsync(Cancellation);
    }

    private static async Task<Dictionary<string, int>> CountAsync(CrmApp app, long counterparty)
    {
        await using var database = app.Database();
        var counts = new Dictionary<string, int>();
        foreach (var table in PartyMove.Moved)
        {
            counts[table.Name] = (await database.ReadAsync($"SELECT COUNT(*) FROM {table.Name} WHERE counterparty_id = @id", [("@id", counterparty)], row => Convert.ToInt32(row.GetValue(0), System.Globalization.CultureInfo.InvariantCulture), Cancellation)).Single();
        }

        return counts;
    }
}
