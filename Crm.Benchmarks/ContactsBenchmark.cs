using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Mirror;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks;

/// <summary>Times what the contact log promises at scale, in the server and without HTTP: who calls, the timeline's first page, words in any text.</summary>
internal static class ContactsBenchmark
{
    private const int Timeline = 50_000;
    private static readonly string[] Words = ["поставка", "договор", "счёт", "склад", "оплата", "образцы", "прайс", "доставка", "встреча", "скидка", "invoice", "sample", "contract", "warehouse", "платёж", "возврат", "реклама", "выставка", "звонок", "решение"];

    public static async Task RunAsync(int phones, int interactions, string database, int requests, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("crm-contacts-").FullName;
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddCrmPlugin(new CrmPluginOptions { DataFolder = folder, Database = database.Length == 0 ? null : database, RunJobs = false });
        await using var app = builder.Build();
        await app.Services.PrepareCrmPluginAsync(cancellation);
        var kind = app.Services.GetRequiredService<DatabaseOptions>().Kind;
        var clock = Stopwatch.StartNew();
        await using (var context = await app.Services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContextAsync(cancellation))
        {
            await context.Database.OpenConnectionAsync(cancellation);
            await FillAsync(context.Database.GetDbConnection(), kind, phones, interactions, cancellation);
        }

        Console.WriteLine($"{kind}: {phones:N0} numbers, {interactions:N0} contacts, filled in {clock.Elapsed.TotalSeconds:F0} s");
        var dice = new Random(7);
        await TimeAsync(app.Services, "caller look-up", 0.99, 5, requests * 5, (s, no) => s.GetRequiredService<CallerLookup>().FindAsync("8" + Digits(dice.Next(phones))[1..], cancellation));
        await TimeAsync(app.Services, "timeline of 50,000, first page", 0.95, 30, requests, (s, no) => s.GetRequiredService<Timeline>().ReadAsync(1, null, 20, cancellation));
        string[] searches = ["договор поставка", "редкость17", "выставка редкость", "invoice warehouse", "нетакогослова", "платёж возврат скидка", "Редкость99"];
        await TimeAsync(app.Services, "words in any text", 0.95, 100, requests, (s, no) => s.GetRequiredService<InteractionStore>().ListAsync(new() { Text = searches[no % searches.Length] }, null, 50, cancellation));
        await app.DisposeAsync();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static async Task TimeAsync(IServiceProvider services, string what, double share, double budget, int requests, Func<IServiceProvider, int, Task> run)
    {
        var times = new List<double>();
        for (var i = -requests / 4; i < requests; i++)
        {
            await using var scope = services.CreateAsyncScope();
            scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
            var start = Stopwatch.GetTimestamp();
            await run(scope.ServiceProvider, Math.Abs(i));
            if (i >= 0)
            {
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }
        }

        times.Sort();
        var at = times[(int)Math.Ceiling(share * times.Count) - 1];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-32} median {times[times.Count / 2],7:F2} ms   p{share * 100:F0} {at,7:F2} ms   budget {budget} ms   {(at < budget ? "within" : "OVER")}"));
    }

    private static async Task FillAsync(DbConnection connection, DatabaseKind kind, int phones, int interactions, CancellationToken cancellation)
    {
        var now = Instant.ToMicroseconds(TimeProvider.System.GetUtcNow());
        var parties = Math.Max(1_000, phones / 10);
        await RowsAsync(connection, "counterparty (id, connection_id, host_key, version, read_at, name, name_folded, roles, is_active, mechanisms, addresses)", parties, i =>
            $"({i + 1},1,'c{i}','1',0,'Company {i}','company {i}',1,TRUE,'','')", cancellation);
        await RowsAsync(connection, "phone (id, counterparty_id, typed, digits)", phones, i => $"({i + 1},{i % parties + 1},'+{Digits(i)}','{Digits(i)}')", cancellation);
        var entries = Enumerable.Range(0, phones).SelectMany(i => PhoneFragment.Entries(Digits(i), i + 1)).Order().ToArray();
        await RowsAsync(connection, "phone_fragment (entry)", entries.Length, i => $"({entries[i]})", cancellation);
        await MirrorIndexes.EnsureAsync(connection, kind, cancellation);
        var dice = new Random(1);
        await RowsAsync(connection, "interaction (counterparty_id, kind, direction, state, importance, content, at, started_at, responsible_id, text_folded, version, created_by, created_at)", interactions, i =>
        {
            var text = string.Join(' ', Enumerable.Range(0, 14).Select(_ => Words[dice.Next(Words.Length)])) + (i % 997 == 0 ? $" редкость{i / 997 % 100}" : "") + $" {i}";
            // One in twenty of the first million is of one counterparty.
            var party = i % Math.Max(1, interactions / Timeline) == 0 ? 1 : 2 + (i % (parties - 1));
            var at = now - ((long)(interactions - i) * 60_000_000);
            return $"({party},1,1,1,2,'{text}',{at},{at},1,'{SearchText.Fold(text)}',1,1,{at})";
        }, cancellation);
        // The mirror gives SQLite no statistics, and its queries are written for that; PostgreSQL gathers its own sooner or later.
        await using var analyze = connection.CreateCommand();
        analyze.CommandText = kind == DatabaseKind.Sqlite ? "PRAGMA wal_checkpoint(TRUNCATE)" : "VACUUM ANALYZE";
        analyze.CommandTimeout = 0;
        await analyze.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task RowsAsync(DbConnection connection, string into, int count, Func<int, string> row, CancellationToken cancellation)
    {
        const int page = 5_000;
        for (var start = 0; start < count; start += page * 10)
        {
            await using var transaction = await connection.BeginTransactionAsync(cancellation);
            for (var part = start; part < Math.Min(count, start + (page * 10)); part += page)
            {
                await using var command = connection.CreateCommand();
                command.Transaction = transaction;
                command.CommandTimeout = 0;
                command.CommandText = $"INSERT INTO {into} VALUES {string.Join(',', Enumerable.Range(part, Math.Min(page, count - part)).Select(row))}";
                await command.ExecuteNonQueryAsync(cancellation);
            }

            await transaction.CommitAsync(cancellation);
        }
    }

    /// <summary>Eleven digits, spread over the country as if by chance, each once.</summary>
    private static string Digits(int no) => (79_000_000_000 + (no * 7_919L * 104_729 % 999_999_937)).ToString(CultureInfo.InvariantCulture);
}
