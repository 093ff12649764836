using System.Net;
using System.Text;
using System.Xml.Linq;
using Crm.Contracts;
using Crm.Plugin.Features.Paper;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Architecture;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Paper;

/// <summary>Addresses by the rules of countries, and sheets of them.</summary>
public sealed class PaperTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("RU", "Московская обл.", "Химки", "141400", "ул. Ленина, 5", null, "ул. Ленина, 5|Химки|Московская обл.|141400|РОССИЯ")]
    [InlineData("UA", null, "Київ", "01001", "вул. Хрещатик, 1", "UA", "вул. Хрещатик, 1|Київ|01001")]
    [InlineData("DE", "Bayern", "München", "80331", "Marienplatz 1\nc/o Maier", "UA", "Marienplatz 1|c/o Maier|80331 München|GERMANY")]
    [InlineData("GB", null, "London", "sw1a 1aa", "10 Downing Street", null, "10 Downing Street|LONDON|SW1A 1AA|UNITED KINGDOM")]
    [InlineData("US", "NY", "New York", "10001", "350 5th Ave", "US", "350 5th Ave|New York NY 10001")]
    [InlineData(null, null, "Київ", null, "вул. Хрещатик, 1", null, "вул. Хрещатик, 1|Київ")]
    [InlineData("UA", "Київ", "Київ", "01001", "вул. Хрещатик, 1", "UA", "вул. Хрещатик, 1|Київ|01001")] // region and town are one
    [InlineData("UA", null, null, "01001", "вул. Хрещатик, 1", null, null)]
    [InlineData("UA", null, "Київ", null, null, null, null)]
    public void Lines_Address_FollowsItsCountry(string? country, string? region, string? city, string? code, string? street, string? home, string? expected) =>
        Assert.Equal(expected is null ? null : "Receiver|" + expected, PostalRule.Lines("Receiver", new(country, region, city, code, street), home) is { } lines ? string.Join('|', lines) : null);

    // ISO 269: C4 229 × 324, C5 162 × 229, DL 110 × 220; E65 110 × 220. A point is 25.4/72 mm.
    [Theory]
    [InlineData("C4", 918.43, 649.13, 3)]
    [InlineData("C5", 649.13, 459.21, 3)]
    [InlineData("DL", 623.62, 311.81, 3)]
    [InlineData("E65", 623.62, 311.81, 3)]
    [InlineData("A4-3x8", 595.28, 841.89, 1)]
    public void Write_Sheets_HaveTheirFormat(string code, double width, double height, int pages)
    {
        var lines = (IReadOnlyList<string>)["ООО «Ромашка»", "ул. Ленина, 5", "Химки"];
        var pdf = Encoding.Latin1.GetString(PaperWriter.Write(PaperFormat.Find(code)!, [lines, lines, lines], ["Sender"], 0, code));

        Assert.Equal(pages, pdf.Split("/MediaBox [0 0 " + FormattableString.Invariant($"{width} {height}]")).Length - 1);
    }

    [Theory]
    [InlineData(0, 24, 1)]
    [InlineData(1, 24, 2)] // one place is used already
    [InlineData(0, 25, 2)]
    public void Write_Labels_FillSheets(int skip, int count, int pages)
    {
        var pdf = Encoding.Latin1.GetString(PaperWriter.Write(PaperFormat.Find("A4-3x8")!, [.. Enumerable.Repeat((IReadOnlyList<string>)["A"], count)], [], skip, "labels"));

        Assert.Equal(pages, pdf.Split("/MediaBox").Length - 1);
    }

    [Fact]
    public async Task Print_Selection_ReportsTheSkippedAndGivesAPdf()
    {
        await using var app = await CrmApp.StartAsync();
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "Ромашка") with { Roles = CounterpartyRoles.Customer, Addresses = [new("UA", null, "Київ", "01001", "вул. Хрещатик, 1")] },
            Some.Counterparty("2", "Nowhere") with { Roles = CounterpartyRoles.Customer });
        await app.MirrorAsync(host);
        using var browser = await app.SignInAsync("chief", Role.Administrator);

        var page = await browser.OpenAsync("/paper?role=customer");
        Assert.Contains("1 addresses, 1 left out", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Nowhere: no town, or neither street nor postal code", page.QuerySelector("#skipped")!.TextContent.Trim());
        await browser.SubmitAsync("/paper", new() { ["selection"] = "?role=customer", ["format"] = "DL", ["skip"] = "0", ["sender"] = "Us", ["home"] = "UA" });
        Assert.Equal(HttpStatusCode.OK, browser.Status);
        Assert.StartsWith("%PDF-1.5", browser.Source, StringComparison.Ordinal);

        await browser.OpenAsync("/paper?role=customer");
        page = await browser.SubmitAsync("/paper", new() { ["selection"] = "?role=supplier", ["format"] = "A99", ["skip"] = "-1" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal(["selection", "format", "skip"], page.QuerySelectorAll("[data-field]").Select(e => e.GetAttribute("data-field")));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Print_NotToBeContacted_IsLeftOutWithTheReasonAlsoWhenSaidInBetween(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(new[] { ("1", "Ромашка"), ("2", "Тихий"), ("3", "Лютик") }.Select(c => Some.Counterparty(c.Item1, c.Item2) with { Roles = CounterpartyRoles.Customer, Addresses = [new("UA", null, "Київ", "01001", "вул. Хрещатик, 1")] }));
        await app.MirrorAsync(host);
        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = await app.IdAsync("2"), DoNotContact = true });
        using var browser = await app.SignInAsync("chief", Role.Administrator);

        var page = await browser.OpenAsync("/paper?role=customer");
        Assert.Contains("2 addresses, 1 left out", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal("Тихий: is not to be contacted", page.QuerySelector("#skipped")!.TextContent.Trim());
        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = await app.IdAsync("1"), DoNotContact = true });
        await browser.SubmitAsync("/paper", new() { ["selection"] = "?role=customer", ["format"] = "DL", ["skip"] = "0" });
        Assert.Equal(2, browser.Source.Split("/MediaBox").Length); // one envelope
        await app.SaveAsync(new CounterpartyPreference { CounterpartyId = await app.IdAsync("3"), DoNotContact = true });
        await browser.OpenAsync("/paper?role=customer");
        page = await browser.SubmitAsync("/paper", new() { ["selection"] = "?role=customer", ["format"] = "DL", ["skip"] = "0" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("Nobody of this selection has a postal address and may be written to.", page.QuerySelector("[data-field=selection]")?.TextContent.Trim());
    }

    [Theory]
    [InlineData("ru")]
    [InlineData("uk")]
    public void EveryLookedUpText_IsTranslated(string language)
    {
        var known = XDocument.Load(Repository.PathOf("Crm.Plugin", "Features", "Paper", $"Texts.{language}.resx")).Root!.Elements("data").Select(d => (string)d.Attribute("name")!).ToHashSet();

        Assert.Empty(PaperRefusals.All.Concat([PaperFeature.NoAddress, PaperFeature.Suppressed]).Except(known));
    }
}
