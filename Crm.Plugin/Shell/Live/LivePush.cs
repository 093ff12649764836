using System.Globalization;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Shell.Live;

/// <summary>Tells a user's open screens, in whatever process they hang, that there is something new.</summary>
/// <remarks>
/// Call it after the commit of what there is to see. At least once for a screen that is open or reconnects within <see cref="Kept"/>;
/// a screen opened later reads the state itself. On PostgreSQL every process hears of it at once; SQLite has one process.
/// </remarks>
internal sealed class LivePush(IDbContextFactory<CrmDbContext> databases, DatabaseOptions options, LiveHub hub, LiveLedger ledger, TimeProvider clock)
{
    /// <summary>How long an event may still be asked for.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromMinutes(10);

    /// <summary>Name of PostgreSQL's channel; its messages are numbers of events, parted by commas.</summary>
    public const string Channel = "crm_live";

    // A message of PostgreSQL's may hold 8,000 bytes: 300 numbers of at most 19 digits.
    private const int Chunk = 300;

    /// <summary>One event for one user.</summary>
    /// <param name="userId">Whose screens.</param>
    /// <param name="kind">See <see cref="LiveEvent.Kind"/>.</param>
    /// <param name="data">See <see cref="LiveEvent.Data"/>.</param>
    /// <param name="cancellation">Stops before the event is kept.</param>
    public Task PublishAsync(long userId, string kind, string? data, CancellationToken cancellation) => PublishAsync([(userId, kind, data)], cancellation);

    /// <summary>Many at once, in few round trips.</summary>
    public async Task PublishAsync(IReadOnlyCollection<(long UserId, string Kind, string? Data)> events, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellation);
        foreach (var chunk in events.Chunk(Chunk))
        {
            List<LiveEvent> rows = [.. chunk.Select(e => new LiveEvent { UserId = e.UserId, Kind = e.Kind, Data = e.Data, At = now })];
            await using (var transaction = await database.Database.BeginTransactionAsync(cancellation))
            {
                database.AddRange(rows);
                await database.SaveChangesAsync(cancellation);
                if (options.Kind == DatabaseKind.PostgreSql)
                {
                    var ids = string.Join(',', rows.Select(r => r.Id.ToString(CultureInfo.InvariantCulture)));
                    await database.Database.ExecuteSqlAsync($"SELECT pg_notify({Channel}, {ids})", cancellation);
                }

                await transaction.CommitAsync(cancellation);
            }

            database.ChangeTracker.Clear();
            foreach (var row in rows.Where(r => ledger.Note(r.Id, now)))
            {
                hub.Deliver(row);
            }
        }

        if (ledger.IsSweepDue(now))
        {
            await database.Set<LiveEvent>().Where(e => e.At < now - Kept).ExecuteDeleteAsync(cancellation);
        }
    }
}
