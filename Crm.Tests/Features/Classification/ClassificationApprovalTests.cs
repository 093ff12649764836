using Crm.Plugin.Features.Classification;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Classification;

public sealed class ClassificationApprovalTests(PostgresServer postgres)
{
    private static readonly ClassificationParameters Standard = ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31));

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Approve_Draft_GivesCounterpartiesItsClassesAndSupersedesTheOneBefore(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        var big = await company.CustomerAsync("big", "2026-10-01 90");
        var small = await company.CustomerAsync("small", "2026-10-01 10");
        var first = await company.RunAsync(Standard);
        Assert.Empty(await company.InForceAsync());
        Assert.Equal(2, await company.Approval.ApproveAsync(first.Run, Company.Director, CancellationToken.None));
        Assert.Equal(["big A OneTime -", "small B OneTime -"], await company.InForceAsync());

        await company.OrderAsync(small, "2026-10-02 900");
        await using (var database = company.Database())
        {
            await database.Database.ExecuteSqlAsync($"UPDATE sales_order SET gone_at = 1 WHERE counterparty_id = {big}");
            await database.Database.ExecuteSqlAsync($"UPDATE counterparty SET gone_at = 1 WHERE id = {big}");
        }

        var second = await company.RunAsync(Standard);
        Assert.Equal(2, await company.Approval.ApproveAsync(second.Run, Company.Director, CancellationToken.None));
        Assert.Equal(["small A OneTime -"], await company.InForceAsync());
        Assert.Equal(second.Run, (await company.Store.CurrentAsync(CancellationToken.None))!.Id);
        Assert.Equal(RunState.Superseded, (await company.Store.FindAsync(first.Run, CancellationToken.None))!.State);
        var history = await company.Store.HistoryAsync(small, 10, Company.Director, CancellationToken.None);
        Assert.Equal([(second.Run, ImportanceClass.A, ImportanceClass.B), (first.Run, ImportanceClass.B, null)], history.Select(h => (h.Run.Id, h.Row.Importance!.Value, h.Row.PreviousImportance)));
        await using var audited = company.Database();
        Assert.Equal(
            ["classification.run dora", "classification.approved dora", "classification.run dora", "classification.approved dora"],
            (await audited.Set<AuditEntry>().OrderBy(a => a.Id).ToListAsync()).Select(a => $"{a.Action} {a.UserLogin}"));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Approve_TwiceAtOnce_HasOneWinner(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("big", "2026-10-01 90");
        var (run, _) = await company.RunAsync(Standard);

        var codes = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => TryAsync(company, run))));

        Assert.Equal(["classification.already-approved", "classification.already-approved", "classification.already-approved", "done"], codes.Order());
        await using var database = company.Database();
        Assert.Equal(1, await database.Set<AuditEntry>().CountAsync(a => a.Action == "classification.approved"));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Approve_TwoDraftsAtOnce_HasOneWinner(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("big", "2026-10-01 90");
        var first = await company.RunAsync(Standard);
        var second = await company.RunAsync(Standard);

        var codes = await Task.WhenAll(Task.Run(() => TryAsync(company, first.Run)), Task.Run(() => TryAsync(company, second.Run)));

        Assert.Equal(["classification.outdated", "done"], codes.Order());
    }

    [Fact]
    public async Task Approve_WhatCannotBe_IsRefusedByName()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        var filling = await company.Runs.BeginAsync(Standard, Company.Director, CancellationToken.None);
        var (run, _) = await company.RunAsync(Standard);
        Assert.Equal("classification.unknown-run", await TryAsync(company, 99));
        Assert.Equal("classification.still-filling", await TryAsync(company, filling.Id));
        var refused = await Assert.ThrowsAsync<ClassificationRefusedException>(() => company.Approval.ApproveAsync(run, Company.Seller, CancellationToken.None));
        Assert.Equal("classification.forbidden", Assert.Single(refused.Problems).Code);
    }

    private static async Task<string> TryAsync(Company company, long run)
    {
        try
        {
            await company.Approval.ApproveAsync(run, Company.Director, CancellationToken.None);
            return "done";
        }
        catch (ClassificationRefusedException refused)
        {
            return refused.Problems.Single().Code;
        }
    }
}
