using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Collects what <see cref="SilenceRule"/> judges.</summary>
public sealed class SilenceStore(IDbContextFactory<CrmDbContext> contexts, TimeProvider clock)
{
    private const long MicrosecondsPerHour = 3_600_000_000;

    /// <summary>The verdict on one connection.</summary>
    public async Task<SilenceVerdict> JudgeAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var states = await context.Set<SyncStateRecord>().Where(s => s.ConnectionId == connection.Id)
            .Select(s => new { s.CheckedAt, s.ChangedAt, s.FirstReadAt, s.StartedAt }).ToListAsync(cancellation);
        var since = Instant.ToMicroseconds(now - TimeSpan.FromDays(14));
        var hours = await context.Database.SqlQuery<long>(
            $"SELECT DISTINCT at / {MicrosecondsPerHour} AS \"Value\" FROM ledger WHERE at > {since} AND connection_id = {connection.Id} AND event < 5")
            .ToListAsync(cancellation);
        hours.Sort();
        // What is being read for the first time speaks by its progress.
        var settled = states.Where(s => s.FirstReadAt is not null).ToList();
        return SilenceRule.Judge(new(
            now,
            connection.InstalledAt,
            ManifestReader.Parse(connection.Manifest, $"connection {connection.Name}").Poll,
            settled.Count == 0 ? states.Max(s => s.StartedAt) : settled.Min(s => s.CheckedAt),
            settled.Max(s => s.ChangedAt),
            hours));
    }
}
