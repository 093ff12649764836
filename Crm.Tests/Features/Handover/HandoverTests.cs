using System.Globalization;
using System.Net;
using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Handover;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Features.Prospects;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Handover;

/// <summary>Giving open work to a colleague: counted, moved, and taken back; history keeps its author.</summary>
public sealed class HandoverTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Noon = new(2096, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task GiveOver_Everything_MovesWhatIsOpenAndGoesBackAsFarAsItIsStillOpen(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (anna, boris, carl) = (await app.AddUserAsync("anna", Role.SalesManager), await app.AddUserAsync("boris", Role.SalesManager), await app.AddUserAsync("carl", Role.SalesManager));
        var party = await app.AddCounterpartyAsync("Ромашка", "anna");
        var plan = Entry(party, anna.Id, i => (i.SeriesId, i.RemindAt) = (1, Noon));
        var shared = Entry(party, anna.Id, i => i.Users.Add(new() { UserId = boris.Id, IsOpen = true }));
        var done = Entry(party, anna.Id, i => (i.State, i.StartedAt) = (InteractionState.Done, Noon));
        var ofCarl = Entry(party, carl.Id, i => i.Users.Add(new() { UserId = anna.Id, IsOpen = true }));
        var task = Inside(anna.Id, InternalKind.Task);
        var holiday = Inside(anna.Id, InternalKind.Holiday);
        await app.SaveAsync(plan, shared, done, ofCarl, task, holiday, Inside(boris.Id, InternalKind.Illness));
        await app.SaveAsync(new InteractionTask { InteractionId = plan.Id, No = 0, Text = "Pack" });
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);

        var preview = await viktor.OpenAsync($"/handover?from={anna.Id}&to={boris.Id}");
        Assert.Equal(["2", "1", "1", "1", "1", "1"], preview.QuerySelectorAll("table td.crm-number").Take(6).Select(c => c.TextContent));
        Assert.Contains("Of them 2 are planned for a time at which the new user is away", preview.Body!.TextContent, StringComparison.Ordinal);
        Assert.Contains("1 counterparties have this user as their manager in the ERP", preview.Body.TextContent, StringComparison.Ordinal);
        await viktor.SubmitAsync("/handover", Wish(anna, boris, 3)); // another number than was seen
        Assert.Equal(HttpStatusCode.UnprocessableEntity, viktor.Status);
        Assert.Equal(anna.Id, (await app.InteractionsAsync())[0].ResponsibleId);
        await viktor.SubmitAsync("/handover", Wish(anna, boris, 4));

        Assert.Equal(HttpStatusCode.OK, viktor.Status);
        var stored = await app.InteractionsAsync();
        Assert.Equal([boris.Id, boris.Id, anna.Id, carl.Id], stored.Select(i => i.ResponsibleId));
        Assert.Equal([2, 2, 1, 1], stored.Select(i => i.Version));
        Assert.All(stored, i => Assert.Equal(anna.Id, i.CreatedBy));
        Assert.Empty(stored[1].Users); // he is responsible now, not a guest as well
        Assert.Equal(boris.Id, Assert.Single(stored[3].Users).UserId);
        Assert.Equal([boris.Id, anna.Id, boris.Id], await OwnersAsync(app));
        await using (var database = app.Database())
        {
            Assert.Equal(["handover.made", "interaction.handed-over", "interaction.handed-over"], await database.Set<AuditEntry>().Where(a => a.Action.Contains("hand")).Select(a => a.Action).OrderBy(a => a).ToListAsync());
        }

        // One is done meanwhile: it stays with who did it.
        await using (var database = app.Database())
        {
            await database.Set<Interaction>().Where(i => i.Id == plan.Id).ExecuteUpdateAsync(i => i.SetProperty(x => x.State, InteractionState.Done));
        }

        var undo = (await viktor.OpenAsync("/handover")).QuerySelector("form[action$='/undo']")!.GetAttribute("action")!;
        await viktor.SubmitAsync(undo, []);
        stored = await app.InteractionsAsync();
        Assert.Equal([boris.Id, anna.Id, anna.Id, carl.Id], stored.Select(i => i.ResponsibleId));
        Assert.Equal((boris.Id, anna.Id), (Assert.Single(stored[1].Users).UserId, Assert.Single(stored[3].Users).UserId));
        Assert.Equal([anna.Id, anna.Id, boris.Id], await OwnersAsync(app));
        await using (var database = app.Database())
        {
            var handover = await database.Set<PortfolioHandover>().SingleAsync();
            Assert.Equal((4, 3), (handover.Moved, handover.WentBack));
        }

        await viktor.SubmitAsync(undo, []);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, viktor.Status);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task GiveOver_SomeCounterparties_LeavesTheRestAndTellsWhatTheReceiverCannotSee(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (anna, boris) = (await app.AddUserAsync("anna", Role.SalesManager), await app.AddUserAsync("boris", Role.SalesManager));
        var (romashka, veter) = (await app.AddCounterpartyAsync("ООО «Ромашка»", "anna"), await app.AddCounterpartyAsync("Ветер 100%", "anna"));
        await app.SaveAsync(Entry(romashka, anna.Id), Entry(veter, anna.Id), Inside(anna.Id, InternalKind.Task));
        await app.NarrowSalespeopleAsync();
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);

        Assert.Contains("Nothing is open here", (await viktor.OpenAsync($"/handover?from={anna.Id}&to={boris.Id}&importance=1")).Body!.TextContent, StringComparison.Ordinal);
        var preview = await viktor.OpenAsync($"/handover?from={anna.Id}&to={boris.Id}&q=ромашка");
        Assert.Equal("1", preview.QuerySelector("input[name=expected]")!.GetAttribute("value"));
        Assert.Contains("1 are with counterparties that the new user's role does not let them see", preview.Body!.TextContent, StringComparison.Ordinal);
        await viktor.SubmitAsync("/handover", [.. Wish(anna, boris, 1), new("q", "100%")]);

        Assert.Equal([anna.Id, boris.Id], (await app.InteractionsAsync()).Select(i => i.ResponsibleId));
        Assert.Equal([anna.Id], await OwnersAsync(app));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task GiveOver_WithProspects_MovesTheOpenOnesAndGivesBackThoseStillOpen(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);
        var (from, to) = (await UserAsync(app, "anna"), await UserAsync(app, "boris"));
        await app.AddCounterpartyAsync("ООО «Ромашка»", "anna");
        var open = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["phone"] = "0501112233" });
        var later = await anna.EnterAsync(new() { ["company"] = "ТОВ Лан" });
        var givenUp = await anna.EnterAsync(new() { ["company"] = "ТОВ Ліс" });
        var converted = await anna.EnterAsync(new() { ["company"] = "ТОВ Гай" });
        await anna.OpenAsync($"/counterparties/{givenUp}");
        await anna.SubmitAsync($"/prospects/{givenUp}/give-up", new Dictionary<string, string> { ["reason"] = "Дорого" });
        await using (var database = app.Database())
        {
            await database.Set<Prospect>().Where(p => p.CounterpartyId == converted).ExecuteUpdateAsync(p => p.SetProperty(x => x.State, ProspectState.Converted));
        }

        await boris.EnterAsync(new() { ["company"] = "ТОВ Борис" });
        await app.SaveAsync(Entry(open, from.Id));

        // A contact, two prospects; what is given up or converted stays, and of the ERP's there is one.
        var preview = await viktor.OpenAsync($"/handover?from={from.Id}&to={to.Id}");
        Assert.Equal(["1", "0", "0", "0", "0", "0", "2"], preview.QuerySelectorAll("table td.crm-number").Take(7).Select(c => c.TextContent));
        Assert.Contains("1 counterparties have this user as their manager in the ERP", preview.Body!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("does not let them see", preview.Body.TextContent, StringComparison.Ordinal); // the new user is the prospect's manager then
        Assert.Equal("1", (await viktor.OpenAsync($"/handover?from={from.Id}&to={to.Id}&q=лан")).QuerySelector("input[name=expected]")!.GetAttribute("value"));
        await viktor.SubmitAsync("/handover", Wish(from, to, 3));

        Assert.Equal(HttpStatusCode.OK, viktor.Status);
        Assert.Equal(["boris", "boris", "anna", "anna"], await ManagersAsync(app, open, later, givenUp, converted));
        Assert.Equal(to.Id, (await app.ProspectAsync(open)).Record.ResponsibleId);
        Assert.Equal(to.Id, Assert.Single(await app.InteractionsAsync()).ResponsibleId);
        await anna.OpenAsync($"/counterparties/{open}");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        Assert.Contains("ТОВ Степ", (await boris.OpenAsync("/prospects")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        await boris.OpenAsync($"/counterparties/{later}");
        await boris.SubmitAsync($"/prospects/{later}/give-up", new Dictionary<string, string> { ["reason"] = "Нема потреби" });

        var undo = (await viktor.OpenAsync("/handover")).QuerySelector("form[action$='/undo']")!.GetAttribute("action")!;
        await viktor.SubmitAsync(undo, []);

        Assert.Equal(["anna", "boris", "anna", "anna"], await ManagersAsync(app, open, later, givenUp, converted));
        Assert.Equal((from.Id, to.Id), ((await app.ProspectAsync(open)).Record.ResponsibleId, (await app.ProspectAsync(later)).Record.ResponsibleId));
        await using (var database = app.Database())
        {
            var handover = await database.Set<PortfolioHandover>().SingleAsync();
            Assert.Equal((3, 2), (handover.Moved, handover.WentBack));
            Assert.Equal(
                [("prospect.handed-over", Id(open)), ("prospect.handed-over", Id(later)), ("prospect.handed-back", Id(open))],
                (await database.Set<AuditEntry>().Where(a => a.Action.StartsWith("prospect.hand")).OrderBy(a => a.Id).ToListAsync()).Select(a => (a.Action, a.SubjectId)).OrderBy(a => a.Action == "prospect.handed-back"));
        }
    }

    [Fact]
    public async Task GiveOver_BadInputOrNoRight_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);

        await anna.OpenAsync("/handover");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
        foreach (var (query, field, reason) in ((string, string, string)[])
        [
            ("from=1&to=1", "to", "Choose somebody else: the work is with this user already."), ("from=99&to=1", "from", "Choose a user."), ("from=1&to=x", "to", "Choose a user."),
            ("from=1&to=2&importance=9", "importance", "Choose one of the listed values."), ($"from=1&to=2&q={new string('x', 201)}", "q", "At most 200 characters."),
        ])
        {
            var page = await viktor.OpenAsync("/handover?" + query);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, reason), (viktor.Status, page.QuerySelector($"[data-field={field}]")!.TextContent));
        }

        Assert.Equal(new string('x', 201), viktor.Source.Length > 0 ? (await viktor.OpenAsync($"/handover?from=1&to=2&q={new string('x', 201)}")).QuerySelector("#q")!.GetAttribute("value") : null);
        await viktor.SubmitAsync("/handover", new Dictionary<string, string> { ["from"] = "1", ["to"] = "2", ["expected"] = "0" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, viktor.Status);
        Assert.Contains("Nothing is open here", viktor.Source, StringComparison.Ordinal);
    }

    private static Dictionary<string, string> Wish(UserAccount from, UserAccount to, int expected) => new()
    {
        ["from"] = from.Id.ToString(CultureInfo.InvariantCulture), ["to"] = to.Id.ToString(CultureInfo.InvariantCulture), ["expected"] = expected.ToString(CultureInfo.InvariantCulture),
    };

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static async Task<UserAccount> UserAsync(CrmApp app, string login)
    {
        await using var database = app.Database();
        return await database.Set<UserAccount>().SingleAsync(u => u.Login == login);
    }

    private static async Task<IReadOnlyList<string?>> ManagersAsync(CrmApp app, params long[] counterparties)
    {
        await using var database = app.Database();
        var managers = await database.Set<CounterpartyRecord>().Where(c => counterparties.Contains(c.Id)).ToDictionaryAsync(c => c.Id, c => c.ManagerLogin);
        return [.. counterparties.Select(c => managers[c])];
    }

    private static async Task<IReadOnlyList<long>> OwnersAsync(CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<InternalPlan>().OrderBy(p => p.Id).Select(p => p.OwnerId).ToListAsync();
    }

    private static InternalPlan Inside(long owner, InternalKind kind) =>
        new() { Kind = kind, OwnerId = owner, Subject = "x", StartsAt = Noon.AddHours(-12), EndsAt = Noon.AddHours(12), Version = 1, CreatedBy = owner, CreatedAt = Noon };

    private static Interaction Entry(long counterparty, long responsible, Action<Interaction>? change = null)
    {
        var entry = new Interaction
        {
            CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, Importance = InteractionImportance.Middle, State = InteractionState.Planned,
            PlannedStart = Noon, At = Noon, ResponsibleId = responsible, Version = 1, CreatedBy = 1, CreatedAt = Noon,
        };
        change?.Invoke(entry);
        return entry;
    }
}
