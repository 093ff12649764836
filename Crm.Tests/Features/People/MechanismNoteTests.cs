using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static Crm.Tests.Features.People.MechanismNoteWorld;

namespace Crm.Tests.Features.People;

/// <summary>Label and main flag of the contact mechanisms that the ERP has, and the form that they are typed in.</summary>
public sealed class MechanismNoteTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Label_GoesToTheErpOnce_WhateverHappensBetween_AndTheErpsWordWinsAfterwards(DatabaseKind kind)
    {
        var clock = new FixedClock(Noon);
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", [new(ContactMechanismKind.Phone, "+7 495 111-11-11", "office"), new(ContactMechanismKind.Phone, "+7 495 222-22-22")]));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var link = Assert.Single((await anna.OpenAsync($"/counterparties/{id}")).QuerySelectorAll(".crm-mechanism a[href*='222-22-22'][href*='/mechanism?']")).GetAttribute("href")!;
        Assert.Equal("", (await anna.OpenAsync(link)).QuerySelector("#label")!.GetAttribute("value"));

        await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Phone", ["value"] = "8 (495) 222-22-22", ["label"] = "accounts", ["main"] = "true" });
        Assert.Equal($"/counterparties/{id}", anna.Location);
        Assert.Equal(["+7 495 222-22-22 accounts main on its way to the ERP", "+7 495 111-11-11 office"], await ShownAsync(anna, id));

        // It was made, and the answer got lost.
        var editor = new Editor { Failure = new(HostFailure.Unavailable, "memory.timeout", "late"), IsMade = true };
        Assert.Equal(0, await SendAsync(app, clock, editor));
        Assert.Contains("could not be asked (memory.timeout)", (await anna.OpenAsync(link)).QuerySelector("[role=status]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(0, await SendAsync(app, clock, editor)); // not due yet
        Assert.Single(editor.Asked);
        clock.Now += TimeSpan.FromHours(1);
        editor.Failure = new(HostFailure.Refused, "memory.no-right", "no");
        Assert.Equal(0, await SendAsync(app, clock, editor));
        Assert.Contains("refused by the ERP", (await ShownAsync(anna, id))[0], StringComparison.Ordinal);
        var refused = (await anna.OpenAsync(link)).QuerySelector("[role=status]")!;
        Assert.Contains("refused it (memory.no-right). An administrator", refused.TextContent, StringComparison.Ordinal);
        await anna.SubmitAsync(refused.QuerySelector("form")!.GetAttribute("action")!, []);
        editor.Failure = null;
        Assert.Equal(1, await SendAsync(app, clock, editor));
        Assert.Equal(0, await SendAsync(app, clock, editor));
        Assert.Single(editor.Asked.Select(a => a.Key).Distinct());
        Assert.All(editor.Asked, a => Assert.Equal(new(new("1"), null, ContactMechanismKind.Phone, "+7 495 222-22-22", "accounts", true), a.Change));
        Assert.Equal("+7 495 222-22-22 accounts main in the ERP", (await ShownAsync(anna, id))[0]);
        await using var database = app.Database();
        Assert.Equal([10, 11, 11, 13, 11, 12], await database.Set<LedgerRecord>().Where(l => l.Detail!.StartsWith("label of a contact mechanism")).OrderBy(l => l.Id).Select(l => (int)l.Event).ToListAsync(Cancellation));

        // Read back, it is the ERP's alone; a change there stays.
        clock.Now += TimeSpan.FromMinutes(1);
        host.Counterparties.Put(Of("1", [new(ContactMechanismKind.Phone, "+7 495 222-22-22", "bookkeeping"), new(ContactMechanismKind.Phone, "+7 495 111-11-11", "office")], "2"));
        await app.MirrorAsync(host);
        Assert.Equal(["+7 495 222-22-22 bookkeeping main", "+7 495 111-11-11 office"], await ShownAsync(anna, id));
        Assert.Equal(0, await SendAsync(app, clock, editor));

        // Saved as it is, nothing is sent; taken away, the ERP is told.
        await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Phone", ["value"] = "+7 495 222-22-22", ["label"] = "bookkeeping", ["main"] = "true" });
        Assert.Empty(await database.Set<MechanismNote>().ToListAsync(Cancellation));
        await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Phone", ["value"] = "+7 495 222-22-22", ["label"] = "", ["main"] = "true" });
        Assert.Equal(1, await SendAsync(app, clock, editor));
        Assert.Equal(("", false), (editor.Asked[^1].Change.Label, editor.Asked[^1].Change.IsMain));
        Assert.Equal(
            ["""{"Phone 74952222222: isMain":[null,"true"],"Phone 74952222222: label":[null,"accounts"]}""", """{"Phone 74952222222: isMain":["true",null],"Phone 74952222222: label":["accounts",null]}""", """{"Phone 74952222222: label":[null,""]}"""],
            await database.Set<AuditEntry>().Where(a => a.Action == "mechanism.noted").OrderBy(a => a.Id).Select(a => a.Detail).ToListAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Label_WhereTheErpIsOnlyRead_IsTheCrmsOwnNote_AndSticksToNoOtherNumber(DatabaseKind kind)
    {
        var clock = new FixedClock(Noon);
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", [new(ContactMechanismKind.Phone, "+7 495 111-11-11")]), Of("2", [new(ContactMechanismKind.Phone, "+7 495 111-11-11")]));
        host.Persons.Put(Some.Person("p1", "1", "Мария", phone: "+7 495 111-11-11"));
        await app.MirrorAsync(host);
        var (id, other) = (await app.IdAsync("1"), await app.IdAsync("2"));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var link = Assert.Single((await anna.OpenAsync($"/counterparties/{id}")).QuerySelectorAll(".crm-person a[href*='/mechanism?']")).GetAttribute("href")!;
        var person = (await anna.OpenAsync(link)).QuerySelector("input[name=person]")!.GetAttribute("value")!;

        await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Phone", ["value"] = "+7 495 111-11-11", ["person"] = person, ["label"] = "после 18:00" });
        Assert.Equal(0, await SendAsync(app, clock, null));

        Assert.Equal(["+7 495 111-11-11", "+7 495 111-11-11 после 18:00 the CRM's own note"], await ShownAsync(anna, id));
        Assert.Equal(["+7 495 111-11-11"], await ShownAsync(anna, other));
        Assert.Contains("после 18:00", (await anna.OpenAsync($"/counterparties/{id}/person?person={person}")).QuerySelector(".crm-mechanism")!.TextContent, StringComparison.Ordinal);
        clock.Now += TimeSpan.FromMinutes(1);
        host.Persons.Put(Some.Person("p1", "1", "Мария", phone: "+7 495 111-11-12", version: "2"));
        await app.MirrorAsync(host);
        Assert.Equal(["+7 495 111-11-11", "+7 495 111-11-12"], await ShownAsync(anna, id));
        await anna.OpenAsync(link);
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
    }

    [Fact]
    public async Task Main_OfAnotherOne_TakesItFromTheFirst_AndOneTypedHerePassesItOn()
    {
        var clock = new FixedClock(Noon);
        await using var app = await CrmApp.StartAsync(clock: clock);
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", [new(ContactMechanismKind.Email, "a@x.example"), new(ContactMechanismKind.Email, "b@x.example"), new(ContactMechanismKind.Email, "c@x.example")]));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}");
        Assert.Equal(["a@x.example main", "b@x.example", "c@x.example"], await ShownAsync(anna, id));

        foreach (var value in (string[])["b@x.example", "c@x.example"])
        {
            await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Email", ["value"] = value, ["main"] = "true" });
            await SendAsync(app, clock, null);
        }

        Assert.Equal(["c@x.example main the CRM's own note", "a@x.example", "b@x.example"], await ShownAsync(anna, id));
        var letter = (await anna.OpenAsync($"/mail/new?counterparty={id}")).QuerySelector("main")!.InnerHtml;
        Assert.InRange(letter.IndexOf("c@x.example", StringComparison.Ordinal), 1, letter.IndexOf("a@x.example", StringComparison.Ordinal));
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Email", ["value"] = "d@x.example", ["main"] = "true" });
        Assert.Equal(["a@x.example", "b@x.example", "c@x.example"], await ShownAsync(anna, id));
        await using var database = app.Database();
        var writer = new Editor();
        await new MechanismOutbox(database, new(database, (_, _) => Task.FromResult<IHost>(new Erp(writer)), clock, NullLogger<HostSender>.Instance), clock).RunAsync(Cancellation);
        Assert.True(Assert.Single(writer.Added).IsMain);
    }

    [Theory]
    [InlineData("label", 0, "label")]
    [InlineData("validTo", 1, "validTo")]
    [InlineData("validTo", 2, "validTo")]
    public async Task Form_BadValue_IsToldAtTheField_AndKeepsWhatWasTyped(string field, int what, string told)
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", [new(ContactMechanismKind.Phone, "+7 495 111-11-11")]));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}");
        var typed = new Dictionary<string, string> { ["kind"] = "Phone", ["value"] = "+7 495 111-11-11", ["label"] = "склад", ["main"] = "true", ["validFrom"] = "2031-05-02" };
        typed[field] = what switch { 0 => new string('я', InteractionRule.LineLength + 1), 1 => "2031-05-01", _ => "завтра" };

        var page = await anna.SubmitAsync($"/counterparties/{id}/mechanism", typed);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal(told, page.QuerySelector("[data-field]")!.GetAttribute("data-field"));
        Assert.Equal(typed["label"], page.QuerySelector("#label")!.GetAttribute("value"));
        Assert.Equal("2031-05-02", page.QuerySelector("#validFrom")!.GetAttribute("value"));
        Assert.NotNull(page.QuerySelector("input[name=main][checked]"));
        await using var database = app.Database();
        Assert.Empty(await database.Set<MechanismNote>().ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Rights_WithoutWriting_NothingIsOfferedOrTaken()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", [new(ContactMechanismKind.Phone, "+7 495 111-11-11")]) with { ManagerLogin = "boris" });
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        await app.SaveAsync(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.All, WriteScope = Scope.Own, ExportScope = Scope.Own });
        app.Services.GetRequiredService<AccountDirectory>().Forget();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Empty((await anna.OpenAsync($"/counterparties/{id}")).QuerySelectorAll("a[href*='/mechanism?']"));
        await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Phone", ["value"] = "+7 495 111-11-11", ["label"] = "x" });
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        await anna.OpenAsync($"/counterparties/{id}/mechanism?kind=Phone&value=%2B7%20495%20111-11-11");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        await anna.SubmitAsync($"/counterparties/{id}/mechanism/1/retry", []);
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        await using var database = app.Database();
        Assert.Empty(await database.Set<MechanismNote>().ToListAsync(Cancellation));
    }
}
