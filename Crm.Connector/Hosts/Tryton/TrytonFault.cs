using System.Net;
using System.Text.Json;
using Crm.Connector.Protocols.JsonRpc;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>Tells what a refusal means. Tryton's own messages quote records, so they never go into ours.</summary>
internal static class TrytonFault
{
    /// <summary>How long Tryton counts failed sign-ins by default ([session] timeout).</summary>
    public static readonly TimeSpan LockTime = TimeSpan.FromMinutes(5);

    /// <summary>The failure behind an HTTP status other than 200 and 401.</summary>
    public static HostException Of(JsonRpcAnswer answer, string method) => answer.Status switch
    {
        HttpStatusCode.Forbidden => Refused("forbidden", $"{method} is not open to this user, or Tryton does not have it."),
        HttpStatusCode.NotFound => Refused("unknown-database", $"{method}: there is no such database or no Tryton at this address."),
        HttpStatusCode.TooManyRequests => new HostException(
            HostFailure.Unavailable, "tryton.throttled", $"{method}: the server asks to wait.", answer.RetryAfter ?? TimeSpan.FromSeconds(30)),
        >= HttpStatusCode.InternalServerError => new HostException(
            HostFailure.Unavailable, "tryton.server-error", $"{method}: HTTP {(int)answer.Status}.", answer.RetryAfter),
        >= HttpStatusCode.Moved and < HttpStatusCode.BadRequest => Refused("redirected", $"{method}: the address answers with a redirect (HTTP {(int)answer.Status}); enter the final one."),
        _ => new HostException(HostFailure.Unreadable, "tryton.bad-answer", $"{method}: HTTP {(int)answer.Status}."),
    };

    /// <summary>The failure behind the <c>error</c> of an answer.</summary>
    public static HostException Of(JsonElement error, string method)
    {
        var kind = Text(error, 0);
        var first = error.ValueKind == JsonValueKind.Array && error.GetArrayLength() > 1 ? Text(error[1], 0) : null;
        return kind switch
        {
            "UserError" when first is not null && first.StartsWith("You are not allowed", StringComparison.Ordinal) =>
                Refused("access-denied", $"{method}: the service account may not do this; give it the groups that the manual lists."),
            "UserError" => Refused("user-error", $"{method}: Tryton's rules do not allow it."),
            "UserWarning" => Refused("user-warning", $"{method}: Tryton asks a person to confirm a warning."),
            "ConcurrencyException" => new HostException(HostFailure.Unavailable, "tryton.concurrency", $"{method}: somebody else changed the record meanwhile."),
            "LoginException" => Refused("second-factor", "The account needs more than a password to sign in; the service account must not."),
            // Python's KeyError: the name of a model or field in quotes and nothing else.
            { Length: > 2 } when kind[0] == '\'' && kind[^1] == '\'' =>
                Refused("unknown-name", $"{method}: this Tryton does not know {kind}; a module is missing or the version is another."),
            _ => new HostException(HostFailure.Unreadable, "tryton.server-fault", $"{method}: the server failed inside; its log says why."),
        };
    }

    public static HostException Refused(string what, string message) => new(HostFailure.Refused, $"tryton.{what}", message);

    public static HostException BadAnswer(string method, string what) => new(HostFailure.Unreadable, "tryton.bad-answer", $"{method}: {what}.");

    private static string? Text(JsonElement list, int index) =>
        list.ValueKind == JsonValueKind.Array && list.GetArrayLength() > index && list[index].ValueKind == JsonValueKind.String ? list[index].GetString() : null;
}
