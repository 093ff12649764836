using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Connector.Tryton;

/// <summary>What a Tryton server would answer, by request: sessions, tables with domains, order and limits. Faults are put in front.</summary>
internal sealed class FakeTryton : IAsyncDisposable
{
    private readonly WebApplication app;
    private int sessions;

    private FakeTryton(WebApplication app) => this.app = app;

    /// <summary>Rows by model; fields as the wire has them.</summary>
    public Dictionary<string, List<JsonObject>> Tables { get; } = [];

    /// <summary>Answers instead of the server when it returns true; gets the method's name.</summary>
    public Func<HttpContext, string, Task<bool>> Fault { get; set; } = (_, _) => Task.FromResult(false);

    /// <summary>Every method that was asked for, with its parameters.</summary>
    public List<(string Method, JsonArray Parameters)> Requests { get; } = [];

    /// <summary>Sessions that have not ended.</summary>
    public HashSet<string> Sessions { get; } = [];

    /// <summary>Models that the account may not read.</summary>
    public HashSet<string> Closed { get; } = [];

    /// <summary>Models that are not installed.</summary>
    public HashSet<string> Missing { get; } = [];

    public string[] Databases { get; set; } = ["only"];

    public Uri Address { get; private set; } = null!;

    public static async Task<FakeTryton> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var fake = new FakeTryton(builder.Build());
        fake.app.Run(fake.AnswerAsync);
        await fake.app.StartAsync();
        fake.Address = new Uri(fake.app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single() + "/");
        return fake;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    /// <summary>From now on these methods answer with a bare HTTP status.</summary>
    public void FailWith(int status, params string[] methods) => Fault = (http, method) =>
    {
        if (!methods.Contains(method))
            return Task.FromResult(false);
        http.Response.StatusCode = status;
        return Task.FromResult(true);
    };

    /// <summary>How often a method was asked for.</summary>
    public int Count(string method)
    {
        lock (Requests)
            return Requests.Count(r => r.Method == method);
    }

    public static JsonObject Stamp(int minute, int microsecond = 0) => new()
    {
        ["__class__"] = "datetime", ["year"] = 2026, ["month"] = 1, ["day"] = 1, ["hour"] = minute / 60, ["minute"] = minute % 60, ["second"] = 0, ["microsecond"] = microsecond,
    };

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var request = (JsonObject)JsonNode.Parse(await reader.ReadToEndAsync())!;
        var method = (string)request["method"]!;
        var parameters = (JsonArray)request["params"]!;
        lock (Requests)
            Requests.Add((method, (JsonArray)parameters.DeepClone()));
        if (http.Request.ContentLength is null || request.Count != 3)
            http.Response.StatusCode = 411;
        else if (await Fault(http, method))
            return;
        else if (http.Request.Path != "/" && !Databases.Contains(http.Request.Path.Value!.Trim('/')))
            http.Response.StatusCode = 404;
        else if (method == "common.db.login" && (string?)parameters[1]!["password"] != "right")
            http.Response.StatusCode = 401;
        else if (method.StartsWith("model.", StringComparison.Ordinal) && !Sessions.Contains(http.Request.Headers.Authorization.ToString()))
            http.Response.StatusCode = 401;
        else
            await WriteAsync(http, Result(method, parameters, http));
    }

    /// <summary>A whole answer with a result.</summary>
    public static Task WriteAsync(HttpContext http, JsonNode? result) => WriteTextAsync(http, new JsonObject { ["id"] = 1, ["result"] = result }.ToJsonString());

    /// <summary>A whole answer with an error.</summary>
    public static async Task<bool> ErrorAsync(HttpContext http, string json)
    {
        await WriteTextAsync(http, $$"""{"id":1,"error":{{json}}}""");
        return true;
    }

    public static async Task WriteTextAsync(HttpContext http, string text)
    {
        http.Response.ContentType = "application/json";
        http.Response.Headers.Date = "Thu, 01 Jan 2026 12:00:00 GMT";
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text));
    }

    private JsonNode? Result(string method, JsonArray parameters, HttpContext http)
    {
        switch (method)
        {
            case "common.server.version": return "6.0.29";
            case "common.db.list": return new JsonArray([.. Databases.Select(d => JsonValue.Create(d))]);
            case "common.db.login":
                var key = $"key{Interlocked.Increment(ref sessions)}";
                Sessions.Add("Session " + Convert.ToBase64String(Encoding.Latin1.GetBytes($"{parameters[0]}:7:{key}")));
                return new JsonArray(7, key);
            case "common.db.logout":
                Sessions.Remove(http.Request.Headers.Authorization.ToString());
                return null;
            case "model.res.user.get_preferences": return new JsonObject { ["company"] = 1, ["language"] = "en" };
            case "model.ir.model.search_read":
                return new JsonArray([.. ((JsonArray)parameters[0]![0]![2]!).Where(m => !Missing.Contains((string)m!)).Select(m => new JsonObject { ["id"] = 1, ["model"] = (string)m! })]);
            case "model.ir.model.access.get_access":
                return new JsonObject(((JsonArray)parameters[0]!).Select(m => KeyValuePair.Create((string)m!, (JsonNode?)new JsonObject { ["read"] = !Closed.Contains((string)m!) })));
        }

        var parts = method.Split('.');
        var rows = FakeDomain.Select(Tables.GetValueOrDefault(string.Join('.', parts[1..^1]), []), (JsonArray)parameters[0]!);
        return parts[^1] switch
        {
            "search_count" => rows.Count,
            "search_read" => new JsonArray([.. rows.Take((int?)parameters[2] ?? int.MaxValue).Select(r => Pick(r, (JsonArray)parameters[4]!))]),
            _ => throw new InvalidOperationException($"The fake does not know {method}."),
        };
    }

    private static JsonObject Pick(JsonObject row, JsonArray fields)
    {
        var picked = new JsonObject { ["id"] = row["id"]!.DeepClone() };
        foreach (var field in fields.Select(f => (string)f!).Where(f => f != "id"))
            picked[field] = row[field]?.DeepClone();
        return picked;
    }
}
