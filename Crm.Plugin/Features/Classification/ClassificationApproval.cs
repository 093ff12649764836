using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Crm.Plugin.Features.Classification;

/// <summary>Puts a draft into force.</summary>
/// <remarks>
/// First the draft is claimed, in a small transaction: of two people who approve at once one wins, and the other is told so. Then one
/// transaction supersedes the run in force, approves the draft, writes the changes down and gives them to the counterparties: nobody
/// ever sees half of it.
/// </remarks>
internal sealed class ClassificationApproval(IDbContextFactory<CrmDbContext> contexts, DatabaseOptions options, RunTables tables, TimeProvider clock)
{
    /// <summary>Claims and puts into force.</summary>
    /// <returns>How many counterparties changed a class, stage or regularity.</returns>
    /// <exception cref="ClassificationRefusedException">No right, no such draft, approved already, or made against another run than the one in force.</exception>
    public async Task<int> ApproveAsync(long runId, CurrentUser user, CancellationToken cancellation)
    {
        await ClaimAsync(runId, user, cancellation);
        return await CompleteAsync(runId, user, cancellation);
    }

    /// <summary>Makes the draft this user's to approve; <see cref="CompleteAsync"/> must follow.</summary>
    /// <exception cref="ClassificationRefusedException">As <see cref="ApproveAsync"/>; nothing was changed.</exception>
    public async Task ClaimAsync(long runId, CurrentUser user, CancellationToken cancellation)
    {
        if (!user.MayClassify)
        {
            throw new ClassificationRefusedException(ClassificationProblem.Of("classification.forbidden", "Classification may be run and approved by a commercial director or an administrator only."));
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (options.Kind == DatabaseKind.PostgreSql)
        {
            // SQLite has one writer; here whoever comes second waits, and then sees what the first did.
            await database.Database.ExecuteSqlAsync($"LOCK TABLE classification_run IN SHARE ROW EXCLUSIVE MODE", cancellation);
        }

        await CheckAsync(database, runId, cancellation);
        var now = clock.GetUtcNow();
        await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Draft)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Approving).SetProperty(r => r.HeartbeatAt, now).SetProperty(r => r.ApproverLogin, user.Login), cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Puts a claimed draft into force; when that fails it is a draft again.</summary>
    /// <returns>How many counterparties changed a class, stage or regularity.</returns>
    public async Task<int> CompleteAsync(long runId, CurrentUser user, CancellationToken cancellation)
    {
        try
        {
            return await ApplyAsync(runId, user, cancellation);
        }
        catch
        {
            await using var database = await contexts.CreateDbContextAsync(CancellationToken.None);
            await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Approving)
                .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Draft).SetProperty(r => r.ApproverLogin, (string?)null), CancellationToken.None);
            throw;
        }
    }

    private async Task<int> ApplyAsync(long runId, CurrentUser user, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        database.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        var run = await database.Set<ClassificationRun>().FirstAsync(r => r.Id == runId, cancellation);
        var table = await tables.GetAsync(run, cancellation);
        var before = run.PreviousRunId is { } previous ? await tables.GetAsync(await database.Set<ClassificationRun>().FirstAsync(r => r.Id == previous, cancellation), cancellation) : null;
        var changes = ClassChanges.Between(before, table);
        var blocks = run.IsRecut ? RunCodec.Pack(table.Rows) : null;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        await database.Set<ClassificationRun>().Where(r => r.State == RunState.Approved && r.Population == run.Population)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Superseded).SetProperty(r => r.SupersededAt, now), cancellation);
        var approved = await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Approving)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Approved).SetProperty(r => r.ApprovedAt, now).SetProperty(r => r.ApproverLogin, user.Login), cancellation);
        if (approved == 0)
        {
            throw new ClassificationRefusedException(ClassificationRuns.GivenUp(runId));
        }

        if (blocks is not null)
        {
            await FreezeAsync(database, transaction.GetDbTransaction(), runId, blocks, cancellation);
        }

        var changed = run.Population == Population.Customers
            ? await ClassChanges.WriteAsync(database, transaction.GetDbTransaction(), runId, changes, cancellation)
            : changes.Count;
        database.Add(ClassificationAudit.Entry(user, now, "classification.approved", runId, $"{{\"changed\":{changed},\"byHand\":{table.Overrides.Count}}}"));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return changed;
    }

    // What was cut anew in the draft is written down: from now on nothing is computed any more.
    private static async Task FreezeAsync(CrmDbContext database, System.Data.Common.DbTransaction transaction, long runId, RunBlock[] blocks, CancellationToken cancellation)
    {
        await database.Set<ClassificationBlock>().Where(b => b.RunId == runId).ExecuteDeleteAsync(cancellation);
        await RunRowsWriter.WriteAsync(database.Database.GetDbConnection(), transaction, runId, blocks, cancellation);
        var hash = RunCodec.Hash(blocks);
        await database.Set<ClassificationRun>().Where(r => r.Id == runId)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.IsRecut, false).SetProperty(r => r.ResultHash, hash), cancellation);
    }

    private static async Task CheckAsync(CrmDbContext database, long runId, CancellationToken cancellation)
    {
        var run = await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId, cancellation);
        var inForce = await database.Set<ClassificationRun>()
            .Where(r => (r.State == RunState.Approved || r.State == RunState.Approving) && r.Id != runId && run != null && r.Population == run.Population)
            .OrderByDescending(r => r.State).Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellation);
        var refusal = run switch
        {
            null or { State: RunState.Abandoned } => ClassificationProblem.Of("classification.unknown-run", "There is no run {0}.", runId),
            { State: RunState.Filling } => ClassificationProblem.Of("classification.still-filling", "Run {0} is still being filled.", runId),
            { State: RunState.Approved or RunState.Superseded or RunState.Approving } => ClassificationProblem.Of("classification.already-approved", "Run {0} was approved already, by {1}.", runId, run.ApproverLogin ?? "system"),
            { State: RunState.Failed } => ClassificationProblem.Of("classification.not-approvable", "Run {0} failed; there is nothing to approve.", runId),
            _ when ClassificationJson.ReadParameters(run.Parameters).IsFiltered =>
                ClassificationProblem.Of("classification.segment-not-approvable", "Run {0} looks at a segment only: put into force, it would leave everybody else without classes.", runId),
            _ when run.PreviousRunId != inForce => ClassificationProblem.Of("classification.outdated", "Run {1} was approved after run {0} was made: make a new run, so that it compares with that.", runId, inForce ?? 0),
            _ => null,
        };
        if (refusal is not null)
        {
            throw new ClassificationRefusedException(refusal);
        }
    }
}
