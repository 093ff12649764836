using System.CommandLine;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Classification;

/// <summary>Runs over a part of the customers.</summary>
public sealed class SegmentTests(PostgresServer postgres)
{
    private static readonly ClassificationParameters Standard = ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31));

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_OverASegment_HoldsThoseAloneAndReplays(DatabaseKind kind)
    {
        await using var company = await LayOutAsync(kind);
        async Task<List<string>> RowsAsync(ClassificationParameters parameters) => await company.RowsAsync((await company.RunAsync(parameters)).Run);

        Assert.Equal(["kyiv A OneTime - 70", "bucha A OneTime - 20"], await RowsAsync(Standard with { Segment = Only(region: "Київська область") }));
        Assert.Equal(["kyiv A OneTime - 70", "berlin B OneTime - 10"], await RowsAsync(Standard with { Manager = "ann", Segment = Only(country: "ua, DE") }));
        Assert.Equal(["bucha A OneTime - 20"], await RowsAsync(Standard with { City = "Буча", Manager = "eve,ann" }));

        var (whole, _) = await company.RunAsync(Standard);
        await company.Approval.ApproveAsync(whole, Company.Director, default);
        var (part, _) = await company.RunAsync(Standard with { Segment = Only(importance: "B,C", stage: "one-time") });
        Assert.Equal(["berlin A OneTime - 10", "nowhere B OneTime - 2"], await company.RowsAsync(part));

        // Other classes are in force by now; the run compares with those that were when it was made.
        await company.CustomerAsync("new", "2026-10-05 900");
        var (later, _) = await company.RunAsync(Standard);
        await company.Approval.ApproveAsync(later, Company.Director, default);
        Assert.True((await company.Services.GetRequiredService<ClassificationReplay>().ReplayAsync(part, default)).IsSame);
    }

    [Fact]
    public async Task NamedSegment_ChangedLater_LeavesTheRunAsItWas()
    {
        await using var company = await LayOutAsync(DatabaseKind.Sqlite);
        var segments = company.Services.GetRequiredService<ClassificationSegments>();
        await segments.SaveAsync(" Kyiv ", Standard with { City = "Київ" }, Company.Director, default);
        var named = Standard with { Segment = SegmentFilter.Everybody with { Name = "Kyiv" } };
        var (run, _) = await company.RunAsync(named);
        await segments.SaveAsync("Kyiv", Standard with { Segment = Only(country: "DE") }, Company.Director, default);

        Assert.Equal(["kyiv A OneTime - 70"], await company.RowsAsync(run));
        Assert.True((await company.Services.GetRequiredService<ClassificationReplay>().ReplayAsync(run, default)).IsSame);
        Assert.Equal(["berlin A OneTime - 10"], await company.RowsAsync((await company.RunAsync(named)).Run));
        Assert.Equal("Kyiv", Assert.Single(await segments.ListAsync(default)).Name);
        await segments.DeleteAsync(1, Company.Director, default);
        Assert.Equal("classification.unknown-segment", await CodeAsync(() => company.RunAsync(named)));
    }

    [Fact]
    public async Task Screen_WithASavedSegment_DeletesItByItsButton()
    {
        await using var app = await CrmApp.StartAsync();
        await using (var database = app.Database())
        {
            database.Add(new ClassificationSegment { Name = "Kyiv", City = "Київ", AuthorLogin = "dora" });
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("dora", Role.CommercialDirector);
        var page = await browser.OpenAsync("/classification");
        var button = page.QuerySelectorAll("form[action$='/delete'] button").Single();
        Assert.Equal("Delete segment “Kyiv”", button.TextContent);
        await browser.SubmitAsync(button.Closest("form")!.GetAttribute("action")!, new());

        Assert.Empty((await browser.OpenAsync("/classification")).QuerySelectorAll("form[action$='/delete']"));
        await using var after = app.Database();
        Assert.Empty(await after.Set<ClassificationSegment>().ToListAsync());
    }

    [Fact]
    public async Task Segment_WithFaults_IsRefused()
    {
        await using var company = await LayOutAsync(DatabaseKind.Sqlite);
        var segments = company.Services.GetRequiredService<ClassificationSegments>();

        Assert.Equal("classification.segment-empty", await CodeAsync(() => company.RunAsync(Standard with { City = "Lviv" })));
        Assert.Equal("classification.segment-without-run", await CodeAsync(() => company.RunAsync(Standard with { Segment = Only(importance: "A") })));
        Assert.Equal("classification.segment-words", await CodeAsync(() => company.RunAsync(Standard with { Segment = Only(importance: "A,D", stage: "gone") })));
        Assert.Equal("classification.segment-name", await CodeAsync(() => segments.SaveAsync(" ", Standard with { City = "Київ" }, Company.Director, default)));
        Assert.Equal("classification.segment-everybody", await CodeAsync(() => segments.SaveAsync("x", Standard, Company.Director, default)));
        Assert.Equal("classification.forbidden", await CodeAsync(() => segments.SaveAsync("x", Standard with { City = "Київ" }, Company.Seller, default)));
        Assert.Empty(await segments.ListAsync(default));
        var (run, _) = await company.RunAsync(Standard with { City = "Київ" });
        Assert.Equal("classification.segment-not-approvable", await CodeAsync(() => company.Approval.ApproveAsync(run, Company.Director, default)));
        Assert.Empty(await company.InForceAsync());
    }

    [Fact]
    public async Task Command_SavesListsAndUsesASegment()
    {
        await using var company = await LayOutAsync(DatabaseKind.Sqlite);

        Assert.Equal((0, "", ""), await ClassifyAsync(company, "segment", "save", "Around Kyiv", "--region", "Київська область"));
        Assert.Equal((0, "Around Kyiv: region=Київська область", ""), await ClassifyAsync(company, "segment", "list"));
        var (code, output, error) = await ClassifyAsync(company, "--as-of", "2026-10-31", "--segment", "Around Kyiv", "--json");
        Assert.Equal((0, ""), (code, error));
        Assert.Contains("\"counterparties\":2", output, StringComparison.Ordinal);
        Assert.Contains("\"region\":\"Київська область\",\"segment\":\"Around Kyiv\"", output, StringComparison.Ordinal);
        Assert.Equal((1, "", "There is no segment “Lviv”."), await ClassifyAsync(company, "--segment", "Lviv"));
        Assert.Equal((1, "", "Nobody belongs to the segment: city=Lviv."), await ClassifyAsync(company, "--as-of", "2026-10-31", "--city", "Lviv"));
    }

    private static SegmentFilter Only(string? region = null, string? country = null, string? importance = null, string? stage = null) => new(null, region, country, importance, stage);

    private static async Task<string> CodeAsync(Func<Task> action) => (await Assert.ThrowsAsync<ClassificationRefusedException>(action)).Problems[0].Code;

    private static async Task<(int Code, string Output, string Error)> ClassifyAsync(Company company, params string[] arguments)
    {
        var root = new RootCommand { ClassifyCommand.Create((_, _) => Task.FromResult(company.Services)) };
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await root.Parse(["classify", .. arguments]).InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (code, output.ToString().Trim(), error.ToString().Trim());
    }

    // 70, 20, 10 and 2 in three cities and two countries; the last has no address.
    private async Task<Company> LayOutAsync(DatabaseKind kind)
    {
        var company = await Company.FoundAsync(kind, postgres);
        (string Key, string Order, string Manager, PostalAddress? Address)[] customers =
        [
            ("kyiv", "2026-10-01 70", "ann", new("UA", "Київська область", "Київ", null, null)), ("bucha", "2026-10-01 20", "eve", new("UA", "Київська область", "Буча", null, null)),
            ("berlin", "2026-10-01 10", "ann", new("DE", null, "Berlin", null, null)), ("nowhere", "2026-10-01 2", "ann", null),
        ];
        foreach (var (key, order, manager, address) in customers)
        {
            var id = await company.CustomerAsync(key, order);
            await using var database = company.Database();
            var addresses = MirrorJson.Write(address is null ? [] : (IReadOnlyList<PostalAddress>)[address]);
            await database.Set<CounterpartyRecord>().Where(c => c.Id == id)
                .ExecuteUpdateAsync(s => s.SetProperty(c => c.ManagerLogin, manager).SetProperty(c => c.City, address == null ? null : address.City).SetProperty(c => c.Addresses, addresses));
        }

        return company;
    }
}
