using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Features.Api;

/// <summary>Refusals as problem+json (RFC 9457), each with a stable <c>code</c>.</summary>
internal static class ApiProblem
{
    public static ProblemHttpResult Of(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [new("code", code)]);

    public static ProblemHttpResult NotFound(string what) =>
        Of(StatusCodes.Status404NotFound, "not-found", $"There is no such {what}, or the user may not see it.");

    /// <summary>A stale version: what to do is part of the answer.</summary>
    public static ProblemHttpResult Changed(long id, int version) => Of(
        StatusCodes.Status409Conflict,
        "changed",
        string.Create(CultureInfo.InvariantCulture, $"Somebody else changed it after version {version} was read; nothing was saved. Read /api/v1/interactions/{id} again, put your change into what is there now and send it with that version."));

    public static ProblemHttpResult BadCursor() =>
        Of(StatusCodes.Status400BadRequest, "bad-cursor", "'after' must be the 'next' of an earlier answer to the same question.");

    public static ProblemHttpResult BadLimit() =>
        Of(StatusCodes.Status400BadRequest, "bad-limit", $"'limit' must be 1 to {Paging.MostRows}.");
}
