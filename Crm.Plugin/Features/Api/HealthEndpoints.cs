using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Api;

/// <summary>For load balancers and supervisors: nothing secret, nothing slow.</summary>
internal static class HealthEndpoints
{
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/health/live", Reading, () => ApiJson.Answer(new HealthAnswer("live", null))).AllowAnonymous().ExcludeFromDescription();
        routes.MapMethods("/health/ready", Reading, ReadyAsync).AllowAnonymous().ExcludeFromDescription();
    }

    private static async Task<IResult> ReadyAsync(IDbContextFactory<CrmDbContext> databases, TimeProvider clock, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            await using var database = await databases.CreateDbContextAsync(either.Token);
            if (!await database.Database.CanConnectAsync(either.Token))
            {
                return NotReady("The database is not reachable.");
            }

            return (await database.Database.GetPendingMigrationsAsync(either.Token)).Any()
                ? NotReady("The database is not yet brought up to this version.")
                : ApiJson.Answer(new HealthAnswer("ready", null));
        }
        catch (Exception failure) when (failure is System.Data.Common.DbException || (failure is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return NotReady("The database does not answer.");
        }
    }

    private static JsonHttpResult<HealthAnswer> NotReady(string reason) => ApiJson.Answer(new HealthAnswer("not-ready", reason), StatusCodes.Status503ServiceUnavailable);
}

/// <summary>State of this process.</summary>
internal sealed record HealthAnswer(string Status, string? Reason);
