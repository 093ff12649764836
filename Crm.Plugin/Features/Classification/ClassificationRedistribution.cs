using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Tries other thresholds on a run, and changes those of a draft. Orders are not read again.</summary>
internal sealed class ClassificationRedistribution(IDbContextFactory<CrmDbContext> contexts, RunTables tables, ClassificationService service, TimeProvider clock)
{
    /// <summary>Who would be where with other thresholds. Stores nothing.</summary>
    /// <param name="runId">A complete run.</param>
    /// <param name="wanted">As the run's, but for shares, cut, bands and one-time band.</param>
    /// <param name="take">Names at most so many of those who move, largest value first.</param>
    /// <param name="user">Who asks.</param>
    /// <param name="cancellation">Cancels the query.</param>
    /// <exception cref="ClassificationRefusedException">No right, no such run, wrong thresholds, or more than thresholds differs.</exception>
    public async Task<WhatIf> WhatIfAsync(long runId, ClassificationParameters wanted, int take, CurrentUser user, CancellationToken cancellation)
    {
        service.Check(wanted, user);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var run = await CompleteAsync(database, runId, cancellation)
            ?? throw new ClassificationRefusedException(ClassificationProblem.Of("classification.unknown-run", "There is no run {0}.", runId));
        Compare(run, wanted);
        var table = await tables.GetAsync(run, cancellation);
        var count = WhatIfCount.Of(table, wanted);
        var moves = count.Moves().Take(take).ToList();
        var members = await RunMembers.FindAsync(database, run.Population, [.. moves.Select(m => table.Rows[m.Index].Id)], user.Rights.ReadScope, user, cancellation);
        var before = ClassificationJson.ReadTotals(run.Totals!);
        return new()
        {
            Run = run,
            Wanted = wanted,
            Before = before,
            After = Kept(before, count.After) with { NetReturns = before.NetReturns, ByHand = before.ByHand, HasEqualValuesOnly = before.HasEqualValuesOnly },
            Importance = count.Importance,
            Stages = count.Stages,
            Moves =
            [
                .. from move in moves
                   let row = table.Rows[move.Index]
                   where members.ContainsKey(row.Id)
                   select new WhatIfMove(members[row.Id], row.Place, row.ValueE4, move.Before, move.After),
            ],
        };
    }

    /// <summary>Cuts a draft by other thresholds. What was set by hand stays.</summary>
    /// <exception cref="ClassificationRefusedException">As <see cref="WhatIfAsync"/>, or it is no draft any more, or somebody changed it meanwhile.</exception>
    public async Task<ClassificationTotals> RedistributeAsync(long runId, ClassificationParameters wanted, CurrentUser user, CancellationToken cancellation)
    {
        service.Check(wanted, user);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var run = await DraftAsync(database, runId, cancellation);
        Compare(run, wanted);
        var after = RunCut.Apply(await tables.GetAsync(run, cancellation), wanted);
        var totals = Totals(run, after);
        run.Parameters = ClassificationJson.Write(wanted).ToString(Newtonsoft.Json.Formatting.None);
        (run.IsRecut, run.ResultHash) = (true, null);
        await SaveAsync(database, run, after, totals, ClassificationAudit.Entry(user, clock.GetUtcNow(), "classification.redistributed", runId, run.Parameters), cancellation);
        return totals;
    }

    /// <summary>Sets the classes of one row of a draft by hand, beside what was computed; <paramref name="set"/> null takes that back.</summary>
    /// <exception cref="ClassificationRefusedException">No right, no draft, no such row, no stage, no reason, or somebody changed the draft meanwhile.</exception>
    public async Task SetByHandAsync(long runId, long memberId, Classes? set, string reason, CurrentUser user, CancellationToken cancellation)
    {
        ClassificationService.CheckRight(user);
        var chosen = set is { } wished ? OverrideRule.Complete(wished) : (Classes?)null;
        if (chosen is not null && OverrideRule.Refusal(chosen.Value, reason) is { } refusal)
        {
            throw new ClassificationRefusedException(refusal);
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var run = await DraftAsync(database, runId, cancellation);
        var table = await tables.GetAsync(run, cancellation);
        if (table.IndexOf(memberId) < 0 || !(await RunMembers.FindAsync(database, run.Population, [memberId], user.Rights.ReadScope, user, cancellation)).ContainsKey(memberId))
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.unknown-row", "Run {0} has no such row.", runId));
        }

        var now = clock.GetUtcNow();
        var others = table.Overrides.Where(o => o.MemberId != memberId).ToList();
        if (chosen is { } classes)
        {
            var added = new ClassificationOverride
            {
                RunId = runId, MemberId = memberId, Importance = classes.Importance, Stage = classes.Stage, Regularity = classes.Regularity, Reason = reason.Trim(), AuthorLogin = user.Login, At = now,
            };
            others.Add(added);
        }

        var after = table.With(others);
        var detail = chosen is null ? "{}" : Newtonsoft.Json.JsonConvert.SerializeObject(new { member = memberId, reason = reason.Trim() });
        await SaveAsync(database, run, after, Totals(run, after), ClassificationAudit.Entry(user, now, "classification.set-by-hand", runId, detail), cancellation, async () =>
        {
            await database.Set<ClassificationOverride>().Where(o => o.RunId == runId && o.MemberId == memberId).ExecuteDeleteAsync(cancellation);
            database.AddRange(others.Where(o => o.MemberId == memberId));
        });
    }

    /// <summary>A run whose rows are there; null when there is none.</summary>
    public static Task<ClassificationRun?> CompleteAsync(CrmDbContext database, long runId, CancellationToken cancellation) =>
        database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId && r.Totals != null, cancellation);

    private static async Task<ClassificationRun> DraftAsync(CrmDbContext database, long runId, CancellationToken cancellation) =>
        await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId, cancellation) switch
        {
            null or { State: RunState.Abandoned } => throw new ClassificationRefusedException(ClassificationProblem.Of("classification.unknown-run", "There is no run {0}.", runId)),
            { State: not RunState.Draft } => throw new ClassificationRefusedException(ClassificationProblem.Of("classification.not-a-draft", "Run {0} is no draft: only drafts are changed, a correction is a new run.", runId)),
            { } run => run,
        };

    private static void Compare(ClassificationRun run, ClassificationParameters wanted)
    {
        if (!RunCut.IsOnlyAnotherCut(ClassificationJson.ReadParameters(run.Parameters), wanted))
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of(
                "classification.needs-fill", "Only shares, cut, bands and the one-time band can be changed without reading the orders again: make a new run."));
        }
    }

    private static ClassificationTotals Totals(ClassificationRun run, RunTable after) =>
        Kept(ClassificationJson.ReadTotals(run.Totals!), TotalsCounter.Count(after.Rows, after.PackedOf) with { Boundaries = after.Boundaries });

    // What other thresholds do not change.
    private static ClassificationTotals Kept(ClassificationTotals before, ClassificationTotals counted) => counted with
    {
        Currency = before.Currency,
        RevenueE4 = before.RevenueE4,
        Orders = before.Orders,
        ComponentTotalsE4 = before.ComponentTotalsE4,
        Warnings = before.Warnings,
    };

    // Compared before it is set: of two people who change one draft at once, the second is told so.
    private async Task SaveAsync(CrmDbContext database, ClassificationRun run, RunTable after, ClassificationTotals totals, AuditEntry audit, CancellationToken cancellation, Func<Task>? more = null)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var text = ClassificationJson.Write(totals);
        var (parameters, recut, hash, revision) = (run.Parameters, run.IsRecut, run.ResultHash, run.Revision);
        var saved = await database.Set<ClassificationRun>().Where(r => r.Id == run.Id && r.State == RunState.Draft && r.Revision == revision).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Parameters, parameters).SetProperty(r => r.IsRecut, recut).SetProperty(r => r.ResultHash, hash)
                .SetProperty(r => r.Totals, text).SetProperty(r => r.Revision, revision + 1),
            cancellation);
        if (saved == 0)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.changed-meanwhile", "Somebody changed or approved run {0} meanwhile: look at it again.", run.Id));
        }

        if (more is not null)
        {
            await more();
        }

        database.Add(audit);
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        tables.Keep(run.Id, revision + 1, after);
    }
}
