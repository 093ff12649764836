using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>What trying other thresholds asks: two rows are cut and counted, and a run that is not there is looked for.</summary>
internal sealed class WhatIfRehearsal(IDbContextFactory<CrmDbContext> contexts, TimeProvider clock) : IRehearsal
{
    public async Task RehearseAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var parameters = ClassificationParameters.For(RuleSet.Standard, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
        FillRow[] rows = [new() { Id = 1, Place = 1, ValueE4 = 2, Importance = 1 }, new() { Id = 2, Place = 2, ValueE4 = 1, Importance = 2 }];
        var count = WhatIfCount.Of(RunCut.Restore(rows, [], parameters, isRecut: false), parameters with { Shares = ImportanceShares.Classical });
        _ = count.Moves().Count();
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        _ = await ClassificationRedistribution.CompleteAsync(database, 0, cancellation);
        _ = await RunMembers.FindAsync(database, Population.Customers, [0], Scope.All, CurrentUser.System, cancellation);
    }
}
