using System.Net;
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

/// <summary>Somebody whom no ERP has is dealt with like anybody else.</summary>
public sealed class ProspectTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Prospect_Entered_IsFoundCalledWrittenToAndPlannedWith(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        var id = await anna.EnterAsync(new()
        {
            ["company"] = "ТОВ «Степ»", ["name"] = "Олена Коваль", ["phone"] = "050 111-22-33\n+380 44 222-33-44", ["email"] = "info@step.example", ["city"] = "Дніпро", ["street"] = "вул. Січова, 1",
            ["source"] = "Виставка", ["note"] = "Хоче прайс",
        });

        // Card: marked, with what was typed, a person, and everything that a customer's card offers.
        var card = await anna.OpenAsync($"/counterparties/{id}");
        Assert.Equal("Prospect", card.QuerySelector("h1 ~ .badge.bg-yellow-lt")!.TextContent);
        Assert.All((string[])["Хоче прайс", "Виставка", "Дніпро", "info@step.example", "Олена Коваль", "anna"], t => Assert.Contains(t, card.Body!.TextContent, StringComparison.Ordinal));
        Assert.NotNull(card.QuerySelector($"a[href='/mail/new?counterparty={id}']"));
        Assert.NotNull(card.QuerySelector($"a[href='/sms/new?counterparty={id}']"));
        Assert.Contains("info@step.example", (await anna.OpenAsync($"/mail/new?counterparty={id}")).Body!.InnerHtml, StringComparison.Ordinal);

        // Found at once: by name, number and e-mail, in the list, in the caller look-up and in the filter.
        foreach (var typed in (string[])["степ", "0442223344", "info@step", "коваль"])
        {
            Assert.Contains("ТОВ «Степ»", (await anna.PartAsync($"/counterparties?q={Uri.EscapeDataString(typed)}")).Body!.TextContent, StringComparison.Ordinal);
        }

        Assert.NotNull((await anna.PartAsync("/counterparties?prospects=1")).QuerySelector(".bg-yellow-lt"));
        Assert.Contains("ТОВ «Степ»", (await anna.PartAsync("/calls/lookup?number=0501112233")).Body!.TextContent, StringComparison.Ordinal);

        // A plan and a contact; the list says what comes next.
        Assert.Contains("nothing planned", (await anna.OpenAsync("/prospects")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        await anna.OpenAsync($"/interactions/new?counterparty={id}");
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["state"] = "Done", ["kind"] = "PhoneCall", ["direction"] = "Incoming", ["importance"] = "Middle", ["content"] = "Надіслати прайс", ["nextStep"] = "Передзвонити", ["nextIn"] = "7" });
        var line = (await anna.OpenAsync("/prospects")).QuerySelector("#prospects")!.TextContent;
        Assert.Contains("Передзвонити", line, StringComparison.Ordinal);
        Assert.DoesNotContain((await anna.OpenAsync("/prospects?noNext=true")).QuerySelectorAll("#prospects a"), a => a.TextContent == "ТОВ «Степ»");
    }

    [Fact]
    public async Task Form_WithWhatCannotBe_ComesBackAsTyped()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        (string Field, string Value, string Expected)[] wrong =
        [
            ("name", " ", "Write the name of the person or of the company."),
            ("phone", "12", "A telephone number has 5 to 20 digits."),
            ("email", "nobody", "This is not an e-mail address. Example: name@company.com."),
            ("website", "not a site", "This is not the address of a web site. Example: www.company.com."),
            ("responsible", "999", "Choose a colleague whose counterparties your role lets you change."),
            ("note", new string('x', 10_000_000), "At most 20000 characters; this text has 10000000."),
        ];
        foreach (var (field, value, expected) in wrong)
        {
            await anna.OpenAsync("/prospects/new");
            var form = new Dictionary<string, string> { ["name"] = "<script>alert(1)</script>", ["sure"] = "true" };
            form[field] = value;
            var page = await anna.SubmitAsync("/prospects", form);
            Assert.Equal((field, HttpStatusCode.UnprocessableEntity), (field, anna.Status));
            Assert.Equal((field, expected), (field, page.QuerySelector($"[data-field={field}]")?.TextContent));
            Assert.Equal(field == "name" ? " " : "<script>alert(1)</script>", page.QuerySelector("#name")!.GetAttribute("value"));
            var kept = page.QuerySelector("#" + field)!;
            Assert.True(kept.LocalName == "select" || (kept.LocalName == "textarea" ? kept.TextContent : kept.GetAttribute("value")) == value, field);
            Assert.Empty(page.QuerySelectorAll("main script, .card script"));
        }

        await using var database = app.Database();
        Assert.Equal(0, await database.Set<Prospect>().CountAsync(Cancellation));
    }

    [Fact]
    public async Task Prospect_WithScriptInEveryText_IsShownHarmless_AndTheFormsOfTheCardKeepWhatWasTyped()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        const string Script = "<script>alert(1)</script>";
        var id = await anna.EnterAsync(new() { ["company"] = Script, ["name"] = Script, ["source"] = Script, ["note"] = Script, ["city"] = Script, ["street"] = Script, ["taxId"] = Script });

        foreach (var path in (string[])[$"/counterparties/{id}", "/prospects", $"/prospects/{id}/edit", $"/prospects/{id}/convert", $"/prospects/{id}/panel", "/counterparties?q=script"])
        {
            var page = await anna.OpenAsync(path);
            Assert.Equal((path, HttpStatusCode.OK), (path, anna.Status));
            Assert.DoesNotContain(page.Scripts, s => s.TextContent.Contains("alert", StringComparison.Ordinal));
        }

        await anna.OpenAsync($"/counterparties/{id}");
        var reason = new string('x', 10_000_000);
        var refused = await anna.SubmitAsync($"/prospects/{id}/give-up", new() { ["reason"] = reason });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "At most 300 characters; this text has 10000000."), (anna.Status, refused.QuerySelector("[data-field=reason]")!.TextContent));
        Assert.Equal(reason, refused.QuerySelector("input[name=reason]")!.GetAttribute("value"));
        refused = await anna.SubmitAsync($"/prospects/{id}/edit", new() { ["company"] = "ТОВ Лан", ["phone"] = "12" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "ТОВ Лан", "12"), (anna.Status, refused.QuerySelector("#company")!.GetAttribute("value"), refused.QuerySelector("#phone")!.TextContent));
        foreach (var counterparty in (string[])["", "x", "999"])
        {
            refused = await anna.SubmitAsync($"/prospects/{id}/link", new() { ["counterparty"] = counterparty, ["find"] = Script });
            Assert.Equal((HttpStatusCode.UnprocessableEntity, Script), (anna.Status, refused.QuerySelector("#find")!.GetAttribute("value")));
        }

        await anna.SubmitAsync($"/prospects/{id}/create", new() { ["connection"] = "999" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        var (record, party) = await app.ProspectAsync(id);
        Assert.Equal((ProspectState.Open, ProspectFate.None, Script), (record.State, record.Fate, party.Name));
    }

    [Fact]
    public async Task Convert_WithTheDemoCompany_SaysThatItKeepsNothing()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var manifest = await File.ReadAllTextAsync(Path.Combine(PluginProgram.Folder, "manifests", "hosts", "demo.json"), Cancellation);
        await app.SaveAsync(new ConnectionRecord { Name = "demo", Host = "demo", Manifest = manifest, Address = "" });
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ" });

        var page = await anna.OpenAsync($"/prospects/{id}/convert");

        Assert.Contains("The demo company is made up anew each time and keeps nothing that is entered", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("form[action$='/create']"));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Prospect_EditedGivenUpAndTakenUp_IsAudited(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["phone"] = "0501112233" });

        await anna.OpenAsync($"/prospects/{id}/edit");
        await anna.SubmitAsync($"/prospects/{id}/edit", new() { ["company"] = "ТОВ Лан", ["phone"] = "0504445566", ["email"] = "a@lan.example", ["note"] = "Перепитати" });
        Assert.Contains("ТОВ Лан", (await anna.PartAsync("/counterparties?q=0504445566")).Body!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("ТОВ Лан", (await anna.PartAsync("/counterparties?q=0501112233")).Body!.TextContent, StringComparison.Ordinal);

        await anna.OpenAsync($"/counterparties/{id}");
        var page = await anna.SubmitAsync($"/prospects/{id}/give-up", new() { ["reason"] = " " });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Write in a few words why."), (anna.Status, page.QuerySelector("[data-field=reason]")!.TextContent));
        await anna.SubmitAsync($"/prospects/{id}/give-up", new() { ["reason"] = "Дорого" });
        Assert.Contains("Дорого", (await anna.OpenAsync("/prospects?state=given-up")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("ТОВ Лан", (await anna.OpenAsync("/prospects")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        // Who calls again is known all the same.
        Assert.Contains("ТОВ Лан", (await anna.PartAsync("/calls/lookup?number=0504445566")).Body!.TextContent, StringComparison.Ordinal);
        await anna.OpenAsync($"/counterparties/{id}");
        await anna.SubmitAsync($"/prospects/{id}/take-up", []);
        Assert.Equal((ProspectState.Open, null), ((await app.ProspectAsync(id)).Record.State, (await app.ProspectAsync(id)).Record.Reason));

        await using var database = app.Database();
        Assert.Equal(["prospect.added", "prospect.changed", "prospect.given-up", "prospect.taken-up"],
            await database.Set<AuditEntry>().Where(a => a.Action.StartsWith("prospect.")).OrderBy(a => a.Id).Select(a => a.Action).ToListAsync(Cancellation));
        Assert.Contains("ТОВ Лан", (await database.Set<AuditEntry>().SingleAsync(a => a.Action == "prospect.changed", Cancellation)).Detail!, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Rights_OfTheResponsible_DecideWhoSeesAndChanges(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);
        var id = await anna.EnterAsync(new() { ["company"] = "ТОВ Степ", ["phone"] = "0501112233" });
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "ТОВ Степ ERP") with { ManagerLogin = "anna" });
        await app.MirrorAsync(host);

        Assert.DoesNotContain("ТОВ Степ", (await boris.OpenAsync("/prospects?state=all")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        foreach (var path in (string[])[$"/counterparties/{id}", $"/prospects/{id}/edit", $"/prospects/{id}/convert", $"/prospects/{id}/panel"])
        {
            await boris.OpenAsync(path);
            Assert.Equal((path, HttpStatusCode.NotFound), (path, boris.Status));
        }

        await boris.OpenAsync("/prospects/new");
        foreach (var step in (string[])["edit", "link", "create", "stop", "undo", "give-up", "take-up"])
        {
            await boris.SubmitAsync($"/prospects/{id}/{step}", new() { ["reason"] = "x", ["counterparty"] = $"{await app.IdAsync("1")}", ["company"] = "x" });
            Assert.Equal((step, HttpStatusCode.NotFound), (step, boris.Status));
        }

        // Nobody is given work by somebody whose rights do not reach them.
        await using var database = app.Database();
        var annaId = (await database.Set<UserAccount>().SingleAsync(u => u.Login == "anna", Cancellation)).Id;
        await boris.OpenAsync("/prospects/new");
        await boris.SubmitAsync("/prospects", new() { ["name"] = "Ні", ["responsible"] = $"{annaId}" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, boris.Status);
        Assert.Contains("ТОВ Степ", (await chief.OpenAsync("/prospects")).QuerySelector("#prospects")!.TextContent, StringComparison.Ordinal);
        Assert.Equal((ProspectState.Open, null), ((await app.ProspectAsync(id)).Record.State, (await app.ProspectAsync(id)).Record.OtherId));
    }
}
