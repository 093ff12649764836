using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Puts a draft into force.</summary>
/// <remarks>
/// One transaction: the run in force is superseded, the draft approved, and every counterparty whose classes change takes the new
/// ones. Nobody ever sees half of it; of two people who approve at once one wins, and the other is told so.
/// </remarks>
internal sealed class ClassificationApproval(IDbContextFactory<CrmDbContext> contexts, DatabaseOptions options, TimeProvider clock)
{
    /// <returns>How many counterparties changed a class, stage or regularity.</returns>
    /// <exception cref="ClassificationRefusedException">No right, no such draft, approved already, or made against another run than the one in force.</exception>
    public async Task<int> ApproveAsync(long runId, CurrentUser user, CancellationToken cancellation)
    {
        if (!user.MayClassify)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.forbidden", "Classification may be run and approved by a commercial director or an administrator only."));
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        database.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (options.Kind == DatabaseKind.PostgreSql)
        {
            // SQLite has one writer; here whoever comes second waits, and then sees what the first did.
            await database.Database.ExecuteSqlAsync($"LOCK TABLE classification_run IN SHARE ROW EXCLUSIVE MODE", cancellation);
        }

        await CheckAsync(database, runId, cancellation);
        var now = clock.GetUtcNow();
        await database.Set<ClassificationRun>().Where(r => r.State == RunState.Approved)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Superseded).SetProperty(r => r.SupersededAt, now), cancellation);
        await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Draft)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Approved).SetProperty(r => r.ApprovedAt, now).SetProperty(r => r.ApproverLogin, user.Login), cancellation);
        var changed = await ApplyAsync(database, runId, cancellation);
        database.Add(ClassificationAudit.Entry(user, now, "classification.approved", runId, $"{{\"changed\":{changed}}}"));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return changed;
    }

    private static async Task CheckAsync(CrmDbContext database, long runId, CancellationToken cancellation)
    {
        var run = await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId, cancellation);
        var inForce = await database.Set<ClassificationRun>().Where(r => r.State == RunState.Approved).Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellation);
        var refusal = run switch
        {
            null or { State: RunState.Abandoned } => ClassificationProblem.Of("classification.unknown-run", "There is no run {0}.", runId),
            { State: RunState.Filling } => ClassificationProblem.Of("classification.still-filling", "Run {0} is still being filled.", runId),
            { State: RunState.Approved or RunState.Superseded } => ClassificationProblem.Of("classification.already-approved", "Run {0} was approved already, by {1}.", runId, run.ApproverLogin ?? "system"),
            { State: RunState.Failed } => ClassificationProblem.Of("classification.not-approvable", "Run {0} failed; there is nothing to approve.", runId),
            _ when run.PreviousRunId != inForce => ClassificationProblem.Of("classification.outdated", "Run {1} was approved after run {0} was made: make a new run, so that it compares with that.", runId, inForce ?? 0),
            _ => null,
        };
        if (refusal is not null)
        {
            throw new ClassificationRefusedException(refusal);
        }
    }

    private static async Task<int> ApplyAsync(CrmDbContext database, long runId, CancellationToken cancellation)
    {
        var cleared = await database.Database.ExecuteSqlAsync(
            $"""
            UPDATE counterparty SET importance = NULL, stage = NULL, regularity = NULL
            WHERE (importance IS NOT NULL OR stage IS NOT NULL)
              AND NOT EXISTS (SELECT 1 FROM classification_row r WHERE r.run_id = {runId} AND r.counterparty_id = counterparty.id)
            """,
            cancellation);
        var set = await database.Database.ExecuteSqlAsync(
            $"""
            UPDATE counterparty SET importance = r.importance, stage = r.stage, regularity = r.regularity
            FROM classification_row r
            WHERE r.run_id = {runId} AND r.counterparty_id = counterparty.id
              AND (counterparty.importance IS DISTINCT FROM r.importance OR counterparty.stage IS DISTINCT FROM r.stage
                   OR counterparty.regularity IS DISTINCT FROM r.regularity)
            """,
            cancellation);
        return set + cleared;
    }
}
