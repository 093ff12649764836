using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Crm.Connector.Hosts.Files;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Benchmarks;

/// <summary>What to run.</summary>
/// <param name="Database">A PostgreSQL connection string; empty for SQLite.</param>
/// <param name="DataFolder">Kept; empty for a temporary one.</param>
/// <param name="Files">Whether the ERP is read from CSV files.</param>
/// <param name="Requests">Measured ones of each kind.</param>
/// <param name="Only">Part of an operation's name; empty for all.</param>
internal sealed record ScreenRun(string Database, string DataFolder, bool Files, int Requests, string Only);

/// <summary>The screens that are opened thirty times a day, signed in, warm, whole answer read.</summary>
internal static partial class ScreenBenchmark
{
    private const string Password = "benchmark only";

    public static async Task<int> RunAsync(ScaleHost host, ScreenRun run, CancellationToken cancellation)
    {
        var folder = run.DataFolder.Length > 0 ? Directory.CreateDirectory(run.DataFolder).FullName : Directory.CreateTempSubdirectory("crm-bench-").FullName;
        try
        {
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Services.AddCrmPlugin(new CrmPluginOptions
            {
                DataFolder = folder,
                Database = run.Database,
                RunJobs = false,
                ProgramFolder = Environment.GetEnvironmentVariable("CRM_PROGRAM") ?? AppContext.BaseDirectory,
            });
            await using var app = builder.Build();
            app.MapCrmPlugin();
            await app.Services.PrepareCrmPluginAsync(cancellation);
            await app.StartAsync(cancellation);
            if (await PrepareAsync(app.Services, cancellation) is { } connection)
            {
                await FillAsync(app.Services, connection, host, run.Files ? Path.Combine(folder, "files") : null, cancellation);
            }

            var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
            using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = new CookieContainer() }) { BaseAddress = new Uri(address) };
            await SignInAsync(client, cancellation);
            using var caller = new HttpClient { BaseAddress = new Uri(address) };
            caller.DefaultRequestHeaders.Authorization = new("Bearer", await MakeTokenAsync(app.Services, cancellation));
            await MeasureAsync(client, caller, host, run, cancellation);
            Line($"working set {Environment.WorkingSet >> 20} MB, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB");
            await app.StopAsync(cancellation);
            return 0;
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            if (run.DataFolder.Length == 0)
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <summary>Null when the database is filled already.</summary>
    private static async Task<int?> PrepareAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var context = services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext();
        if (await context.Set<ConnectionRecord>().AnyAsync(cancellation))
        {
            return null;
        }

        var account = new UserAccount { Login = "bench", Name = "Bench", Role = Role.CommercialDirector, IsActive = true, SecurityStamp = "s", TimeZone = "UTC", CreatedAt = DateTimeOffset.UnixEpoch };
        account.PasswordHash = services.GetRequiredService<IPasswordHasher<UserAccount>>().HashPassword(account, Password);
        var connection = new ConnectionRecord { Name = "scale", Host = "scale", Manifest = "{}", Address = "" };
        context.AddRange(account, connection);
        await context.SaveChangesAsync(cancellation);
        return connection.Id;
    }

    private static async Task FillAsync(IServiceProvider services, int connection, ScaleHost scale, string? files, CancellationToken cancellation)
    {
        var engine = services.GetRequiredService<SyncEngine>();
        if (files is not null)
        {
            await ScaleFiles.WriteAsync(scale, files, cancellation);
        }

        await using var host = files is null ? scale : new FilesConnector().Open(new HostSettings { Connection = "scale", Address = files, Clock = TimeProvider.System });
        var watch = Stopwatch.StartNew();
        var processor = Environment.CpuUsage.TotalTime;
        var (paused, allocated, collected) = (GC.GetTotalPauseDuration(), GC.GetTotalAllocatedBytes(), GC.CollectionCount(0));
        var first = await engine.RunAsync(connection, host, new SyncOrder { Sweep = SweepChoice.Never }, null, cancellation);
        var rows = first.Entities.Sum(e => e.Read);
        Line($"first read: {rows} rows in {watch.Elapsed.TotalSeconds:0.0} s = {rows / watch.Elapsed.TotalSeconds:0} rows/s ({(Environment.CpuUsage.TotalTime - processor).TotalSeconds:0.0} s of processor), of it {first.SearchSeconds:0.0} s search and indexes");
        Line($"  {(GC.GetTotalAllocatedBytes() - allocated) >> 20} MB allocated, {GC.CollectionCount(0) - collected} collections paused it for {(GC.GetTotalPauseDuration() - paused).TotalSeconds:0.0} s");
        foreach (var entity in first.Entities.Where(e => e.Read > 0))
        {
            Line($"  {entity.Entity}: {entity.Read} in {entity.Elapsed.TotalSeconds:0.0} s");
        }

        scale.ChangedOrders = 1000;
        if (files is not null)
        {
            await ScaleFiles.WriteOrdersAsync(scale, files, cancellation);
        }

        watch.Restart();
        var next = await engine.RunAsync(connection, host, new SyncOrder { Sweep = SweepChoice.Never }, null, cancellation);
        Line($"incremental read of {next.Entities.Sum(e => e.Changed)} changes: {watch.Elapsed.TotalMilliseconds:0} ms");
    }

    private static async Task SignInAsync(HttpClient client, CancellationToken cancellation)
    {
        var token = TokenOf(await client.GetStringAsync(new Uri("/sign-in", UriKind.Relative), cancellation));
        using var form = new FormUrlEncodedContent([new("login", "bench"), new("password", Password), new("__RequestVerificationToken", token)]);
        using var answer = await client.PostAsync(new Uri("/sign-in", UriKind.Relative), form, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    private static async Task MeasureAsync(HttpClient client, HttpClient caller, ScaleHost host, ScreenRun run, CancellationToken cancellation)
    {
        // Other questions each time, so that no answer is a repeated one; the seed makes runs comparable.
        var random = new Random(20261122);
        string[] fragments = ["будмаш", "агро", "trade-7", "світлоплюс", "optima-99", "альянсволга-5", "карпати", "техно-123", "метал"];
        await TimeAsync("counterparties by a name fragment, sorted", run, i => client.GetAsync(
            new Uri("/counterparties?q=" + Uri.EscapeDataString(fragments[i % fragments.Length] + (i / fragments.Length % 3 == 0 ? "" : random.Next(10))), UriKind.Relative), cancellation));
        await TimeAsync("counterparties by an e-mail fragment, sorted", run, _ => client.GetAsync(
            new Uri(string.Create(CultureInfo.InvariantCulture, $"/counterparties?q=office{random.Next(host.Counterparties)}"), UriKind.Relative), cancellation));
        await TimeAsync("counterparty card", run, _ => client.GetAsync(new Uri($"/counterparties/{1 + random.Next(host.Counterparties)}", UriKind.Relative), cancellation));
        await TimeAsync("look-up by a phone fragment (API)", run, _ => client.GetAsync(
            new Uri($"/api/v1/counterparties?limit=20&q={random.Next(1000, 10_000_000)}", UriKind.Relative), cancellation));
        await TimeAsync("orders, newest first", run, _ => client.GetAsync(new Uri("/orders", UriKind.Relative), cancellation));
        var token = TokenOf(await client.GetStringAsync(new Uri("/counterparties/1", UriKind.Relative), cancellation));
        await TimeAsync("log one contact (screen)", run, _ => LogAsync(client, token, 1 + random.Next(host.Counterparties), cancellation));
        await TimeAsync("log one contact (API)", run, _ => PostAsync(caller, 1 + random.Next(host.Counterparties), cancellation));
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient caller, int counterparty, CancellationToken cancellation)
    {
        var body = string.Create(CultureInfo.InvariantCulture,
            $$"""{"counterparty":{{counterparty}},"kind":"phoneCall","direction":"outgoing","state":"done","content":"Called about the delivery","minutes":5}""");
        return caller.PostAsync(new Uri("/api/v1/interactions", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), cancellation);
    }

    private static async Task<string> MakeTokenAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await using var context = services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext();
        var token = TokenText.Create();
        var user = await context.Set<UserAccount>().SingleAsync(u => u.Login == "bench", cancellation);
        context.Add(new ApiToken { UserId = user.Id, Label = "benchmark", Hash = TokenText.Hash(token), CreatedAt = DateTimeOffset.UnixEpoch });
        await context.SaveChangesAsync(cancellation);
        return token;
    }

    private static async Task<HttpResponseMessage> LogAsync(HttpClient client, string token, int counterparty, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/interactions") { Headers = { { "HX-Request", "true" } } };
        request.Content = new FormUrlEncodedContent(
        [
            new("counterparty", counterparty.ToString(CultureInfo.InvariantCulture)), new("kind", "PhoneCall"), new("direction", "Outgoing"), new("state", "Done"),
            new("content", "Called about the delivery"), new("minutes", "5"), new("submission", Guid.NewGuid().ToString("N")), new("__RequestVerificationToken", token),
        ]);
        return await client.SendAsync(request, cancellation);
    }

    private static async Task TimeAsync(string name, ScreenRun run, Func<int, Task<HttpResponseMessage>> send)
    {
        if (!name.Contains(run.Only, StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        var requests = run.Requests;
        var times = new double[requests];
        var failures = 0;
        var worked = TimeSpan.Zero;
        for (var i = -requests; i < requests; i++)
        {
            worked = i == 0 ? Environment.CpuUsage.TotalTime : worked;
            var start = Stopwatch.GetTimestamp();
            using var answer = await send(Math.Abs(i));
            if (i >= 0)
            {
                times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
                failures += answer.IsSuccessStatusCode ? 0 : 1;
            }
        }

        Array.Sort(times);
        Line($"{name,-45} p50 {times[requests / 2],7:0.00} ms   p95 {times[requests * 95 / 100],7:0.00} ms   {(Environment.CpuUsage.TotalTime - worked).TotalMilliseconds / requests,6:0.00} ms of processor time{(failures > 0 ? $"   {failures} FAILED" : "")}");
    }

    private static string TokenOf(string page) => Token().Match(page).Groups[1].Value;

    [GeneratedRegex("__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();

    private static void Line(FormattableString text) => Console.WriteLine(FormattableString.Invariant(text));
}
