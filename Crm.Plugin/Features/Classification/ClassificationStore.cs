using System.Runtime.CompilerServices;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Classification;

/// <summary>Which rows of a run are shown; null does not restrict.</summary>
public sealed record RowFilter
{
    public ImportanceClass? Importance { get; init; }

    public RelationshipStage? Stage { get; init; }

    public RegularityClass? Regularity { get; init; }

    /// <summary>Only rows with this mark.</summary>
    public RowMarks Mark { get; init; }
}

/// <summary>A row with the counterparty it speaks of.</summary>
/// <param name="Row">As stored.</param>
/// <param name="Key">The ERP's key.</param>
/// <param name="Name">As the ERP has it now.</param>
/// <param name="ManagerLogin">Who is responsible now.</param>
public sealed record RunRow(ClassificationRow Row, string Key, string Name, string? ManagerLogin);

/// <summary>A row of one counterparty with its run.</summary>
public sealed record HistoryRow(ClassificationRun Run, ClassificationRow Row);

/// <summary>Reads classification. Runs that are not complete are not there; rows obey the reader's rights.</summary>
internal sealed class ClassificationStore(IDbContextFactory<CrmDbContext> contexts)
{
    private static readonly RunState[] Complete = [RunState.Draft, RunState.Approved, RunState.Superseded];

    /// <summary>Newest first, those being filled and those that failed included.</summary>
    /// <param name="beforeId">Goes on after this run; null from the newest.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public async Task<IReadOnlyList<ClassificationRun>> RunsAsync(long? beforeId, int take, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>().Where(r => r.State != RunState.Abandoned && (beforeId == null || r.Id < beforeId))
            .OrderByDescending(r => r.Id).Take(take).ToListAsync(cancellation);
    }

    /// <summary>Null when there is no such complete run.</summary>
    public async Task<ClassificationRun?> FindAsync(long runId, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId && Complete.Contains(r.State), cancellation);
    }

    /// <summary>A run in any state but given up, for its progress; null when there is none.</summary>
    public async Task<ClassificationRun?> WatchAsync(long runId, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.Id == runId && r.State != RunState.Abandoned, cancellation);
    }

    /// <summary>The run in force; null before the first.</summary>
    public async Task<ClassificationRun?> CurrentAsync(CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.State == RunState.Approved, cancellation);
    }

    /// <summary>A page of rows, largest value first.</summary>
    /// <param name="runId">A complete run.</param>
    /// <param name="filter">What is shown.</param>
    /// <param name="afterPlace">Goes on after this place; 0 from the first.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="user">Who reads.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public async Task<IReadOnlyList<RunRow>> RowsAsync(long runId, RowFilter filter, int afterPlace, int take, CurrentUser user, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        if (!await IsCompleteAsync(database, runId, cancellation))
        {
            return [];
        }

        // First the ids, which the index of places answers alone: SQLite would fetch every row that the filter then refuses.
        var found = Filtered(database, runId, filter).Where(r => r.Place > afterPlace);
        if (user.Rights.ReadScope != Scope.All)
        {
            var within = database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user);
            found = found.Where(r => within.Any(c => c.Id == r.CounterpartyId));
        }

        var ids = await found.OrderBy(r => r.Place).Select(r => r.CounterpartyId).Take(take).ToListAsync(cancellation);
        var rows = database.Set<ClassificationRow>().Where(r => r.RunId == runId && ids.Contains(r.CounterpartyId));
        return await Joined(database, rows, user.Rights.ReadScope, user).ToListAsync(cancellation);
    }

    /// <summary>Every row in the order of places, for exports.</summary>
    public async IAsyncEnumerable<RunRow> StreamAsync(long runId, RowFilter filter, CurrentUser user, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        database.Database.SetCommandTimeout(TimeSpan.FromMinutes(30));
        if (!await IsCompleteAsync(database, runId, cancellation))
        {
            yield break;
        }

        await foreach (var row in Joined(database, Filtered(database, runId, filter), user.Rights.ExportScope, user).AsAsyncEnumerable().WithCancellation(cancellation))
        {
            yield return row;
        }
    }

    /// <summary>The row of one counterparty; null when it has none or the reader may not see it.</summary>
    public async Task<RunRow?> RowAsync(long runId, long counterpartyId, CurrentUser user, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var rows = database.Set<ClassificationRow>().Where(r => r.RunId == runId && r.CounterpartyId == counterpartyId);
        return await IsCompleteAsync(database, runId, cancellation)
            ? await Joined(database, rows, user.Rights.ReadScope, user).FirstOrDefaultAsync(cancellation)
            : null;
    }

    /// <summary>Rows of one counterparty in the runs that were ever approved, newest first.</summary>
    public async Task<IReadOnlyList<HistoryRow>> HistoryAsync(long counterpartyId, int take, CurrentUser user, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        if (!await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).AnyAsync(c => c.Id == counterpartyId, cancellation))
        {
            return [];
        }

        return await (
            from run in database.Set<ClassificationRun>()
            where run.State == RunState.Approved || run.State == RunState.Superseded
            join row in database.Set<ClassificationRow>() on run.Id equals row.RunId
            where row.CounterpartyId == counterpartyId
            orderby run.Id descending
            select new HistoryRow(run, row)).Take(take).ToListAsync(cancellation);
    }

    // Asked once a query: as a condition of the rows it would be asked for each of them.
    private static Task<bool> IsCompleteAsync(CrmDbContext database, long runId, CancellationToken cancellation) =>
        database.Set<ClassificationRun>().AnyAsync(r => r.Id == runId && Complete.Contains(r.State), cancellation);

    private static IQueryable<ClassificationRow> Filtered(CrmDbContext database, long runId, RowFilter filter)
    {
        var rows = database.Set<ClassificationRow>().Where(r => r.RunId == runId);
        rows = filter.Importance is { } importance ? rows.Where(r => r.Importance == importance) : rows;
        rows = filter.Stage is { } stage ? rows.Where(r => r.Stage == stage) : rows;
        rows = filter.Regularity is { } regularity ? rows.Where(r => r.Regularity == regularity) : rows;
        return filter.Mark != RowMarks.None ? rows.Where(r => (r.Marks & filter.Mark) != 0) : rows;
    }

    private static IQueryable<RunRow> Joined(CrmDbContext database, IQueryable<ClassificationRow> rows, Scope scope, CurrentUser user) =>
        from row in rows
        join counterparty in database.Set<CounterpartyRecord>().Within(scope, user) on row.CounterpartyId equals counterparty.Id
        orderby row.Place
        select new RunRow(row, counterparty.HostKey, counterparty.Name, counterparty.ManagerLogin);
}
