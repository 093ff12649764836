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

    /// <summary>Only rows whose importance moved so since the run in force before.</summary>
    public Movement? ImportanceMovement { get; init; }

    /// <summary>Only rows whose stage moved so since the run in force before.</summary>
    public Movement? StageMovement { get; init; }

    /// <summary>Only rows with this mark.</summary>
    public RowMarks Mark { get; init; }

    internal bool Holds(RunTable table, in FillRow row)
    {
        var classes = table.EffectiveOf(row);
        if ((Importance is { } i && classes.Importance != i) || (Stage is { } s && classes.Stage != s) || (Regularity is { } r && classes.Regularity != r)
            || (Mark != RowMarks.None && (row.Marks & Mark) == 0))
        {
            return false;
        }

        if (ImportanceMovement is null && StageMovement is null)
        {
            return true;
        }

        var before = PackedClasses.Unpack(row.Previous);
        var rules = table.Parameters.Rules;
        return (ImportanceMovement is not { } im || MovementRule.OfImportance(before.Importance, classes.Importance, rules) == im)
            && (StageMovement is not { } sm || MovementRule.OfStage(before, classes, rules) == sm);
    }
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
internal sealed class ClassificationStore(IDbContextFactory<CrmDbContext> contexts, RunTables tables)
{
    private const int MostNames = 1000;

    private static readonly RunState[] Complete = [RunState.Draft, RunState.Approving, RunState.Approved, RunState.Superseded];

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

    /// <summary>The run in force over customers; null before the first.</summary>
    public Task<ClassificationRun?> CurrentAsync(CancellationToken cancellation) => CurrentAsync(Population.Customers, cancellation);

    /// <summary>The run in force over a population; null before the first.</summary>
    public async Task<ClassificationRun?> CurrentAsync(Population population, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>().FirstOrDefaultAsync(r => r.State == RunState.Approved && r.Population == population, cancellation);
    }

    /// <summary>The run that was in force over a population at the end of a day; null when none was.</summary>
    /// <param name="population">Who.</param>
    /// <param name="day">By <see cref="ClassificationRun.AsOf"/>: the classes of a run hold from the day it speaks of.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public async Task<ClassificationRun?> AsOfAsync(Population population, DateOnly day, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>()
            .Where(r => (r.State == RunState.Approved || r.State == RunState.Superseded) && r.Population == population && r.AsOf <= day)
            .OrderByDescending(r => r.AsOf).ThenByDescending(r => r.Id).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>Runs over a population that were ever approved, newest day first.</summary>
    public async Task<IReadOnlyList<ClassificationRun>> ApprovedAsync(Population population, int take, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        return await database.Set<ClassificationRun>()
            .Where(r => (r.State == RunState.Approved || r.State == RunState.Superseded) && r.Population == population)
            .OrderByDescending(r => r.AsOf).ThenByDescending(r => r.Id).Take(take).ToListAsync(cancellation);
    }

    /// <summary>All rows of a complete run, whoever may see them: for sums, never to be shown one by one without <see cref="RunMembers"/>.</summary>
    public Task<RunTable> TableAsync(ClassificationRun run, CancellationToken cancellation) => tables.GetAsync(run, cancellation);

    /// <summary>A page of rows, largest value first.</summary>
    /// <param name="runId">A complete run.</param>
    /// <param name="filter">What is shown.</param>
    /// <param name="afterPlace">Goes on after this place; 0 from the first.</param>
    /// <param name="take">At most so many.</param>
    /// <param name="user">Who reads.</param>
    /// <param name="cancellation">Cancels the query.</param>
    public async Task<IReadOnlyList<RunRow>> RowsAsync(long runId, RowFilter filter, int afterPlace, int take, CurrentUser user, CancellationToken cancellation)
    {
        var result = new List<RunRow>();
        await foreach (var row in PagesAsync(runId, filter, afterPlace, take, user.Rights.ReadScope, user, cancellation))
        {
            result.Add(row);
            if (result.Count == take)
            {
                break;
            }
        }

        return result;
    }

    /// <summary>Every row in the order of places, for exports.</summary>
    public IAsyncEnumerable<RunRow> StreamAsync(long runId, RowFilter filter, CurrentUser user, CancellationToken cancellation) =>
        PagesAsync(runId, filter, 0, MostNames, user.Rights.ExportReach(), user, cancellation);

    /// <summary>The row of one counterparty; null when it has none or the reader may not see it.</summary>
    public async Task<RunRow?> RowAsync(long runId, long counterpartyId, CurrentUser user, CancellationToken cancellation)
    {
        if (await FindAsync(runId, cancellation) is not { } run)
        {
            return null;
        }

        var table = await tables.GetAsync(run, cancellation);
        var index = table.IndexOf(counterpartyId);
        if (index < 0)
        {
            return null;
        }

        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var members = await RunMembers.FindAsync(database, run.Population, [counterpartyId], user.Rights.ReadScope, user, cancellation);
        return members.TryGetValue(counterpartyId, out var member) ? new(table.Row(runId, index), member.Key, member.Name, member.ManagerLogin) : null;
    }

    /// <summary>Rows of one counterparty in the runs that were ever approved, newest first. What was accumulated is not in them.</summary>
    public async Task<IReadOnlyList<HistoryRow>> HistoryAsync(long counterpartyId, int take, CurrentUser user, CancellationToken cancellation)
    {
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        if (!await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).AnyAsync(c => c.Id == counterpartyId, cancellation))
        {
            return [];
        }

        var runs = await database.Set<ClassificationRun>()
            .Where(r => (r.State == RunState.Approved || r.State == RunState.Superseded) && r.Population == Population.Customers)
            .OrderByDescending(r => r.Id).Take(take).ToListAsync(cancellation);
        var ids = runs.Select(r => r.Id).ToList();
        var overrides = await database.Set<ClassificationOverride>().Where(o => o.MemberId == counterpartyId && ids.Contains(o.RunId)).ToDictionaryAsync(o => o.RunId, cancellation);
        var result = new List<HistoryRow>();
        foreach (var run in runs)
        {
            if (await tables.RowAsync(run, counterpartyId, cancellation) is { } row)
            {
                var set = overrides.GetValueOrDefault(run.Id);
                result.Add(new(run, ClassificationRow.Of(run.Id, row, set?.Classes ?? row.Computed, set)));
            }
        }

        return result;
    }

    // Candidates come out of memory in the order of places; the database says in portions who may be seen, and their names.
    private async IAsyncEnumerable<RunRow> PagesAsync(
        long runId, RowFilter filter, int afterPlace, int take, Scope scope, CurrentUser user, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (await FindAsync(runId, cancellation) is not { } run)
        {
            yield break;
        }

        var table = await tables.GetAsync(run, cancellation);
        await using var database = await contexts.CreateDbContextAsync(cancellation);
        var portion = new List<int>();
        var size = Math.Min(take, MostNames);
        for (var place = afterPlace; place <= table.ByPlace.Length; place++)
        {
            if (place < table.ByPlace.Length && filter.Holds(table, table.Rows[table.ByPlace[place]]))
            {
                portion.Add(table.ByPlace[place]);
            }

            if (portion.Count == size || (place == table.ByPlace.Length && portion.Count > 0))
            {
                var members = await RunMembers.FindAsync(database, run.Population, [.. portion.Select(i => table.Rows[i].Id)], scope, user, cancellation);
                foreach (var index in portion)
                {
                    if (members.TryGetValue(table.Rows[index].Id, out var member))
                    {
                        yield return new(table.Row(runId, index), member.Key, member.Name, member.ManagerLogin);
                    }
                }

                portion.Clear();
                // Who sees few of many looks through larger portions.
                size = Math.Min(size * 4, MostNames);
            }
        }
    }
}
