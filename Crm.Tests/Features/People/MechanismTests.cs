using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Crm.Tests.Features.People;

/// <summary>Contact mechanisms typed in the CRM, on the way to the ERP and wherever their person goes.</summary>
public sealed class MechanismTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Mechanism_GoesToTheErpOnce_AndItsFateIsSeen(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Ромашка", phone: "+7 495 111-11-11"));
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария"));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person");
        await using var database = app.Database();
        var person = (await database.Set<ContactPersonRecord>().SingleAsync(Cancellation)).Id;

        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "8 (916) 222-33-44", ["label"] = "мобильный", ["main"] = "true", ["person"] = $"{person}" });
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "+79162223344", ["person"] = $"{person}" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status); // the same in another spelling
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "84951111111" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status); // the ERP has it
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Email", ["value"] = "sale@romashka.example", ["validTo"] = "2099-01-01" });
        Assert.Contains("on its way to the ERP", (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector(".crm-person")!.TextContent, StringComparison.Ordinal);

        // Down, then refusing, then mended: one record in the ERP whatever happens between.
        var writer = new Writer { Failure = new(HostFailure.Unavailable, "memory.down", "down") };
        Assert.Equal(0, await SendAsync(app, writer));
        Assert.Equal(0, await SendAsync(app, writer)); // not due yet
        Assert.Single(writer.Asked);
        await MakeDueAsync(app);
        writer.Failure = new(HostFailure.Refused, "memory.bad-phone", "bad");
        Assert.Equal(0, await SendAsync(app, writer));
        var shown = (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector(".crm-person")!;
        Assert.Contains("refused by the ERP", shown.TextContent, StringComparison.Ordinal);
        Assert.NotNull(shown.QuerySelector("[title='memory.bad-phone']"));
        await anna.SubmitAsync(shown.QuerySelector("form[action$=retry]")!.GetAttribute("action")!, []);
        writer.Failure = null;
        Assert.Equal(1, await SendAsync(app, writer));
        Assert.Single(writer.Asked.Select(a => a.Key).Distinct());
        Assert.All(writer.Asked, a => Assert.Equal((new HostKey("1"), new HostKey("p1"), "8 (916) 222-33-44"), (a.Record.Counterparty, a.Record.Person!.Value, a.Record.Mechanism.Value)));
        Assert.Contains("in the ERP", (await anna.OpenAsync($"/counterparties/{id}")).QuerySelector(".crm-person")!.TextContent, StringComparison.Ordinal);
        Assert.Equal([10, 11, 11, 13, 11, 12], await database.Set<LedgerRecord>().Where(l => l.Detail!.StartsWith("contact mechanism")).OrderBy(l => l.Id).Select(l => (int)l.Event).ToListAsync(Cancellation));

        // Read back, it is the ERP's alone; and the caller is known by it meanwhile.
        Assert.Contains("Иванова Мария", (await anna.PartAsync("/calls/lookup?number=9162223344")).Body!.TextContent, StringComparison.Ordinal);
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 222-33-44", version: "2"));
        await app.MirrorAsync(host);
        Assert.Empty((await anna.OpenAsync($"/counterparties/{id}")).QuerySelectorAll(".crm-person .crm-own-mechanism"));
    }

    [Fact]
    public async Task Mechanism_WhereTheErpIsOnlyRead_StaysTheCrmsOwn()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Ромашка"));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person");
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Website", ["value"] = "romashka.example" });

        await SendAsync(app, null);

        var card = await anna.OpenAsync($"/counterparties/{id}");
        Assert.Contains("the CRM's own", card.QuerySelector(".crm-own-mechanism")!.TextContent, StringComparison.Ordinal);
        card = await anna.SubmitAsync(card.QuerySelector("form[action$=retire]")!.GetAttribute("action")!, []);
        Assert.Empty(card.QuerySelectorAll(".crm-own-mechanism"));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Mechanisms_OfAPerson_GoWithThemToEveryCounterparty(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ООО Ромашка"), Some.Counterparty("2", "АО Лютик"));
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 000-11-22"));
        await app.MirrorAsync(host);
        var (first, second) = (await app.IdAsync("1"), await app.IdAsync("2"));
        await using var database = app.Database();
        var maria = (await database.Set<ContactPersonRecord>().SingleAsync(Cancellation)).Id;
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{first}/person");
        await anna.SubmitAsync($"/counterparties/{first}/person", new() { ["name"] = "Ольга Ткач", ["newPhone"] = "+380 67 111-22-33", ["newEmail"] = "olga@home.example" });
        await anna.SubmitAsync($"/counterparties/{first}/person", new() { ["person"] = $"{maria}", ["birthday"] = "05-17" });
        await anna.SubmitAsync($"/counterparties/{first}/mechanisms", new() { ["person"] = $"{maria}", ["kind"] = "Email", ["value"] = "maria@home.example" });
        var cards = await database.Set<PersonCard>().OrderBy(c => c.Id).ToListAsync(Cancellation);

        foreach (var card in cards)
        {
            await anna.SubmitAsync($"/counterparties/{first}/person/place", new() { ["card"] = $"{card.Id}", ["counterparty"] = $"{second}" });
        }

        var shown = (await anna.OpenAsync($"/counterparties/{second}")).QuerySelectorAll(".crm-person").Select(p => p.TextContent).ToList();
        Assert.All((string[])["Иванова Мария", "of another counterparty in the ERP", "+7 916 000-11-22", "maria@home.example"], t => Assert.Contains(t, shown[0], StringComparison.Ordinal));
        Assert.All((string[])["Ольга Ткач", "the CRM's own", "+380 67 111-22-33", "olga@home.example"], t => Assert.Contains(t, shown[1], StringComparison.Ordinal));
        await anna.OpenAsync($"/mail/new?counterparty={second}");
        Assert.All((string[])["maria@home.example", "olga@home.example"], t => Assert.Contains(t, anna.Source, StringComparison.Ordinal));

        // One person has a number once, wherever it is typed; and no longer has it everywhere when it is retired at either.
        await anna.SubmitAsync($"/counterparties/{second}/mechanisms", new() { ["card"] = $"{cards[0].Id}", ["kind"] = "Phone", ["value"] = "0671112233", ["sure"] = "true" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        var phone = await database.Set<OwnMechanism>().SingleAsync(m => m.Kind == ContactMechanismKind.Phone, Cancellation);
        var retire = (await anna.OpenAsync($"/counterparties/{second}")).QuerySelector($"form[action$='/{phone.Id}/retire']")!.GetAttribute("action")!;
        Assert.Equal($"/counterparties/{second}/mechanisms/{phone.Id}/retire", retire);
        await anna.SubmitAsync(retire, []);
        Assert.DoesNotContain("111-22-33", (await anna.OpenAsync($"/counterparties/{first}")).QuerySelectorAll(".crm-person").Aggregate("", (all, p) => all + p.TextContent), StringComparison.Ordinal);

        // The ERP moves her: what the CRM adds goes along.
        host.Persons.Put(Some.Person("p1", "2", "Иванова Мария", phone: "+7 916 000-11-22", version: "2"));
        await app.MirrorAsync(host);
        var moved = (await anna.OpenAsync($"/counterparties/{second}")).QuerySelectorAll(".crm-person").Where(p => p.TextContent.Contains("Мария", StringComparison.Ordinal));
        Assert.Contains("maria@home.example", Assert.Single(moved).TextContent, StringComparison.Ordinal);
        await anna.SubmitAsync($"/counterparties/{second}/person", new() { ["person"] = $"{maria}", ["birthday"] = "05-18" });
        Assert.Equal($"/counterparties/{second}", anna.Location);
    }

    [Theory]
    [InlineData("name@company.com", true)]
    [InlineData("имя@компания.рф", true)]
    [InlineData("name@company", false)]
    [InlineData("Name <name@company.com>", false)]
    [InlineData("a b@company.com", false)]
    [InlineData("name@.com", false)]
    public void IsEmail_OneAddressAlone(string text, bool expected) => Assert.Equal(expected, MechanismRule.IsEmail(text));

    private static async Task<int> SendAsync(CrmApp app, Writer? writer)
    {
        await using var database = app.Database();
        return await new MechanismOutbox(database, new(database, (_, _) => Task.FromResult<IHost>(new Erp(writer)), TimeProvider.System, NullLogger<HostSender>.Instance), TimeProvider.System).RunAsync(Cancellation);
    }

    private static async Task MakeDueAsync(CrmApp app)
    {
        await using var database = app.Database();
        DateTimeOffset? now = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await database.Set<OwnMechanism>().Where(m => m.Fate == MechanismFate.Waiting).ExecuteUpdateAsync(m => m.SetProperty(x => x.NextTryAt, now), Cancellation);
    }

    private sealed class Erp(Writer? writer) : IHost
    {
        public TPort? Find<TPort>() where TPort : class => writer as TPort;

        public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>([]);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    private sealed class Writer : IContactMechanismWriter
    {
        public HostException? Failure { get; set; }

        public List<(NewContactMechanism Record, Guid Key)> Asked { get; } = [];

        public Task<Written> AddAsync(NewContactMechanism record, Guid idempotencyKey, CancellationToken cancellation)
        {
            Asked.Add((record, idempotencyKey));
            return Failure is null ? Task.FromResult(new Written(new("m1"), null, false)) : throw Failure;
        }
    }
}
