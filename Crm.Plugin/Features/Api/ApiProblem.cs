using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Features.Api;

/// <summary>Refusals as problem+json (RFC 9457), each with a stable <c>code</c>.</summary>
internal static class ApiProblem
{
    public static ProblemHttpResult Of(int status, string code, string detail) =>
        TypedResults.Problem(detail, statusCode: status, extensions: [new("code", code)]);

    public static ProblemHttpResult NotFound(string what) =>
        Of(StatusCodes.Status404NotFound, "not-found", $"There is no such {what}, or the user may not see it.");

    public static ProblemHttpResult BadCursor() =>
        Of(StatusCodes.Status400BadRequest, "bad-cursor", "'after' must be the 'next' of an earlier answer to the same question.");

    public static ProblemHttpResult BadLimit() =>
        Of(StatusCodes.Status400BadRequest, "bad-limit", $"'limit' must be 1 to {Paging.MostRows}.");
}
