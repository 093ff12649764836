using System.Globalization;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Crm.Plugin.Shell.Live;

/// <summary>Hears what other processes on the same PostgreSQL publish, and hands it to the screens of this one.</summary>
/// <remarks>A notification is heard at once. Behind a pooler that swallows notifications, and after a cut, the table is asked every few seconds.</remarks>
internal sealed partial class LiveListener(
    IDbContextFactory<CrmDbContext> databases, DatabaseOptions options, LiveHub hub, LiveLedger ledger, TimeProvider clock, ILogger<LiveListener> log) : BackgroundService
{
    private const int MostAtOnce = 5_000;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Kind != DatabaseKind.PostgreSql)
        {
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is NpgsqlException or TimeoutException or IOException && !stoppingToken.IsCancellationRequested)
            {
                LogCut(log, failure.GetType().Name);
                await Task.Delay(Pause, clock, stoppingToken);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        // Not from the pool's circulation of short commands: it is held as long as the process lives, and its cut must be noticed.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(options.ConnectionString) { Pooling = false, KeepAlive = 30 }.ConnectionString);
        await connection.OpenAsync(cancellation);
        var heard = new List<long>();
        connection.Notification += (_, message) => heard.AddRange(Numbers(message.Payload));
        await using (var listen = new NpgsqlCommand($"LISTEN {LivePush.Channel}", connection))
        {
            await listen.ExecuteNonQueryAsync(cancellation);
        }

        var before = await LatestAsync(cancellation);
        ledger.StartAt(ledger.Floor == 0 ? before : 0);
        while (true)
        {
            var isTold = await connection.WaitAsync(Look, cancellation);
            if (hub.IsWatched)
            {
                await HandOnAsync(isTold ? [.. heard] : null, cancellation);
            }
            else if (!isTold)
            {
                // Nobody looks: what is older than the last look is of no use to whoever comes, and what is younger may be.
                ledger.StartAt(before);
                before = await LatestAsync(cancellation);
            }

            heard.Clear();
        }
    }

    private async Task<long> LatestAsync(CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        return await database.Set<LiveEvent>().MaxAsync(e => (long?)e.Id, cancellation) ?? 0;
    }

    /// <param name="ids">Null: whatever is new.</param>
    /// <param name="cancellation">Stops the reading.</param>
    private async Task HandOnAsync(long[]? ids, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        var floor = ledger.Floor;
        var fresh = await database.Set<LiveEvent>().Where(e => ids == null ? e.Id > floor : ids.Contains(e.Id)).OrderBy(e => e.Id).Take(MostAtOnce).ToListAsync(cancellation);
        var now = clock.GetUtcNow();
        foreach (var message in fresh.Where(e => ledger.Note(e.Id, now)))
        {
            hub.Deliver(message);
        }
    }

    private static IEnumerable<long> Numbers(string payload) =>
        payload.Split(',').Select(n => long.TryParse(n, CultureInfo.InvariantCulture, out var id) ? id : 0).Where(id => id > 0);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Live events of other processes are not heard ({Failure}); trying again")]
    private static partial void LogCut(ILogger logger, string failure);
}
