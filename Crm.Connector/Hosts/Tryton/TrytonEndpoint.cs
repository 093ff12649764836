using System.Net;
using System.Text.Json;
using Crm.Connector.Protocols.JsonRpc;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>Knows which database is meant: the one in the address, or the server's only one.</summary>
internal sealed class TrytonEndpoint(JsonRpcChannel channel, TrytonOptions options)
{
    private string? name = options.Database;

    /// <summary>Where the methods of the database live.</summary>
    public async Task<Uri> AddressAsync(CancellationToken cancellation) =>
        new(options.Server, Uri.EscapeDataString(name ??= await OnlyOneAsync(cancellation)) + "/");   // without the slash Tryton redirects

    /// <summary>Version of the server, and its clock when it tells it.</summary>
    public async Task<(string Version, DateTimeOffset? ServerTime)> VersionAsync(CancellationToken cancellation)
    {
        const string method = "common.server.version";
        var (result, time) = await AskAsync(method, cancellation);
        return result.ValueKind == JsonValueKind.String ? (result.GetString()!, time) : throw TrytonFault.BadAnswer(method, "no version in the answer");
    }

    private async Task<string> OnlyOneAsync(CancellationToken cancellation)
    {
        var (result, _) = await AskAsync("common.db.list", cancellation);
        return result.ValueKind == JsonValueKind.Array && result.GetArrayLength() == 1 && result[0].GetString() is { Length: > 0 } only
            ? only
            : throw TrytonFault.Refused("which-database", "The server has several databases or none; add the database to CRM_HOST_URL: http://host:port/database/.");
    }

    private async Task<(JsonElement Result, DateTimeOffset? ServerTime)> AskAsync(string method, CancellationToken cancellation)
    {
        var answer = await channel.CallAsync(options.Server, null, method, w => TrytonJson.Write(w, Array.Empty<object>()), cancellation);
        if (answer.Status == HttpStatusCode.Forbidden && method == "common.db.list")
            throw TrytonFault.Refused("which-database", "The server does not list its databases; add the database to CRM_HOST_URL: http://host:port/database/.");
        if (answer.Status != HttpStatusCode.OK)
            throw TrytonFault.Of(answer, method);
        using var body = answer.Body!;
        return body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("result"u8, out var result)
            ? (result.Clone(), answer.ServerTime)
            : throw TrytonFault.BadAnswer(method, "no result; is this a Tryton server?");
    }
}
