using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Installation;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Installation;

/// <summary>Classification documents span all ERPs; when one is purged, their figures must still lead to their rows.</summary>
public sealed class PurgedRunsTests(PostgresServer postgres)
{
    private static readonly CurrentUser Director = new(7, "dora", "Dora", Role.CommercialDirector, RoleRights.Preset(Role.CommercialDirector), null, "UTC", null);

    [Theory]
    [InlineData(DatabaseKind.Sqlite, Measure.Revenue)]
    [InlineData(DatabaseKind.Sqlite, Measure.Orders)]
    [InlineData(DatabaseKind.PostgreSql, Measure.Revenue)]
    [InlineData(DatabaseKind.PostgreSql, Measure.Orders)]
    public async Task Purge_OneOfTwoErps_LeavesTheFiguresOfTheRest(DatabaseKind kind, Measure measure)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var head = await app.MirrorAsync(Company("h", 700m, 100m), "head");
        await app.MirrorAsync(Company("b", 150m, 50m), "branch");
        var run = await RunAsync(app, measure);
        Assert.Equal((4, 10_000_000L, 4L), (run.Counterparties, run.RevenueE4, run.Orders));

        await PurgeAsync(app, head);

        await using var database = app.Database();
        var document = await database.Set<ClassificationRun>().SingleAsync();
        var totals = ClassificationJson.ReadTotals(document.Totals!);
        Assert.Equal((2, 2_000_000L, 2L), (totals.Counterparties, totals.RevenueE4, totals.Orders));
        Assert.Equal(2, RunCodec.Unpack(await database.Set<ClassificationBlock>().OrderBy(b => b.FirstId).Select(b => b.Data).ToListAsync()).Length);
        Assert.Equal(2, totals.A.Count + totals.B.Count + totals.C.Count + totals.WithoutImportance.Count);
        Assert.Equal(measure == Measure.Revenue ? 2_000_000L : 20_000L, totals.A.ValueE4 + totals.B.ValueE4 + totals.C.ValueE4);
        Assert.Equal(run.Boundaries, totals.Boundaries);
        var warning = Assert.Single(totals.Warnings, w => w.Code == "classification.purged");
        Assert.StartsWith("2 counterparties of a removed ERP", warning.English, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Purge_DocumentOfThatErpAlone_GoesAndFreesItsSuccessor(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var head = await app.MirrorAsync(Company("h", 700m, 100m), "head");
        await RunAsync(app, Measure.Revenue);
        long approved;
        await using (var before = app.Database())
        {
            approved = (await before.Set<ClassificationRun>().SingleAsync()).Id;
        }

        await app.Services.GetRequiredService<ClassificationApproval>().ApproveAsync(approved, Director, CancellationToken.None);
        await app.MirrorAsync(Company("b", 150m, 50m), "branch");
        await RunAsync(app, Measure.Revenue);

        await PurgeAsync(app, head);

        await using var database = app.Database();
        var left = await database.Set<ClassificationRun>().SingleAsync();
        Assert.NotEqual(approved, left.Id);
        Assert.Null(left.PreviousRunId);
        await app.Services.GetRequiredService<ClassificationApproval>().ApproveAsync(left.Id, Director, CancellationToken.None);
        Assert.Equal(RunState.Approved, (await database.Set<ClassificationRun>().SingleAsync()).State);
    }

    private static MemoryHost Company(string prefix, params decimal[] totals)
    {
        var host = new MemoryHost();
        host.Counterparties.Put(totals.Select((_, i) => Some.Counterparty($"{prefix}{i}", $"{prefix}{i}") with { Roles = CounterpartyRoles.Customer }));
        host.Orders.Put(totals.Select((total, i) => Some.Order($"{prefix}o{i}", $"{prefix}{i}", total)));
        return host;
    }

    private static async Task<ClassificationTotals> RunAsync(CrmApp app, Measure measure) =>
        (await app.Services.GetRequiredService<ClassificationService>().RunAsync(
            ClassificationParameters.For(RuleSet.Standard, new(2026, 5, 31)) with { Measure = measure }, Director, null, CancellationToken.None)).Totals;

    private static async Task PurgeAsync(CrmApp app, int connectionId)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<CrmDataPurge>().RunAsync(connectionId, isLast: false, CancellationToken.None);
    }
}
