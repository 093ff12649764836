using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks;

/// <summary>Due reminders on PostgreSQL, turned into notices and told by two plugin processes.</summary>
internal static class ReminderBenchmark
{
    private const int Users = 200;
    private const int Counterparties = 5_000;

    /// <returns>0 when each reminder was told exactly once.</returns>
    public static async Task<int> RunAsync(string database, int reminders, int processes, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("crm-reminders-").FullName;
        await using var app = App(folder, database);
        await app.Services.PrepareCrmPluginAsync(cancellation);
        await using var context = await app.Services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation);
        await FillAsync(context, reminders, cancellation);
        var workers = Enumerable.Range(0, processes).Select(_ => Start(folder, database)).ToList();
        foreach (var worker in workers)
        {
            await worker.StandardOutput.ReadLineAsync(cancellation); // "ready": the time of starting a process is not the work's
        }

        var watch = Stopwatch.StartNew();
        foreach (var worker in workers)
        {
            await worker.StandardInput.WriteLineAsync("go");
        }

        int told;
        do
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System, cancellation);
            told = await context.Set<NoticeDelivery>().CountAsync(d => d.State == DeliveryState.Delivered, cancellation);
        }
        while (told < reminders && watch.Elapsed < TimeSpan.FromMinutes(5));
        watch.Stop();
        foreach (var worker in workers)
        {
            worker.StandardInput.Close();
            Console.WriteLine(await worker.StandardOutput.ReadToEndAsync(cancellation));
            await worker.WaitForExitAsync(cancellation);
            worker.Dispose();
        }

        var (notices, again) = (await context.Set<Notice>().CountAsync(cancellation), await context.Set<Notice>().CountAsync(n => n.Round != 1, cancellation));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reminders} reminders, {processes} processes: {watch.Elapsed.TotalSeconds:0.0} s; notices {notices}, told {told}, told otherwise than once {again}"));
        Directory.Delete(folder, recursive: true);
        return notices == reminders && told == reminders && again == 0 ? 0 : 1;
    }

    /// <summary>One of the processes: works from "go" until its input ends.</summary>
    public static async Task<int> WorkAsync(string folder, string database, CancellationToken cancellation)
    {
        await using var app = App(folder, database);
        await using (var warm = await app.Services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation))
        {
            await warm.Set<UserAccount>().CountAsync(cancellation);
        }

        Console.WriteLine("ready");
        await Console.In.ReadLineAsync(cancellation);
        // The console reads synchronously whatever it is asked, so on a thread of its own.
        var end = Task.Run(Console.In.ReadLine, cancellation);
        var (added, told) = (0, 0);
        while (!end.IsCompleted)
        {
            await using var scope = app.Services.CreateAsyncScope();
            var work = await scope.ServiceProvider.GetRequiredService<NoticeCollector>().RunAsync(cancellation);
            added += work;
            var spoken = await scope.ServiceProvider.GetRequiredService<NoticePlanner>().RunAsync(cancellation);
            told += spoken;
            if (work + spoken == 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, cancellation);
            }
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"collected {added}, told {told}"));
        return 0;
    }

    private static WebApplication App(string folder, string database)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCrmPlugin(new CrmPluginOptions
        {
            DataFolder = folder, Database = database, RunJobs = false, ProgramFolder = Environment.GetEnvironmentVariable("CRM_PROGRAM") ?? AppContext.BaseDirectory,
        });
        return builder.Build();
    }

    private static Process Start(string folder, string database)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardInput = true };
        foreach (var argument in (string[])[typeof(ReminderBenchmark).Assembly.Location, "reminders-worker", "--data", folder, "--database", database])
        {
            info.ArgumentList.Add(argument);
        }

        return Process.Start(info)!;
    }

    private static async Task FillAsync(CrmDbContext context, int reminders, CancellationToken cancellation)
    {
        var due = Instant.ToMicroseconds(TimeProvider.System.GetUtcNow() - TimeSpan.FromHours(1));
        await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO user_account (login, name, security_stamp, role, is_active, time_zone, failed_sign_ins, created_at)
            SELECT 'u' || n, 'User ' || n, 's', 1, true, 'Europe/Kyiv', 0, 0 FROM generate_series(1, {Users}) n
            """, cancellation);
        await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO counterparty (connection_id, host_key, version, read_at, name, name_folded, roles, is_active, mechanisms, addresses)
            SELECT 1, 'c' || n, '1', 0, 'Company ' || n, 'company ' || n, 1, true, '', '' FROM generate_series(1, {Counterparties}) n
            """, cancellation);
        await context.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO interaction (counterparty_id, kind, direction, state, importance, subject, at, responsible_id, remind_at, planned_start, text_folded, version, created_by, created_at)
            SELECT (SELECT MIN(id) FROM counterparty) + n % {Counterparties}, 1, 1, 0, 2, 'Call ' || n, {due}, (SELECT MIN(id) FROM user_account) + n % {Users}, {due} + n, {due}, 'call ' || n, 1, 1, {due}
            FROM generate_series(1, {reminders}) n
            """, cancellation);
        await context.Database.ExecuteSqlRawAsync("ANALYZE interaction", cancellation);
    }
}
