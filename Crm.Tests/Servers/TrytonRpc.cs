using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace Crm.Tests.Servers;

/// <summary>A minimal client for tests that change data in Tryton as its own users would; independent of the connector under test.</summary>
public sealed class TrytonRpc : IDisposable
{
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromMinutes(10) };
    private readonly Uri address;
    private JsonObject context = [];

    private TrytonRpc(Uri address) => this.address = address;

    /// <summary>The signed-in user's id.</summary>
    public long UserId { get; private set; }

    /// <summary>Signs in.</summary>
    /// <param name="address">With the database: http://127.0.0.1:8069/db/.</param>
    public static async Task<TrytonRpc> SignInAsync(Uri address, string user, string password)
    {
        var client = new TrytonRpc(address);
        var answer = (JsonArray)(await client.CallAsync("common.db.login", user, new JsonObject { ["password"] = password }, "en"))!;
        client.UserId = (long)answer[0]!;
        var session = $"{user}:{client.UserId}:{(string)answer[1]!}";
        client.http.DefaultRequestHeaders.Authorization = new("Session", Convert.ToBase64String(Encoding.Latin1.GetBytes(session)));
        await client.ReloadContextAsync();
        return client;
    }

    /// <summary>Reads the user's preferences again, after a change of company.</summary>
    public async Task ReloadContextAsync() =>
        context = (JsonObject)(await CallAsync("model.res.user.get_preferences", true, new JsonObject()))!;

    /// <summary>Any method; no context is added.</summary>
    public async Task<JsonNode?> CallAsync(string method, params JsonNode?[] parameters)
    {
        var body = new JsonObject { ["id"] = 1, ["method"] = method, ["params"] = new JsonArray([.. parameters.Select(p => p?.DeepClone())]) };
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");   // not chunked: the server answers 411
        using var response = await http.PostAsync(address, content);
        var text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
            throw new InvalidOperationException($"{method}: HTTP {(int)response.StatusCode}");
        var answer = JsonNode.Parse(text)!;
        return answer["error"] is JsonArray error
            ? throw new TrytonRpcException($"{method}: {error.ToJsonString()}", (string?)error[0] == "UserWarning" ? (string?)error[1]![0] : null)
            : answer["result"];
    }

    /// <summary>A model's method with the context added.</summary>
    public Task<JsonNode?> ModelAsync(string model, string method, params JsonNode?[] parameters) =>
        CallAsync($"model.{model}.{method}", [.. parameters, context]);

    /// <summary>Creates records.</summary>
    public async Task<long[]> CreateAsync(string model, params JsonObject[] values) =>
        Ids(await ModelAsync(model, "create", new JsonArray([.. values])));

    /// <summary>Creates one record.</summary>
    public async Task<long> CreateOneAsync(string model, JsonObject values) => (await CreateAsync(model, values))[0];

    /// <summary>Writes records.</summary>
    public Task WriteAsync(string model, long id, JsonObject values) => ModelAsync(model, "write", new JsonArray(id), values);

    /// <summary>Deletes records.</summary>
    public Task DeleteAsync(string model, params long[] ids) => ModelAsync(model, "delete", Array(ids));

    /// <summary>Presses a button for records, and says yes to Tryton's warnings as a person would.</summary>
    public async Task<JsonNode?> PressAsync(string model, string button, params long[] ids)
    {
        while (true)
        {
            try
            {
                return await ModelAsync(model, button, Array(ids));
            }
            catch (TrytonRpcException e) when (e.Warning is not null)
            {
                await CreateAsync("res.user.warning", new JsonObject { ["name"] = e.Warning, ["user"] = UserId, ["always"] = false });
            }
        }
    }

    /// <summary>Finds ids.</summary>
    public async Task<long[]> SearchAsync(string model, JsonArray domain) => Ids(await ModelAsync(model, "search", domain, 0, null, null));

    /// <summary>Finds rows in the order of their ids.</summary>
    public async Task<JsonObject[]> ReadAsync(string model, JsonArray domain, params string[] fields) =>
        [.. ((JsonArray)(await ModelAsync(model, "search_read", domain, 0, null, new JsonArray(new JsonArray("id", "ASC")),
            new JsonArray([.. fields.Select(f => JsonValue.Create(f))])))!).Select(r => (JsonObject)r!)];

    /// <summary>The id that an XML data file of a module gave a record.</summary>
    public async Task<long> DataIdAsync(string module, string id) =>
        (long)(await ReadAsync("ir.model.data", [new JsonArray("module", "=", module), new JsonArray("fs_id", "=", id)], "db_id"))[0]["db_id"]!;

    public static JsonArray Array(params IEnumerable<long> ids) => new([.. ids.Select(i => JsonValue.Create(i))]);

    public static JsonArray Create(params JsonObject[] rows) => new(new JsonArray("create", new JsonArray([.. rows])));

    public static JsonArray Add(params long[] ids) => new(new JsonArray("add", Array(ids)));

    public static JsonObject Amount(decimal value) => new() { ["__class__"] = "Decimal", ["decimal"] = value.ToString(CultureInfo.InvariantCulture) };

    public static JsonObject Date(DateOnly day) => new() { ["__class__"] = "date", ["year"] = day.Year, ["month"] = day.Month, ["day"] = day.Day };

    public static JsonObject Days(int days) => new() { ["__class__"] = "timedelta", ["seconds"] = days * 86400.0 };

    public void Dispose() => http.Dispose();

    private static long[] Ids(JsonNode? array) => [.. ((JsonArray)array!).Select(i => (long)i!)];
}

/// <summary>Tryton refused a call.</summary>
/// <param name="message">With Tryton's words.</param>
/// <param name="warning">Name of the warning that a person may confirm; null for an error.</param>
public sealed class TrytonRpcException(string message, string? warning) : Exception(message)
{
    public string? Warning => warning;
}
