using Crm.Plugin.Features.People;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Compares counterparties: everybody each night and after an ERP's first read, those that changed within a minute.</summary>
internal sealed class DuplicateSearch(CrmDbContext database, DuplicateKeys keys, TimeProvider clock)
{
    /// <summary>A change may be committed a little after the instant that it bears.</summary>
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(2);

    private const int MostFollowed = 20_000;

    /// <summary>Compares everybody with everybody.</summary>
    /// <returns>How many pairs may be one.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var start = clock.GetUtcNow();
        await ForAllAsync(keys.RefreshAsync, cancellation);
        await ForAllAsync(keys.CompareAsync, cancellation);
        await NoteAsync(start, start, cancellation);
        return await database.Set<DuplicateCandidate>().CountAsync(cancellation);
    }

    /// <summary>Compares those that changed since the last time with everybody; everybody, after the first read of an ERP.</summary>
    /// <returns>Of how many counterparties something was compared.</returns>
    public async Task<int> FollowAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var progress = await database.Set<DuplicateProgress>().FirstOrDefaultAsync(cancellation);
        var read = await database.Set<SyncStateRecord>().Where(s => s.Entity == MirrorEntity.Counterparties).MaxAsync(s => s.FirstReadAt, cancellation);
        if (progress is null ? read is not null : read > progress.ComparedAt)
        {
            await RunAsync(cancellation);
            return await database.Set<DuplicateKey>().Select(k => k.CounterpartyId).Distinct().CountAsync(cancellation);
        }

        if (progress is null)
        {
            return 0;
        }

        var since = progress.FollowedTo - Overlap;
        var changed = await ChangedAsync(since, cancellation);
        if (changed.Count >= MostFollowed)
        {
            await RunAsync(cancellation);
            return changed.Count;
        }

        foreach (var part in changed.Chunk(DuplicateKeys.Part))
        {
            await keys.RefreshAsync(part, cancellation);
        }

        foreach (var part in changed.Chunk(DuplicateKeys.Part))
        {
            await keys.CompareAsync(part, cancellation);
        }

        await NoteAsync(now, progress.ComparedAt, cancellation);
        return changed.Count;
    }

    private async Task<List<long>> ChangedAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        var mirrored = await (from l in database.Set<LedgerRecord>()
                              where l.At >= since && l.Entity == MirrorEntity.Counterparties
                              join c in database.Set<CounterpartyRecord>() on new { l.ConnectionId, l.HostKey } equals new { c.ConnectionId, c.HostKey }
                              select c.Id).Distinct().Take(MostFollowed).ToListAsync(cancellation);
        var typed = await database.Set<OwnMechanism>().Where(m => m.CreatedAt >= since).Select(m => m.CounterpartyId).Distinct().Take(MostFollowed).ToListAsync(cancellation);
        return [.. mirrored.Union(typed)];
    }

    private async Task ForAllAsync(Func<IReadOnlyCollection<long>, CancellationToken, Task> work, CancellationToken cancellation)
    {
        for (long last = 0; ;)
        {
            var ids = await database.Set<CounterpartyRecord>().Where(c => c.Id > last).OrderBy(c => c.Id).Select(c => c.Id).Take(DuplicateKeys.Part).ToListAsync(cancellation);
            if (ids.Count == 0)
            {
                return;
            }

            await work(ids, cancellation);
            last = ids[^1];
        }
    }

    private async Task NoteAsync(DateTimeOffset followedTo, DateTimeOffset comparedAt, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(
            "INSERT INTO duplicate_progress (id, followed_to, compared_at) VALUES (1, @to, @at) ON CONFLICT (id) DO UPDATE SET followed_to = excluded.followed_to, compared_at = excluded.compared_at",
            [("@to", Instant.ToMicroseconds(followedTo)), ("@at", Instant.ToMicroseconds(comparedAt))], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}

/// <summary>Looks for duplicates: everybody each night, what changed each minute.</summary>
internal sealed class DuplicateNightly(IJobScheduler scheduler) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await scheduler.RecurAsync(
            "duplicates", JobTimes.At("0 10 3 * * ?"), (services, cancellation) => services.GetRequiredService<DuplicateSearch>().RunAsync(cancellation), cancellationToken);
        await scheduler.RecurAsync(
            "duplicates-follow", JobTimes.Every(TimeSpan.FromMinutes(1)), (services, cancellation) => services.GetRequiredService<DuplicateSearch>().FollowAsync(cancellation), cancellationToken);
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
