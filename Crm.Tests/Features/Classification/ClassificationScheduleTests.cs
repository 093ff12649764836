using Crm.Plugin.Features.Classification;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.Classification;

/// <summary>The clock stands at 22 November 2026.</summary>
public sealed class ClassificationScheduleTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Run_EachMonthOnce_MakesTheMonthBefore(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("one", "2026-10-01 70");
        await company.CustomerAsync("two", "2026-10-01 30");
        var presets = company.Services.GetRequiredService<ClassificationPresets>();
        var job = company.Services.GetRequiredService<ClassificationScheduleJob>();
        Assert.Null(await job.RunAsync(default)); // nobody set it
        await presets.SaveAsync("Ours", ClassificationParameters.For(RuleSet.Standard, new(2026, 1, 1)) with { Shares = ImportanceShares.Classical }, Company.Director, default);
        var preset = Assert.Single(await presets.ListAsync(default));
        await presets.SetScheduleAsync(true, 23, preset.Id, true, Company.Director, default);
        Assert.Null(await job.RunAsync(default)); // the 22nd is too early
        await presets.SetScheduleAsync(true, 5, preset.Id, true, Company.Director, default);

        var made = await Task.WhenAll(Task.Run(() => job.RunAsync(default)), Task.Run(() => job.RunAsync(default)));

        var run = (await company.Store.FindAsync(Assert.Single(made, m => m is not null)!.Value, default))!;
        Assert.Equal((new DateOnly(2026, 10, 31), RunState.Approved, "system"), (run.AsOf, run.State, run.ApproverLogin));
        Assert.Equal(ImportanceShares.Classical, ClassificationJson.ReadParameters(run.Parameters).Shares);
        Assert.Null(await job.RunAsync(default));
        company.Clock.Now = company.Clock.Now.AddMonths(1);
        await presets.SetScheduleAsync(true, 5, null, false, Company.Director, default);
        var next = (await company.Store.FindAsync((await job.RunAsync(default))!.Value, default))!;
        Assert.Equal((new DateOnly(2026, 11, 30), RunState.Draft), (next.AsOf, next.State));
    }

    [Fact]
    public async Task Run_Refused_SaysWhyBesideTheSchedule()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("mixed", "2026-10-01 70", "2026-10-02 30 USD");
        var presets = company.Services.GetRequiredService<ClassificationPresets>();
        await presets.SetScheduleAsync(true, 1, null, false, Company.Director, default);
        Assert.Null(await company.Services.GetRequiredService<ClassificationScheduleJob>().RunAsync(default));
        Assert.Equal("classification.mixed-currencies", Assert.Single(ClassificationJson.ReadProblems((await presets.ScheduleAsync(default)).Problem)).Code);
        await using var database = company.Database();
        Assert.Equal(0, await database.Set<ClassificationRun>().CountAsync());
    }

    [Fact]
    public async Task Presets_WrongNameOrNoRight_AreRefused()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        var presets = company.Services.GetRequiredService<ClassificationPresets>();
        var parameters = ClassificationParameters.For(RuleSet.Standard, new(2026, 1, 1));
        await Assert.ThrowsAsync<ClassificationRefusedException>(() => presets.SaveAsync(" ", parameters, Company.Director, default));
        await Assert.ThrowsAsync<ClassificationRefusedException>(() => presets.SaveAsync("x", parameters, Company.Seller, default));
        await Assert.ThrowsAsync<ClassificationRefusedException>(() => presets.SetScheduleAsync(true, 29, null, false, Company.Director, default));
        await presets.SaveAsync("x", parameters, Company.Director, default);
        await presets.SaveAsync("x", parameters with { Periods = 6 }, Company.Director, default);
        var saved = Assert.Single(await presets.ListAsync(default));
        Assert.Equal(6, (await presets.ReadAsync(saved.Id, new(2026, 3, 1), default))!.Periods);
        await presets.DeleteAsync(saved.Id, Company.Director, default);
        Assert.Empty(await presets.ListAsync(default));
    }
}
