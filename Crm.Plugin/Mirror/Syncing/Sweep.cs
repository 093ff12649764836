using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Writing;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>
/// Finds deletes and late commits: the host's keys and versions lie in a temporary table, the database compares them with the
/// mirror, and each difference is asked about again before it is believed. Memory does not grow with the table.
/// </summary>
internal sealed class Sweep<T>(IHostSource<T> source, MirrorTable<T> table, MirrorWriter<T> writer, SyncRun run)
    where T : IHostRecord
{
    private const int Batch = 1000;

    private readonly string kind = table.Discriminator is { } entity ? $" AND t.entity = {entity}" : "";

    public async Task<PageCounts> RunAsync(
        IAsyncEnumerable<IReadOnlyList<KeyVersion>> keys, SyncStateRecord state, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation)
    {
        await using var list = await SweepKeys.OpenAsync(run.Session, cancellation);
        await foreach (var part in keys.WithCancellation(cancellation))
        {
            await list.AddAsync(part, cancellation);
            if (meter.IsTimeToReport())
            {
                run.Report(table.Entity, SyncPhase.Sweeping, meter);
            }
        }

        await GuardAsync(state, cancellation);
        var total = await RepairAsync(
            $"SELECT t.id, t.host_key FROM {table.Name} t WHERE t.connection_id = @c{kind} AND t.gone_at IS NULL AND t.id > @last "
            + $"AND NOT EXISTS (SELECT 1 FROM {SweepKeys.Table} k WHERE k.host_key = t.host_key) ORDER BY t.id LIMIT {Batch}",
            phase,
            meter,
            cancellation);
        total += await RepairAsync(
            $"SELECT k.no, k.host_key FROM {SweepKeys.Table} k WHERE k.no > @last AND NOT EXISTS (SELECT 1 FROM {table.Name} t "
            + $"WHERE t.connection_id = @c{kind} AND t.host_key = k.host_key AND t.version = k.version AND t.gone_at IS NULL) ORDER BY k.no LIMIT {Batch}",
            phase,
            meter,
            cancellation);
        return total;
    }

    private async Task GuardAsync(SyncStateRecord state, CancellationToken cancellation)
    {
        var living = await CountAsync("", cancellation);
        var missing = await CountAsync($" AND NOT EXISTS (SELECT 1 FROM {SweepKeys.Table} k WHERE k.host_key = t.host_key)", cancellation);
        if (!SweepGuardRule.IsBelieved(living, missing, state.SweepDoubtAt is not null))
        {
            await run.States.DoubtSweepAsync(table.Entity, cancellation);
            throw new HostException(
                HostFailure.Refused,
                "mirror.sweep-too-many-gone",
                $"The ERP no longer lists {missing} of {living} records ({table.Entity}); nothing was marked as deleted. If that is right, sweep once more; if not, check what the connector's account may see.");
        }
    }

    private async Task<long> CountAsync(string condition, CancellationToken cancellation) =>
        await run.Session.NumberAsync(
            $"SELECT COUNT(*) FROM {table.Name} t WHERE t.connection_id = @c{kind} AND t.gone_at IS NULL{condition}", cancellation, ("@c", run.ConnectionId)) ?? 0;

    /// <summary>Asks the host about each key that differs and stores what it says: a key list read while records change is no proof.</summary>
    private async Task<PageCounts> RepairAsync(string differing, MirrorPhase phase, SyncMeter meter, CancellationToken cancellation)
    {
        var total = default(PageCounts);
        long last = 0;
        while (true)
        {
            var part = await run.Session.QueryAsync(
                differing, r => (No: r.GetInt64(0), Key: new HostKey(r.GetString(1))), cancellation, ("@c", run.ConnectionId), ("@last", last));
            if (part.Count == 0)
            {
                return total;
            }

            var page = await source.ReadAsync([.. part.Select(p => p.Key)], cancellation);
            var counts = await writer.StoreAsync(page, phase, null, cancellation);
            meter.Add(counts.Read, default);
            total += counts;
            last = part[^1].No;
            if (meter.IsTimeToReport())
            {
                run.Report(table.Entity, SyncPhase.Sweeping, meter);
            }
        }
    }
}
