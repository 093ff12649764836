using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Crm.Connector.Protocols.JsonRpc;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>Checks passwords by signing in and out again. Every try counts in Tryton, so none is repeated.</summary>
internal sealed class TrytonSignIn(JsonRpcChannel channel, TrytonEndpoint endpoint) : IHostSignIn
{
    public async Task<SignInVerdict> VerifyAsync(string login, string password, CancellationToken cancellation)
    {
        // The session header is "login:id:key", so such a login exists nowhere; asking would only count a failure.
        if (login.Length == 0 || login.Contains(':') || password.Length == 0)
            return SignInVerdict.Rejected;
        var address = await endpoint.AddressAsync(cancellation);
        var (verdict, session) = await LogInAsync(channel, address, login, password, cancellation);
        if (session is not null)
            await LogOutAsync(channel, address, session, cancellation);
        return verdict;
    }

    /// <summary>Signs in once.</summary>
    /// <returns>The session's header when accepted.</returns>
    public static async Task<(SignInVerdict Verdict, AuthenticationHeaderValue? Session)> LogInAsync(
        JsonRpcChannel channel, Uri address, string login, string password, CancellationToken cancellation)
    {
        const string method = "common.db.login";
        var answer = await channel.CallAsync(
            address, null, method, w => TrytonJson.Write(w, new object?[] { login, new Dictionary<string, object?> { ["password"] = password }, "en" }), cancellation);
        switch (answer.Status)
        {
            case HttpStatusCode.Unauthorized: return (SignInVerdict.Rejected, null);
            case HttpStatusCode.TooManyRequests: return (SignInVerdict.Locked, null);
            case HttpStatusCode.OK: break;
            default: throw TrytonFault.Of(answer, method);
        }

        using var body = answer.Body!;
        if (body.RootElement.ValueKind == JsonValueKind.Object && body.RootElement.TryGetProperty("error"u8, out _))
            return (SignInVerdict.Rejected, null);   // LoginException: a second factor is asked for, the password alone does not open
        if (body.RootElement.ValueKind != JsonValueKind.Object || !body.RootElement.TryGetProperty("result"u8, out var result))
            throw TrytonFault.BadAnswer(method, "neither result nor error");
        if (result.ValueKind == JsonValueKind.Null)
            return (SignInVerdict.Rejected, null);
        if (result.ValueKind != JsonValueKind.Array || result.GetArrayLength() != 2 || !result[0].TryGetInt64(out var id) || result[1].ValueKind != JsonValueKind.String)
            throw TrytonFault.BadAnswer(method, "no session in the answer");
        var session = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{login}:{id}:{result[1].GetString()}");
        return (SignInVerdict.Accepted, new AuthenticationHeaderValue("Session", Convert.ToBase64String(Encoding.Latin1.GetBytes(session))));
    }

    /// <summary>Ends a session; one that has ended already is fine.</summary>
    public static async Task LogOutAsync(JsonRpcChannel channel, Uri address, AuthenticationHeaderValue session, CancellationToken cancellation)
    {
        try
        {
            (await channel.CallAsync(address, session, "common.db.logout", w => TrytonJson.Write(w, Array.Empty<object>()), cancellation)).Body?.Dispose();
        }
        catch (HostException)
        {
            // What was asked for is done; Tryton drops the session by itself when it grows old.
        }
    }
}
