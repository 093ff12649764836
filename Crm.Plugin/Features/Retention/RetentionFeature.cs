using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Retention;

/// <summary>Who is likely to be lost, how long customers stay, and how well that is known.</summary>
internal static class RetentionFeature
{
    private const int PageSize = 50;

    /// <param name="services">Of the plugin.</param>
    /// <param name="evaluates">Whether this process evaluates each night.</param>
    public static IServiceCollection AddRetention(this IServiceCollection services, bool evaluates)
    {
        if (evaluates)
        {
            services.AddHostedService<RetentionNightly>();
        }

        return services.AddSingleton<RetentionEvaluation>().AddScoped<ForecastStore>();
    }

    public static void MapRetention(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/retention", ShowAsync);
        routes.MapGet("/retention/cohorts", CohortsAsync);
        routes.MapPost("/retention", EvaluateAsync).RequireAuthorization(Policies.Classify);
        routes.MapGet("/administration/forecast", JudgeAsync).RequireAuthorization(Policies.Administrator);
    }

    private static async Task<IResult> ShowAsync(int? after, HttpRequest request, RetentionEvaluation evaluation, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        if (await evaluation.LastAsync(cancellation) is not { } last)
        {
            return Screen.Of<RetentionPage>(new { Report = (RetentionReport?)null, At = (DateTimeOffset?)null, Lines = (IReadOnlyList<LossLine>)[], Next = (int?)null });
        }

        // The list holds 500 at most, so looking through all of it for those within reach is cheap.
        List<long> ids = [.. last.Report.Losses.Select(l => l.CounterpartyId)];
        var names = await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => ids.Contains(c.Id)).Select(c => new { c.Id, c.Name, c.ManagerLogin }).ToDictionaryAsync(c => c.Id, cancellation);
        var seen = last.Report.Losses.Where(l => names.ContainsKey(l.CounterpartyId)).ToList();
        var start = Math.Max(0, after ?? 0);
        IReadOnlyList<LossLine> lines = [.. seen.Skip(start).Take(PageSize).Select(l => new LossLine(l, names[l.CounterpartyId].Name, names[l.CounterpartyId].ManagerLogin))];
        int? next = seen.Count > start + PageSize ? start + PageSize : null;
        return request.IsPart() && after is not null
            ? Screen.Of<LossRows>(new { last.Report, Lines = lines, Next = next })
            : Screen.Of<RetentionPage>(new { last.Report, At = (DateTimeOffset?)last.At, Lines = lines, Next = next });
    }

    private static async Task<IResult> CohortsAsync(RetentionEvaluation evaluation, CurrentUser user, CancellationToken cancellation) =>
        user.Rights.ReadScope != Scope.All
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden })
            : Screen.Of<CohortPage>(new { (await evaluation.LastAsync(cancellation))?.Report });

    private static async Task<IResult> JudgeAsync(RetentionEvaluation evaluation, CancellationToken cancellation)
    {
        var last = await evaluation.LastAsync(cancellation);
        return Screen.Of<ForecastQualityPage>(new { last?.Report, last?.At });
    }

    private static async Task<IResult> EvaluateAsync(HttpRequest request, IJobScheduler scheduler, CancellationToken cancellation)
    {
        await scheduler.RunNowAsync("retention", (services, stop) => services.GetRequiredService<RetentionEvaluation>().RunAsync(stop), cancellation);
        return TypedResults.Redirect((request.Query["back"] == "forecast" ? "/administration/forecast" : "/retention") + "?started=1");
    }
}

/// <summary>One announced customer with its name.</summary>
public sealed record LossLine(LikelyLoss Loss, string Name, string? ManagerLogin);
