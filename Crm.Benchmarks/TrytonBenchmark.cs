using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using Crm.Connector.Hosts.Tryton;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Crm.Benchmarks;

/// <summary>
/// The first read of a Tryton into an empty mirror against a bare loop: the very requests that such a read makes, recorded once by a
/// proxy on loopback, sent again two at a time with nothing done to the answers. Both by turns in one run.
/// </summary>
internal static class TrytonBenchmark
{
    private const int Parallel = 2;

    private sealed record Recorded(string Path, byte[] Body);

    /// <param name="settings">CRM_HOST_URL, CRM_HOST_USER and CRM_HOST_PASSWORD of a Tryton of one's own.</param>
    /// <param name="parties">So many parties there must be; missing ones are made.</param>
    /// <param name="rounds">Of each.</param>
    /// <param name="cancellation">Stops.</param>
    public static async Task<int> RunAsync(HostSettings settings, int parties, int rounds, CancellationToken cancellation)
    {
        var address = new Uri(settings.Address);
        await FillAsync(settings, parties, cancellation);
        var requests = new List<Recorded>();
        await using (var proxy = await RecordAsync(address, requests, cancellation))
        {
            await ReadAsync(settings with { Address = proxy.Urls.First() + address.AbsolutePath }, cancellation);
        }

        Console.WriteLine($"{requests.Count} requests for one first read");
        var best = (Bare: double.MaxValue, Read: double.MaxValue);
        for (var round = 0; round < rounds; round++)
        {
            var bare = await LoopAsync(settings, address, requests, cancellation);
            var (rows, seconds) = await ReadAsync(settings, cancellation);
            best = (Math.Min(best.Bare, bare), Math.Min(best.Read, seconds));
            Console.WriteLine($"bare loop {bare:0.00} s, first read of {rows} rows {seconds:0.00} s = {rows / seconds:0} rows/s, rate {bare / seconds:0%} of the loop's");
        }

        Console.WriteLine($"best of {rounds}: {best.Bare / best.Read:0%}");
        return 0;
    }

    private static async Task<(long Rows, double Seconds)> ReadAsync(HostSettings settings, CancellationToken cancellation)
    {
        var folder = Directory.CreateTempSubdirectory("crm-bench-").FullName;
        try
        {
            var database = new DatabaseOptions(DatabaseKind.Sqlite, $"Data Source={Path.Combine(folder, "crm.db")}");
            var builder = new DbContextOptionsBuilder<CrmDbContext>();
            StorageFeature.Configure(builder, database);
            await using (var context = new CrmDbContext(builder.Options))
            {
                await context.Database.MigrateAsync(cancellation);
                context.Add(new ConnectionRecord { Name = "tryton", Host = "tryton", Manifest = "{}", Address = "" });
                await context.SaveChangesAsync(cancellation);
            }

            await using var host = new TrytonConnector().Open(settings);
            var watch = Stopwatch.StartNew();
            var result = await new SyncEngine(database, TimeProvider.System, NullLogger<SyncEngine>.Instance)
                .RunAsync(1, host, new SyncOrder { Sweep = SweepChoice.Never }, null, cancellation);
            return result.IsComplete
                ? (result.Entities.Sum(e => e.Read), watch.Elapsed.TotalSeconds)
                : throw new InvalidOperationException(string.Join("; ", result.Entities.Where(e => e.Failure is not null).Select(e => $"{e.Entity}: {e.Failure!.Message}")));
        }
        finally
        {
            Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>The read's own session has ended; the loop has one like it.</summary>
    private static async Task<double> LoopAsync(HostSettings settings, Uri address, List<Recorded> requests, CancellationToken cancellation)
    {
        using var http = new HttpClient(new SocketsHttpHandler { AutomaticDecompression = System.Net.DecompressionMethods.All });
        var session = await SignInAsync(http, settings, address, cancellation);
        var watch = Stopwatch.StartNew();
        await System.Threading.Tasks.Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation }, async (request, token) =>
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, request.Path)) { Content = Json(request.Body) };
            message.Headers.Authorization = session;
            using var answer = await http.SendAsync(message, token);
            answer.EnsureSuccessStatusCode();
            await answer.Content.ReadAsByteArrayAsync(token);
        });
        return watch.Elapsed.TotalSeconds;
    }

    /// <summary>Passes everything on and keeps what asks a model for data.</summary>
    private static async Task<WebApplication> RecordAsync(Uri address, List<Recorded> requests, CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var http = new HttpClient();
        app.Lifetime.ApplicationStopped.Register(http.Dispose);
        app.Run(async context =>
        {
            using var buffer = new MemoryStream();
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
            var body = buffer.ToArray();
            using var message = new HttpRequestMessage(HttpMethod.Post, new Uri(address, context.Request.Path)) { Content = Json(body) };
            message.Headers.TryAddWithoutValidation("Authorization", context.Request.Headers.Authorization.ToString());
            using var answer = await http.SendAsync(message, context.RequestAborted);
            var bytes = await answer.Content.ReadAsByteArrayAsync(context.RequestAborted);
            if (JsonDocument.Parse(body).RootElement.GetProperty("method").GetString()!.StartsWith("model.", StringComparison.Ordinal))
            {
                lock (requests)
                {
                    requests.Add(new(context.Request.Path, body));
                }
            }

            context.Response.StatusCode = (int)answer.StatusCode;
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
        });
        await app.StartAsync(cancellation);
        return app;
    }

    private static async Task FillAsync(HostSettings settings, int parties, CancellationToken cancellation)
    {
        var address = new Uri(settings.Address);
        using var http = new HttpClient { Timeout = TimeSpan.FromMinutes(10) };
        http.DefaultRequestHeaders.Authorization = await SignInAsync(http, settings, address, cancellation);
        var there = (int)(await CallAsync(http, address, "model.party.party.search_count", new JsonArray(), new JsonObject()))!;
        const int part = 500;
        for (var n = there; n < parties; n += part)
        {
            cancellation.ThrowIfCancellationRequested();
            await CallAsync(http, address, "model.party.party.create", new JsonArray([.. Enumerable.Range(n, Math.Min(part, parties - n)).Select(Party)]), new JsonObject());
            Console.Write($"\r{Math.Min(n + part, parties)} parties");
        }

        Console.WriteLine();
    }

    private static JsonNode Party(int n)
    {
        var counterparty = ScaleHost.MakeCounterparty(n);
        return new JsonObject
        {
            ["name"] = counterparty.Name,
            ["addresses"] = new JsonArray(new JsonArray("create", new JsonArray(new JsonObject { ["city"] = counterparty.Addresses[0].City, ["street"] = counterparty.Addresses[0].Lines }))),
            ["contact_mechanisms"] = new JsonArray(new JsonArray("create", new JsonArray(
                new JsonObject { ["type"] = "phone", ["value"] = counterparty.Mechanisms[0].Value },
                new JsonObject { ["type"] = "email", ["value"] = counterparty.Mechanisms[1].Value }))),
        };
    }

    private static async Task<AuthenticationHeaderValue> SignInAsync(HttpClient http, HostSettings settings, Uri address, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var answer = (JsonArray)(await CallAsync(http, address, "common.db.login", settings.User, new JsonObject { ["password"] = settings.Password }, "en"))!;
        return new("Session", Convert.ToBase64String(System.Text.Encoding.Latin1.GetBytes($"{settings.User}:{(long)answer[0]!}:{(string)answer[1]!}")));
    }

    private static async Task<JsonNode?> CallAsync(HttpClient http, Uri address, string method, params JsonNode?[] parameters)
    {
        using var content = Json(System.Text.Encoding.UTF8.GetBytes(new JsonObject { ["id"] = 1, ["method"] = method, ["params"] = new JsonArray(parameters) }.ToJsonString()));
        using var answer = await http.PostAsync(address, content);
        var result = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return result["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : result["result"];
    }

    private static ByteArrayContent Json(byte[] body)
    {
        var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        return content;
    }
}
