using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.Mail;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;
using static Crm.Tests.Features.ContactLog.World;

namespace Crm.Tests.Features.ContactLog;

/// <summary>A contact is logged whole or not at all, once, with everything that was typed.</summary>
public sealed class LogContactTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = new(2037, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Create_FewWords_LogsACallThatHappenedNow(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("ТОВ Ромашка");
        await browser.OpenAsync($"/interactions/new?counterparty={id}");

        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Просили прайс", ["minutes"] = "5", ["back"] = "/interactions" });

        var logged = Assert.Single(await app.InteractionsAsync());
        Assert.Equal("/interactions", browser.Location);
        Assert.Equal((InteractionKind.PhoneCall, InteractionDirection.Outgoing, InteractionState.Done, InteractionImportance.Middle), (logged.Kind, logged.Direction, logged.State, logged.Importance));
        Assert.Equal((Now.AddMinutes(-5), Now, 5), (logged.StartedAt!.Value, logged.EndedAt!.Value, logged.Minutes!.Value));
        Assert.Null(logged.PlannedStart);
        Assert.Contains("Просили прайс", browser.Source, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Create_TheSameFormAgain_AddsNothing_ButWhatWasChangedIsKept(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("ТОВ Ромашка");
        var name = (await browser.OpenAsync($"/interactions/new?counterparty={id}")).QuerySelector("[name=submission]")!.GetAttribute("value")!;
        Assert.NotEqual(name, (await browser.OpenAsync($"/interactions/new?counterparty={id}")).QuerySelector("[name=submission]")!.GetAttribute("value"));

        // A meeting in a room: the second must not be refused because the first is in its way.
        Dictionary<string, string> meeting = new()
        {
            ["counterparty"] = Text(id), ["state"] = "Planned", ["kind"] = "Meeting", ["content"] = "Prices", ["plannedStart"] = "2037-11-23T14:00", ["room"] = "Blue", ["submission"] = name,
        };
        await browser.SubmitAsync("/interactions", meeting);
        await browser.SubmitAsync("/interactions", meeting);
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.Single(await app.InteractionsAsync());

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => app.SignInAsync("anna", Role.SalesManager)).Select(async signIn =>
        {
            using var other = await signIn;
            await other.OpenAsync($"/interactions/new?counterparty={id}");
            await other.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices", ["submission"] = name });
            Assert.Equal(HttpStatusCode.OK, other.Status);
        }));
        Assert.Equal(2, (await app.InteractionsAsync()).Count);

        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices and a sample", ["submission"] = name });
        await boris.OpenAsync($"/interactions/new?counterparty={id}");
        await boris.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices", ["submission"] = name });
        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices" });
        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices" });
        Assert.Equal(
            ["Asked for prices", "Asked for prices", "Asked for prices", "Asked for prices", "Asked for prices and a sample", "Prices"],
            (await app.InteractionsAsync()).Select(i => i.Content).Order(StringComparer.Ordinal));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Create_EveryField_IsKeptAndShown(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        var (petrova, ivanov) = (await app.AddPersonAsync(id, "Olga Petrova"), await app.AddPersonAsync(id, "Ivan Ivanov"));
        var order = new SalesOrderRecord { HostKey = "77", Version = "1", ConnectionId = 1, CounterpartyId = id, Number = "SO-77", Currency = "EUR" };
        await app.SaveAsync(order);
        await browser.OpenAsync($"/interactions/new?counterparty={id}&state=Planned");

        await browser.SubmitAsync("/interactions",
        [
            new("counterparty", Text(id)), new("state", "Planned"), new("kind", "Meeting"), new("direction", "Incoming"), new("importance", "High"), new("person", Text(petrova)),
            new("subject", "Spring prices"), new("content", "Bring the new list"), new("plannedStart", "2037-11-23T14:00"), new("plannedEnd", "2037-11-23T15:30"), new("source", "Exhibition"),
            new("basis", "SO-77"), new("project", "Spring"), new("territory", "North"), new("room", "Blue"), new("eventGroup", "Reviews"), new("responsible", Text(boris.Id)), new("remind", "60"),
            new("outsidePersons", Text(ivanov)), new("outsideNames", "Ms Guest\r\nMr Guest"), new("back", "/interactions?who=all"),
        ]);

        var planned = Assert.Single(await app.InteractionsAsync());
        Assert.Equal((InteractionKind.Meeting, InteractionDirection.Incoming, InteractionState.Planned, InteractionImportance.High), (planned.Kind, planned.Direction, planned.State, planned.Importance));
        Assert.Equal((petrova, boris.Id, order.Id), (planned.PersonId!.Value, planned.ResponsibleId, planned.BasisOrderId!.Value));
        Assert.Equal(("Spring prices", "Bring the new list", "Exhibition", "SO-77"), (planned.Subject, planned.Content, planned.Source, planned.Basis));
        Assert.Equal(("Spring", "North", "Blue", "Reviews"), (planned.Project, planned.Territory, planned.Room, planned.EventGroup));
        Assert.Equal((new(2037, 11, 23, 14, 0, 0, TimeSpan.Zero), new(2037, 11, 23, 15, 30, 0, TimeSpan.Zero), new DateTimeOffset(2037, 11, 23, 13, 0, 0, TimeSpan.Zero)),
            (planned.PlannedStart!.Value, planned.PlannedEnd!.Value, planned.RemindAt!.Value));
        Assert.Equal([(ivanov, null), (null, "Ms Guest"), (null, "Mr Guest")], planned.Persons.OrderBy(p => p.No).Select(p => (p.PersonId, p.Name)));
        var page = await browser.OpenAsync($"/interactions/{planned.Id}");
        Assert.All((string[])["Spring prices", "Bring the new list", "Exhibition", "SO-77", "North", "Blue", "Reviews", "Ivan Ivanov", "Mr Guest", "Olga Petrova"],
            text => Assert.Contains(text, page.Body!.TextContent, StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Create_WithTheCrmsOwnPersons_IsKeptShownAndEdited(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var (id, other) = (await app.AddCounterpartyAsync("Romashka"), await app.AddCounterpartyAsync("Other"));
        var ivanov = await app.AddPersonAsync(id, "Ivan Ivanov");
        var (olga, petr) = (await app.AddOwnPersonAsync("Olga Own", "o@x.example", id), await app.AddOwnPersonAsync("Petr Own", "p@x.example", id));
        var stranger = await app.AddOwnPersonAsync("Stranger", "s@x.example", other);
        var page = await browser.OpenAsync($"/interactions/new?counterparty={id}&more=1");
        Assert.Equal([$"{ivanov}", $"-{olga}", $"-{petr}"], page.QuerySelectorAll("[name=outsidePersons]").Select(b => b.GetAttribute("value")));

        await browser.SubmitAsync("/interactions", [new("counterparty", Text(id)), new("content", "Met"), new("person", $"-{olga}"), new("outsidePersons", Text(ivanov)), new("outsidePersons", $"-{petr}"), new("outsideNames", "Ms Guest")]);

        var logged = Assert.Single(await app.InteractionsAsync());
        Assert.Equal([(ivanov, null, null), (null, petr, null), (null, null, "Ms Guest")], logged.Persons.OrderBy(p => p.No).Select(p => (p.PersonId, p.CardId, p.Name)));
        page = await browser.OpenAsync($"/interactions/{logged.Id}");
        Assert.Contains("Ivan Ivanov, Petr Own, Ms Guest", page.QuerySelector("dl")!.TextContent, StringComparison.Ordinal);
        Assert.Equal([$"{ivanov}", $"-{petr}"], page.QuerySelectorAll("[name=outsidePersons][checked]").Select(b => b.GetAttribute("value")));
        foreach (var (person, outside) in ((string, string)[])[($"-{olga}", $"-{olga}"), ($"-{olga}", $"-{stranger}"), ($"-{olga}", "-x")])
        {
            page = await browser.SubmitAsync("/interactions", [new("counterparty", Text(id)), new("content", "Met"), new("person", person), new("outsidePersons", outside)]);
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
            Assert.NotNull(page.QuerySelector("[data-field=outsidePersons]"));
        }

        await browser.SubmitAsync($"/interactions/{logged.Id}", [new("version", "1"), new("counterparty", Text(id)), new("content", "Met"), new("person", $"-{olga}"), new("outsidePersons", $"-{petr}")]);
        Assert.Equal([(null, petr)], Assert.Single(await app.InteractionsAsync()).Persons.Select(p => (p.PersonId, p.CardId!.Value)));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Create_WithNextStep_PlansItInAWeekAtThisTime(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        await browser.OpenAsync($"/interactions/new?counterparty={id}");

        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Wants samples", ["nextStep"] = "Ask about samples", ["nextIn"] = "7", ["back"] = "/interactions" });

        var all = await app.InteractionsAsync();
        Assert.Equal(2, all.Count);
        Assert.Equal((InteractionState.Planned, "Ask about samples", Now.AddDays(7), all[0].Id), (all[1].State, all[1].Subject, all[1].PlannedStart!.Value, all[1].FollowsId!.Value));
    }

    /// <summary>What is written last fails: what was written before it must not stay.</summary>
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Create_LastPartCannotBeWritten_LeavesNothing(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var boris = await app.AddUserAsync("boris", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        await using (var database = app.Database())
        {
            await database.Database.ExecuteSqlRawAsync(kind == DatabaseKind.Sqlite
                ? "CREATE TRIGGER refuse BEFORE INSERT ON interaction_task WHEN NEW.text = 'refused' BEGIN SELECT RAISE(ABORT, 'refused'); END"
                : "ALTER TABLE interaction_task ADD CONSTRAINT refuse CHECK (text <> 'refused')");
        }

        await browser.OpenAsync($"/interactions/new?counterparty={id}");
        KeyValuePair<string, string>[] typed =
            [new("counterparty", Text(id)), new("content", "Called"), new("users", Text(boris.Id)), new("nextStep", "Send prices"), new("nextIn", "1"), new("checklist", "first\r\nrefused")];
        await browser.SubmitAsync("/interactions", typed);

        Assert.Equal(HttpStatusCode.InternalServerError, browser.Status);
        Assert.Empty(await app.InteractionsAsync());
        await using (var database = app.Database())
        {
            Assert.Empty(await database.Set<AuditEntry>().Where(a => a.Subject == "interaction").ToListAsync());
            Assert.Empty(await database.Set<InteractionTask>().ToListAsync());
        }

        await browser.OpenAsync($"/interactions/new?counterparty={id}");
        typed[^1] = new("checklist", "first\r\nsecond");
        await browser.SubmitAsync("/interactions", typed);
        var logged = await app.InteractionsAsync();
        Assert.Equal(2, logged.Count);
        Assert.Equal(logged[0].Id, logged[1].FollowsId);
        Assert.Equal(boris.Id, Assert.Single(logged[0].Users).UserId);
        await using (var database = app.Database())
        {
            Assert.Equal(["first", "second"], await database.Set<InteractionTask>().Where(t => t.InteractionId == logged[0].Id).OrderBy(t => t.No).Select(t => t.Text).ToListAsync());
        }
    }

    [Fact]
    public async Task Create_Note_IsInTheAuditLog()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        await browser.OpenAsync($"/interactions/new?counterparty={id}");

        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Called", ["back"] = "/interactions" });

        await using var database = app.Database();
        var note = await database.Set<AuditEntry>().SingleAsync(a => a.Subject == "interaction");
        Assert.Equal(("interaction.logged", "anna", Text((await app.InteractionsAsync())[0].Id)), (note.Action, note.UserLogin, note.SubjectId));
    }
}
