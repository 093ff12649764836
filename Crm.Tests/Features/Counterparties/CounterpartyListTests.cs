using System.Net;
using AngleSharp.Dom;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Counterparties;

public sealed class CounterpartyListTests(PostgresServer postgres)
{
    private static MemoryHost Company()
    {
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "ООО «Ромашка»", phone: "+7 (495) 123-45-67", email: "info@romashka.example") with { TaxId = "7707083893", Roles = CounterpartyRoles.Customer, ManagerLogin = "anna" },
            Some.Counterparty("2", "АО Северный ветер", phone: "8 812 765-43-21") with { Roles = CounterpartyRoles.Customer | CounterpartyRoles.Supplier, ManagerLogin = "boris" },
            Some.Counterparty("3", "ТОВ Їжак", phone: "044 222-33-44", email: "office@yizhak.example") with { Roles = CounterpartyRoles.Supplier },
            Some.Counterparty("4", "Österreich Handel GmbH", phone: "+43 1 5550") with { Roles = CounterpartyRoles.Customer, ManagerLogin = "boris" },
            Some.Counterparty("5", "Ромашковый луг") with { Roles = CounterpartyRoles.Customer, IsActive = false });
        host.Persons.Put(Some.Person("p1", "4", "Ромашкина Ольга", phone: "+7 916 000-11-22"));
        return host;
    }

    private static string[] Names(IDocument page) => [.. page.QuerySelectorAll("tbody tr:not(.crm-more) td:first-child > a").Select(a => a.TextContent)];

    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task List_FragmentOfAnyField_FindsWithoutRegardToCase(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company());
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        foreach (var (text, expected) in new (string, string[])[]
        {
            ("", ["Österreich Handel GmbH", "АО Северный ветер", "ООО «Ромашка»", "ТОВ Їжак"]),
            ("РОМАШ", ["ООО «Ромашка»", "Österreich Handel GmbH"]),
            ("їЖАК", ["ТОВ Їжак"]),
            ("osterreich", ["Österreich Handel GmbH"]),
            ("ветер сев", ["АО Северный ветер"]),
            ("romashka.ex", ["ООО «Ромашка»"]),
            ("romash\0ka.ex", ["ООО «Ромашка»"]),
            ("C-3", ["ТОВ Їжак"]),
            ("770708", ["ООО «Ромашка»"]),
            ("123-45", ["ООО «Ромашка»"]),
            ("8 (495) 123-45-67", ["ООО «Ромашка»"]),
            ("812765", ["АО Северный ветер"]),
            ("+380 44 222", ["ТОВ Їжак"]),
            ("0442223344", ["ТОВ Їжак"]),
            ("000-11", ["Österreich Handel GmbH"]),
            ("ве", ["АО Северный ветер"]),
            ("%", []),
            ("\" OR 1", []),
            ("нет такого", []),
        })
        {
            var page = await browser.OpenAsync("/counterparties?q=" + Uri.EscapeDataString(text));
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.True(expected.SequenceEqual(Names(page)), $"'{text}' found {string.Join(" | ", Names(page))}");
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_Filters_NarrowTogether(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company());
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        Assert.Equal(["АО Северный ветер", "ТОВ Їжак"], Names(await browser.OpenAsync("/counterparties?role=supplier")));
        Assert.Equal(["ТОВ Їжак"], Names(await browser.OpenAsync("/counterparties?role=supplier&manager=-")));
        Assert.Equal(["Österreich Handel GmbH"], Names(await browser.OpenAsync("/counterparties?manager=boris&q=handel")));
        Assert.Equal(["ООО «Ромашка»", "Ромашковый луг", "Österreich Handel GmbH"], Names(await browser.OpenAsync("/counterparties?q=ромаш&inactive=1")));
        Assert.Empty(Names(await browser.OpenAsync("/counterparties?importance=A")));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_ManyPages_ShowsEachOnceInOrder(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Enumerable.Range(0, 120).Select(i => Some.Counterparty($"{i}", $"Firma {i % 60:00}", email: $"mail{i}@firma.example")));
        host.Counterparties.Put(Enumerable.Range(200, 20).Select(i => Some.Counterparty($"{i}", $"Other {i}", email: $"mail{i}@firma.example")));
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        foreach (var (address, count, first, last) in new[] { ("/counterparties", 140, "Firma 00", "Other 219"), ("/counterparties?q=firma", 140, "Firma 00", "Other 219"), ("/counterparties?q=other", 20, "Other 200", "Other 219") })
        {
            var names = new List<string>();
            for (string? next = address; next is not null;)
            {
                var page = await browser.OpenAsync(next);
                names.AddRange(Names(page));
                next = page.QuerySelector(".crm-more a")?.GetAttribute("href");
            }

            Assert.Equal((count, first, last), (names.Count, names[0], names[^1]));
            Assert.Equal(names.Order(StringComparer.Ordinal), names);
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task OwnScope_SeesOwnAndUnassignedOnly(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company());
        await using (var database = app.Database())
        {
            database.Add(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.Own, WriteScope = Scope.Own, ExportScope = Scope.None });
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Equal(["ООО «Ромашка»", "ТОВ Їжак"], Names(await browser.OpenAsync("/counterparties")));
        Assert.Empty(Names(await browser.OpenAsync("/counterparties?q=ветер")));
        Assert.Empty(Names(await browser.OpenAsync("/counterparties?q=812765")));
        var foreign = await app.IdAsync("2");
        await browser.OpenAsync($"/counterparties/{foreign}");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        await browser.PartAsync($"/counterparties/{foreign}/timeline");
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
        await browser.OpenAsync("/counterparties/export?format=csv");
        Assert.Equal(HttpStatusCode.Forbidden, browser.Status);
    }

    [Fact]
    public async Task Export_Csv_HoldsTheFilteredRows()
    {
        await using var app = await CrmApp.StartAsync();
        await app.MirrorAsync(Company());
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        var bytes = await browser.Http.GetByteArrayAsync(new Uri("/counterparties/export?format=csv&q=ромашка&lang=en", UriKind.Relative));
        var csv = System.Text.Encoding.UTF8.GetString(bytes);

        Assert.Equal(
            "\ufeffName,Code,Tax number,Roles,City,Phone,E-mail,Manager,Importance,Stage,Regularity\r\n" +
            "ООО «Ромашка»,C-1,7707083893,Customer,,+7 (495) 123-45-67,info@romashka.example,anna,,,\r\n",
            csv);
    }

    /// <summary>A number that is out of use is not called, and the main one is called first: in the list, in what is exported and over the API.</summary>
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_EndedAndMainMechanisms_ShowsTheOneToUseFirst(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        ContactMechanism[] both = [new(ContactMechanismKind.Phone, "111-11-11"), new(ContactMechanismKind.Phone, "222-22-22"), new(ContactMechanismKind.Email, "only@x.example")];
        host.Counterparties.Put(
            Some.Counterparty("1", "Alpha") with { Mechanisms = both }, Some.Counterparty("2", "Beta") with { Mechanisms = both },
            Some.Counterparty("3", "Gamma") with { Mechanisms = both }, Some.Counterparty("4", "Delta") with { Mechanisms = [] });
        await app.MirrorAsync(host);
        var (beta, gamma, delta) = (await app.IdAsync("2"), await app.IdAsync("3"), await app.IdAsync("4"));
        DateOnly past = new(2026, 3, 1);
        await app.SaveAsync(
            new MechanismNote { CounterpartyId = beta, Kind = ContactMechanismKind.Phone, Value = "111-11-11", Normal = "1111111", ValidTo = past },
            new MechanismNote { CounterpartyId = beta, Kind = ContactMechanismKind.Email, Value = "only@x.example", Normal = "only@x.example", ValidTo = past },
            new MechanismNote { CounterpartyId = gamma, Kind = ContactMechanismKind.Phone, Value = "222-22-22", Normal = "2222222", IsMain = true },
            new OwnMechanism { CounterpartyId = gamma, Kind = ContactMechanismKind.Email, Value = "main@x.example", Normal = "main@x.example", IsMain = true, IdempotencyKey = Guid.NewGuid() },
            new OwnMechanism { CounterpartyId = delta, Kind = ContactMechanismKind.Phone, Value = "333-33-33", Normal = "3333333", IdempotencyKey = Guid.NewGuid() },
            new OwnMechanism { CounterpartyId = delta, Kind = ContactMechanismKind.Email, Value = "gone@x.example", Normal = "gone@x.example", ValidTo = past, IdempotencyKey = Guid.NewGuid() });
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);
        string[] expected = ["Alpha 111-11-11 only@x.example", "Beta 222-22-22 ", "Delta 333-33-33 ", "Gamma 222-22-22 main@x.example"];

        var shown = (await browser.OpenAsync("/counterparties")).QuerySelectorAll("tbody tr").Select(r => r.QuerySelectorAll("td")).Select(c => $"{c[0].TextContent.Trim()} {c[4].TextContent} {c[5].TextContent}");
        var csv = await browser.Http.GetStringAsync(new Uri("/counterparties/export?format=csv&lang=en", UriKind.Relative));
        using var api = System.Text.Json.JsonDocument.Parse(await browser.Http.GetStringAsync(new Uri("/api/v1/counterparties", UriKind.Relative)));

        Assert.Equal(expected, shown);
        Assert.Equal(expected, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(l => l.Split(',')).Select(c => $"{c[0]} {c[5]} {c[6]}"));
        Assert.Equal(expected, api.RootElement.GetProperty("items").EnumerateArray().Select(r => $"{r.GetProperty("name").GetString()} {Text(r, "phone")} {Text(r, "email")}"));
        using var one = System.Text.Json.JsonDocument.Parse(await browser.Http.GetStringAsync(new Uri($"/api/v1/counterparties/{gamma}", UriKind.Relative)));
        Assert.Equal("222-22-22 main@x.example", $"{Text(one.RootElement.GetProperty("counterparty"), "phone")} {Text(one.RootElement.GetProperty("counterparty"), "email")}");

        static string? Text(System.Text.Json.JsonElement row, string name) => row.TryGetProperty(name, out var value) ? value.GetString() : null;
    }

    [Fact]
    public async Task Export_Xlsx_OpensAsAWorkbook()
    {
        await using var app = await CrmApp.StartAsync();
        await app.MirrorAsync(Company());
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        await using var stream = await browser.Http.GetStreamAsync(new Uri("/counterparties/export", UriKind.Relative));
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        using var workbook = DocumentFormat.OpenXml.Packaging.SpreadsheetDocument.Open(memory, false);

        Assert.Empty(new DocumentFormat.OpenXml.Validation.OpenXmlValidator().Validate(workbook).Select(e => e.Description));
        Assert.Equal(5, workbook.WorkbookPart!.WorksheetParts.Single().Worksheet.Descendants<DocumentFormat.OpenXml.Spreadsheet.Row>().Count());
    }

    /// <summary>More names than are looked through in their order, so the index of fragments is asked; names come first, then what else matches, each once.</summary>
    [Theory]
    [InlineData(DatabaseKind.Sqlite)]
    [InlineData(DatabaseKind.PostgreSql)]
    public async Task List_LargeBase_NamesComeBeforeOtherMatches(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Enumerable.Range(0, 10_200).Select(i => Some.Counterparty($"a{i:00000}", $"Alpha {i:00000}")));
        host.Counterparties.Put(Enumerable.Range(0, 400).Select(i => Some.Counterparty($"t{i:000}", $"Theta {i:00000}") with { ManagerLogin = i == 399 ? "boris" : "anna" }));
        host.Counterparties.Put(Enumerable.Range(0, 70).Select(i => Some.Counterparty($"b{i:00}", $"Zeta Romashka {i:00}") with { ManagerLogin = i % 2 == 0 ? "anna" : "boris" }));
        host.Counterparties.Put(Enumerable.Range(0, 40).Select(i => Some.Counterparty($"c{i:00}", $"Yota {i:00}", email: $"romashka{i:00}@company.example") with { ManagerLogin = "anna" }));
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        string[] others = [.. Enumerable.Range(0, 40).Select(i => $"Yota {i:00}")];
        Assert.Equal(
            Enumerable.Range(0, 70).Select(i => $"Zeta Romashka {i:00}").Concat(others),
            await AllAsync(browser, "/counterparties?q=romashka"));
        Assert.Equal(
            Enumerable.Range(0, 35).Select(i => $"Zeta Romashka {2 * i:00}").Concat(others),
            await AllAsync(browser, "/counterparties?q=romash&manager=anna"));
        // Most of the hits are left out by the filter: the last of them is found all the same.
        Assert.Equal(["Theta 00399"], await AllAsync(browser, "/counterparties?q=theta&manager=boris"));
        Assert.Equal(["Zeta Romashka 07"], await AllAsync(browser, "/counterparties?q=omashka+07+z"));
        Assert.Empty(await AllAsync(browser, "/counterparties?q=romashka+nowhere"));
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"Alpha {i:00000}"), Names(await browser.OpenAsync("/counterparties?q=alpha")));
    }

    /// <summary>Every page, as the script asks for them.</summary>
    private static async Task<List<string>> AllAsync(WebBrowser browser, string address)
    {
        var found = new List<string>();
        for (var next = address; next is not null;)
        {
            var page = await browser.OpenAsync(next);
            found.AddRange(Names(page));
            next = page.QuerySelector(".crm-more a")?.GetAttribute("href");
        }

        return found;
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_NameOfThousands_IsPagedInOrder_AlsoOfOneManager(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        // The first 10,001 names in their order do not have it, more than 5,000 have.
        host.Counterparties.Put(Enumerable.Range(0, 10_001).Select(i => Some.Counterparty($"a{i}", $"Alpha {i:00000}")));
        host.Counterparties.Put(Enumerable.Range(0, 5_200).Select(i => Some.Counterparty($"z{i}", $"Omega {i:00000}") with { ManagerLogin = i % 100 == 7 ? "anna" : "boris" }));
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("viktor", Role.CommercialDirector);

        var first = await browser.OpenAsync("/counterparties?q=omega");
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"Omega {i:00000}"), Names(first));
        var second = await browser.OpenAsync(first.QuerySelector(".crm-more a")!.GetAttribute("href")!);
        Assert.Equal(Enumerable.Range(50, 50).Select(i => $"Omega {i:00000}"), Names(second));

        var own = await browser.OpenAsync("/counterparties?q=omega&manager=anna");
        Assert.Equal(Enumerable.Range(0, 50).Select(i => $"Omega {(i * 100) + 7:00000}"), Names(own));
        own = await browser.OpenAsync(own.QuerySelector(".crm-more a")!.GetAttribute("href")!);
        Assert.Equal(["Omega 05007", "Omega 05107"], Names(own));
        Assert.Null(own.QuerySelector(".crm-more a"));
    }
}
