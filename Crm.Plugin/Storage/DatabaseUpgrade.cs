using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Storage;

/// <summary>Brings the database up to this version of the plugin.</summary>
internal static class DatabaseUpgrade
{
    /// <summary>Safe to run in several processes at once and after a kill at any moment.</summary>
    /// <exception cref="NewerDatabaseException">A newer version of the plugin has been here.</exception>
    public static async Task RunAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var database = await services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation);
        if (await IsBehindAsync(database, cancellation))
        {
            await MigrateAsync(services, database, cancellation);
        }

        // What a migration cannot say in SQL; begun by a run that was killed, it is ended by the next.
        await Features.Prospects.ProspectTransfer.RunAsync(database, services.GetRequiredService<TimeProvider>().GetUtcNow(), cancellation);
    }

    private static async Task MigrateAsync(IServiceProvider services, CrmDbContext database, CancellationToken cancellation)
    {
        using var alone = services.GetRequiredService<DatabaseOptions>().Kind == DatabaseKind.Sqlite
            ? await TakeTurnAsync(services.GetRequiredService<Shell.CrmPluginOptions>().DataFolder, services.GetRequiredService<TimeProvider>(), cancellation)
            : null;
        if (alone is not null)
        {
            // EF's own lock on SQLite is a row that stays when its process is killed; ours is freed by the system, so a row found now is a dead one's.
            await database.Database.ExecuteSqlRawAsync("DROP TABLE IF EXISTS \"__EFMigrationsLock\"", cancellation);
        }

        await database.Database.MigrateAsync(cancellation);
    }

    private static async Task<bool> IsBehindAsync(CrmDbContext database, CancellationToken cancellation)
    {
        var known = database.Database.GetMigrations().ToHashSet(StringComparer.Ordinal);
        if (database.Database.IsNpgsql())
        {
            // Asked first, so that an absent server is told as such and not taken for an absent database.
            await database.Database.OpenConnectionAsync(cancellation);
        }

        var applied = (await database.Database.GetAppliedMigrationsAsync(cancellation)).ToList();
        return applied.FirstOrDefault(a => !known.Contains(a)) is { } unknown
            ? throw new NewerDatabaseException(unknown)
            : applied.Count < known.Count;
    }

    private static async Task<FileStream> TakeTurnAsync(string folder, TimeProvider clock, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(Path.Combine(folder, "upgrade.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
            }
            catch (IOException exception) when (exception is not (DirectoryNotFoundException or PathTooLongException))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), clock, cancellation);
            }
        }
    }
}

/// <summary>The database was made by a newer version of the plugin.</summary>
internal sealed class NewerDatabaseException(string migration)
    : Exception($"The database was upgraded by a newer version of the plugin (it has {migration}): install that version, or restore the backup taken before the upgrade.");
