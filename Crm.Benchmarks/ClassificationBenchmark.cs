using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks;

/// <summary>Filling, cutting anew and approving a classification at any size.</summary>
internal static class ClassificationBenchmark
{
    private static readonly DateOnly AsOf = new(2025, 9, 30);

    /// <param name="counterparties">How many.</param>
    /// <param name="orders">How many.</param>
    /// <param name="database">Of PostgreSQL; "" for SQLite.</param>
    /// <param name="data">A folder that is filled once and used again; "" for a temporary one.</param>
    /// <param name="cancellation">Stops between operations.</param>
    public static async Task<int> RunAsync(int counterparties, int orders, string database, string data, CancellationToken cancellation)
    {
        var folder = data.Length > 0 ? Directory.CreateDirectory(data).FullName : Directory.CreateTempSubdirectory("crm-bench-").FullName;
        try
        {
            var options = new CrmPluginOptions { DataFolder = folder, Database = database, RunJobs = false, ProgramFolder = AppContext.BaseDirectory };
            await using var services = new ServiceCollection().AddLogging(l => l.ClearProviders()).AddCrmPlugin(options).BuildServiceProvider();
            await services.PrepareCrmPluginAsync(cancellation);
            await TimeAsync("fill the mirror's tables", async () =>
            {
                await using var context = services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext();
                if (await context.Set<Plugin.Mirror.Records.CounterpartyRecord>().AnyAsync(cancellation))
                {
                    return false; // kept from an earlier run
                }

                await DirectMirror.FillAsync(context, services.GetRequiredService<DatabaseOptions>().Kind, counterparties, orders, cancellation);
                return true;
            });
            await TimeAsync("pack the orders (once)", async () =>
            {
                await services.GetRequiredService<SalesHistoryBuild>().EnsureAsync(SalesHistoryBuild.MostTouched, cancellation);
                return true;
            });
            await MeasureAsync(services, orders, cancellation);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
            return 0;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            if (data.Length == 0)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    private static async Task MeasureAsync(IServiceProvider services, int orders, CancellationToken cancellation)
    {
        var service = services.GetRequiredService<ClassificationService>();
        var parameters = ClassificationParameters.For(RuleSet.Standard, AsOf);
        ClassificationOutcome? run = null;
        for (var i = 0; i < 3; i++)
        {
            run = await TimeAsync("fill, rows stored", () => service.RunAsync(parameters, CurrentUser.System, null, cancellation));
        }

        var totals = run!.Totals;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  A {totals.A.Count} B {totals.B.Count} C {totals.C.Count}, stages {totals.Potential.Count}/{totals.OneTime.Count}/{totals.Regular.Count}/{totals.Lost.Count}, orders {totals.Orders}"));
        await TimeAsync("what every process rehearses at its start", async () =>
        {
            foreach (var rehearsal in services.GetServices<IRehearsal>())
            {
                await Readiness.RehearseAsync(services.GetRequiredService<IServiceScopeFactory>(), rehearsal, cancellation);
            }

            return true;
        });
        var recut = services.GetRequiredService<ClassificationRedistribution>();
        await TimeAsync("what-if, cold", () => recut.WhatIfAsync(run.RunId, parameters with { Shares = ImportanceShares.Classical }, 50, CurrentUser.System, cancellation));
        await TimeAsync("what-if, warm", () => recut.WhatIfAsync(run.RunId, parameters with { Shares = new(60, 30, 10) }, 50, CurrentUser.System, cancellation));
        await TimeAsync("redistribute", () => recut.RedistributeAsync(run.RunId, parameters with { Shares = ImportanceShares.Classical }, CurrentUser.System, cancellation));
        await TimeAsync("replay", () => services.GetRequiredService<ClassificationReplay>().ReplayAsync(run.RunId, cancellation));
        await using (var context = services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext())
        {
            await TimeAsync("change 10,000 orders", () => DirectMirror.ChangeAsync(context, orders, Math.Min(orders, 10_000), cancellation));
        }

        var next = await TimeAsync("fill after 10,000 changed orders", () => service.RunAsync(parameters, CurrentUser.System, null, cancellation));
        await TimeAsync("approve it, the first", () => services.GetRequiredService<ClassificationApproval>().ApproveAsync(next.RunId, CurrentUser.System, cancellation));
    }

    private static async Task<T> TimeAsync<T>(string name, Func<Task<T>> action)
    {
        var watch = Stopwatch.StartNew();
        var result = await action();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name,-40} {watch.Elapsed.TotalMilliseconds,10:0} ms {Environment.WorkingSet >> 20,6} MB"));
        return result;
    }
}
