using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Whether the database answers, is recent enough and fits this version; and whether its clock agrees with ours.</summary>
internal static class DatabaseCheck
{
    private const string Name = "database";

    public static async Task<HostCheck> RunAsync(IServiceProvider services, CancellationToken cancellation)
    {
        try
        {
            await using var database = await services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation);
            var connection = database.Database.GetDbConnection();
            await database.Database.OpenConnectionAsync(cancellation);
            var isPostgres = database.Database.IsNpgsql();
            var version = isPostgres ? $"PostgreSQL {connection.ServerVersion}" : $"SQLite {connection.ServerVersion}";
            var known = database.Database.GetMigrations().ToList();
            var applied = (await database.Database.GetAppliedMigrationsAsync(cancellation)).ToList();
            if (applied.FirstOrDefault(a => !known.Contains(a)) is { } newer)
            {
                return new(Name, CheckState.Failed, $"{version}, upgraded by a newer plugin ({newer})", "Install that version of the plugin, or restore the backup taken before the upgrade.");
            }

            if (isPostgres && Version.Parse(connection.ServerVersion.Split(' ')[0]).Major < 15)
            {
                return new(Name, CheckState.Warning, version, "PostgreSQL 15 or newer is what the plugin is tested with.");
            }

            if (isPostgres && await ClockGapAsync(database, services.GetRequiredService<TimeProvider>(), cancellation) is var gap && gap.Duration() > TimeSpan.FromSeconds(30))
            {
                return new(Name, CheckState.Warning, string.Create(CultureInfo.InvariantCulture, $"{version}; its clock and ours differ by {gap.TotalSeconds:0} s"), "Let both machines follow a time server.");
            }

            return applied.Count < known.Count
                ? new(Name, CheckState.Warning, $"{version}, {known.Count - applied.Count} upgrades wait", "Take a backup; the next crm serve upgrades.")
                : new(Name, CheckState.Ok, $"{version}, {applied.Count} upgrades applied");
        }
        catch (Exception exception) when (exception is not OperationCanceledException && Failures.Explain(exception) is { } known)
        {
            return new(Name, CheckState.Failed, known.Code, known.Message);
        }
    }

    /// <summary>Whether a start of the plugin has made its tables yet.</summary>
    public static async Task<bool> HasTablesAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var database = await services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation);
        return (await database.Database.GetAppliedMigrationsAsync(cancellation)).Any();
    }

    private static async Task<TimeSpan> ClockGapAsync(CrmDbContext database, TimeProvider clock, CancellationToken cancellation)
    {
        var there = await database.Database.SqlQuery<double>($"SELECT extract(epoch FROM clock_timestamp())::float8 AS \"Value\"").SingleAsync(cancellation);
        return clock.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds((long)(there * 1000));
    }
}
