using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace Crm.Plugin.Features.Classification;

/// <summary>The life of a run: begun, completed, approved, given up. Each step is one small transaction that compares before it sets.</summary>
internal sealed class ClassificationRuns(IDbContextFactory<CrmDbContext> contexts, TimeProvider clock)
{
    /// <summary>A run whose heartbeat stood still so long is given up by the next one.</summary>
    public static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(2);

    /// <summary>An approval writes in one transaction and cannot beat meanwhile; a million counterparties take minutes on a slow disk.</summary>
    public static readonly TimeSpan ApprovalForsakenAfter = TimeSpan.FromMinutes(15);

    /// <summary>Told to whoever fills a run that was given up.</summary>
    public static ClassificationProblem GivenUp(long runId) =>
        ClassificationProblem.Of("classification.abandoned", "Run {0} was cancelled, or stood still for too long, and was given up.", runId);

    /// <summary>Makes a run in state filling.</summary>
    public async Task<ClassificationRun> BeginAsync(ClassificationParameters parameters, CurrentUser author, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        var previous = await database.Set<ClassificationRun>().Where(r => r.State == RunState.Approved && r.Population == parameters.Population).Select(r => (long?)r.Id).FirstOrDefaultAsync(cancellation);
        var run = new ClassificationRun
        {
            AsOf = parameters.AsOf,
            Population = parameters.Population,
            State = RunState.Filling,
            AuthorId = author.IsSomebody ? author.Id : null,
            AuthorLogin = author.Login,
            CreatedAt = now,
            HeartbeatAt = now,
            PreviousRunId = previous,
            RuleVersion = ClassificationFill.RuleVersion,
            Parameters = ClassificationJson.Write(parameters).ToString(Newtonsoft.Json.Formatting.None),
        };
        database.Add(run);
        await database.SaveChangesAsync(cancellation);
        return run;
    }

    /// <summary>Moves heartbeat and progress on.</summary>
    /// <returns>False when the run was given up: by somebody who cancelled it, or because it stood still for too long.</returns>
    public async Task<bool> BeatAsync(long runId, int permille, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var now = clock.GetUtcNow();
        return await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Filling)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.HeartbeatAt, now).SetProperty(r => r.ProgressPermille, permille), cancellation) == 1;
    }

    /// <summary>Gives a run up that is being filled, in whichever process: that stops at its next heartbeat.</summary>
    /// <returns>False when it is complete already, or was given up before.</returns>
    public async Task<bool> CancelAsync(long runId, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Filling)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Abandoned), cancellation) == 1;
    }

    /// <summary>Keeps the reasons for its author.</summary>
    public async Task FailAsync(long runId, IReadOnlyList<ClassificationProblem> problems, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var text = Newtonsoft.Json.JsonConvert.SerializeObject(problems);
        await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Filling)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Failed).SetProperty(r => r.Problems, text), cancellation);
    }

    /// <summary>Writes its rows and makes it a draft, both or neither.</summary>
    public async Task CompleteAsync(long runId, FilledRun filled, CurrentUser author, CancellationToken cancellation)
    {
        var blocks = RunCodec.Pack(filled.Rows);
        var hash = RunCodec.Hash(blocks);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        database.Database.SetCommandTimeout(TimeSpan.FromMinutes(10));
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        var totals = ClassificationJson.Write(filled.Totals);
        var completed = await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Filling).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.State, RunState.Draft).SetProperty(r => r.FilledAt, now).SetProperty(r => r.Totals, totals)
                .SetProperty(r => r.InputsHash, filled.InputsHash).SetProperty(r => r.ResultHash, hash),
            cancellation);
        if (completed == 0)
        {
            throw new ClassificationRefusedException(GivenUp(runId));
        }

        await RunRowsWriter.WriteAsync(database.Database.GetDbConnection(), transaction.GetDbTransaction(), runId, blocks, cancellation);
        database.Add(ClassificationAudit.Entry(author, now, "classification.run", runId, totals));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>Takes away what dead processes left. Safe to repeat and to run twice at once.</summary>
    /// <returns>How many runs were taken away.</returns>
    public async Task<int> CleanAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var deadline = clock.GetUtcNow() - AbandonedAfter;
        var dead = await database.Set<ClassificationRun>()
            .Where(r => (r.State == RunState.Filling && r.HeartbeatAt < deadline) || r.State == RunState.Abandoned)
            .Select(r => r.Id).ToListAsync(cancellation);
        foreach (var runId in dead)
        {
            await DropAsync(runId, cancellation);
        }

        // An approval that died wrote nothing: the draft is free again.
        var forsaken = clock.GetUtcNow() - ApprovalForsakenAfter;
        await database.Set<ClassificationRun>().Where(r => r.State == RunState.Approving && r.HeartbeatAt < forsaken)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Draft).SetProperty(r => r.ApproverLogin, (string?)null), cancellation);
        return dead.Count;
    }

    /// <summary>Gives a run up that is not complete; it has no rows.</summary>
    public async Task DropAsync(long runId, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Filling)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.State, RunState.Abandoned), cancellation);
        if (!await database.Set<ClassificationRun>().AnyAsync(r => r.Id == runId && r.State == RunState.Abandoned, cancellation))
        {
            return;
        }

        await database.Set<ClassificationRun>().Where(r => r.Id == runId && r.State == RunState.Abandoned).ExecuteDeleteAsync(cancellation);
    }
}

/// <summary>What the audit log keeps of classification.</summary>
internal static class ClassificationAudit
{
    public static AuditEntry Entry(CurrentUser user, DateTimeOffset at, string action, long runId, string? detail) => new()
    {
        At = at,
        UserId = user.IsSomebody ? user.Id : null,
        UserLogin = user.Login,
        Action = action,
        Subject = "classification",
        SubjectId = runId.ToString(System.Globalization.CultureInfo.InvariantCulture),
        Detail = detail,
    };
}
