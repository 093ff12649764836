using Crm.Plugin.Features.Api;
using Crm.Plugin.Security;
using Microsoft.AspNetCore.Authorization;

namespace Crm.Plugin.Features.Calls;

/// <summary>Where a telephone exchange reports its calls.</summary>
internal static class CallApi
{
    public static void MapCallApi(this IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/calls", RecordAsync)
        .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = BearerHandler.Name })
        .WithName("reportCall").WithTags("Calls").WithSummary("Reports that a call rings, was answered or ended.")
        .WithDescription("The called user sees at once who calls, whatever screen is open. Sent twice, it is kept once. The token's user must be allowed to write to every counterparty, or may report only their own calls.")
        .Produces<CallReceipt>().ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized)
        .ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> RecordAsync(CallNews body, CallLog log, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        if (body.Wrong(clock.GetUtcNow()) is { } wrong)
        {
            return ApiProblem.Of(StatusCodes.Status422UnprocessableEntity, "calls.bad-" + wrong.Member, wrong.Reason);
        }

        if (user.Rights.WriteScope != Scope.All && body.User != user.Login)
        {
            return ApiProblem.Of(StatusCodes.Status403Forbidden, "calls.not-yours", "This token may only report calls of its own user: send 'user' with that sign-in name.");
        }

        return await log.RecordAsync(body, cancellation) is { } receipt
            ? ApiJson.Answer(receipt)
            : ApiProblem.Of(StatusCodes.Status404NotFound, "calls.unknown", "There is no such user, or no call of this name has been reported to ring.");
    }
}
