using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Classification;

/// <summary>Classification: run, look, approve.</summary>
internal static class ClassificationFeature
{
    private const int PageSize = 50;

    public static IServiceCollection AddClassification(this IServiceCollection services) => services
        .AddSingleton<RunTables>()
        .AddSingleton<ClassificationMeasuring>()
        .AddSingleton<ClassificationRuns>()
        .AddSingleton<ClassificationService>()
        .AddSingleton<ClassificationApproval>()
        .AddSingleton<ClassificationRedistribution>()
        .AddSingleton<ClassificationReplay>()
        .AddSingleton<ClassificationStore>()
        .AddSingleton<ClassificationExplainer>()
        .AddSingleton<ClassificationRunner>()
        .AddSingleton<ClassificationPresets>()
        .AddSingleton<ClassificationSegments>()
        .AddSingleton<ClassificationScheduleJob>()
        .AddSingleton<ListScreen>()
        .AddSingleton<IRehearsal, WhatIfRehearsal>()
        .AddScoped<ClassificationExport>()
        .AddScoped<Counterparties.ITimelineSource, ClassTimeline>()
        .AddHostedService(provider => provider.GetRequiredService<ClassificationRunner>())
        .AddSingleton(new MenuEntry("/classification", "Classification", "chart-pie", 40, _ => true));

    /// <summary>The monthly run, in processes that run jobs.</summary>
    public static IServiceCollection AddClassificationSchedule(this IServiceCollection services) => services.AddHostedService<ClassificationScheduling>();

    public static void MapClassification(this IEndpointRouteBuilder routes)
    {
        routes.MapClassificationDocument();
        routes.MapClassificationReports();
        routes.MapGet("/classification", ListAsync);
        routes.MapPost("/classification", BeginAsync).RequireAuthorization(Policies.Classify);
        routes.MapGet("/classification/{run:long}", RunAsync);
        routes.MapGet("/classification/{run:long}/rows", RowsAsync);
        routes.MapGet("/classification/{run:long}/progress", ProgressAsync);
        routes.MapGet("/classification/{run:long}/why/{counterparty:long}", WhyAsync);
        routes.MapGet("/classification/why/{counterparty:long}", WhyNowAsync);
        routes.MapPost("/classification/{run:long}/approve", ApproveAsync).RequireAuthorization(Policies.Classify);
        routes.MapPost("/classification/{run:long}/cancel", CancelAsync).RequireAuthorization(Policies.Classify);
    }

    private static async Task<IResult> ListAsync(string? rules, long? preset, long? before, ListScreen list, ClassificationPresets presets, Show show, CancellationToken cancellation)
    {
        var saved = preset is { } id ? await presets.ReadAsync(id, show.Today, cancellation) : null;
        var chosen = ClassificationWords.TryRead<RuleSet>(rules, out var ruleSet) ? ruleSet : RuleSet.Standard;
        return await list.ShowAsync(ClassificationForm.Of(saved ?? ClassificationParameters.For(chosen, show.Today)), [], before, cancellation);
    }

    private static async Task<IResult> BeginAsync(
        HttpContext http, ClassificationService service, ClassificationRunner runner, ListScreen list, CurrentUser user, CancellationToken cancellation)
    {
        var form = ClassificationForm.Of(await http.Request.ReadFormAsync(cancellation));
        try
        {
            var run = await service.BeginAsync(form.Read(), user, cancellation);
            runner.Start(run, user);
            return TypedResults.Redirect($"/classification/{run.Id.ToString(CultureInfo.InvariantCulture)}");
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await list.ShowAsync(form, refused.Problems, null, cancellation);
        }
    }

    private static async Task<IResult> RunAsync(long run, HttpRequest request, ClassificationStore store, CurrentUser user, CancellationToken cancellation) =>
        await ShowAsync(run, request.Query, [], store, user, cancellation);

    private static async Task<IResult> ShowAsync(
        long run, IQueryCollection query, IReadOnlyList<ClassificationProblem> problems, ClassificationStore store, CurrentUser user, CancellationToken cancellation)
    {
        if (await store.WatchAsync(run, cancellation) is not { } found)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var filter = Filter(query);
        var rows = await store.RowsAsync(run, filter, 0, PageSize, user, cancellation);
        return Screen.Of<RunPage>(new { Run = found, Filter = filter, Rows = rows, PageSize, Problems = problems });
    }

    private static async Task<IResult> RowsAsync(long run, int? after, HttpRequest request, ClassificationStore store, CurrentUser user, CancellationToken cancellation)
    {
        if (await store.FindAsync(run, cancellation) is not { } found)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var filter = Filter(request.Query);
        var rows = await store.RowsAsync(run, filter, after ?? 0, PageSize, user, cancellation);
        return request.IsPart()
            ? Screen.Of<RunRows>(new { Run = found, Filter = filter, Rows = rows, PageSize })
            : Screen.Of<RunPage>(new { Run = found, Filter = filter, Rows = rows, PageSize, Problems = (IReadOnlyList<ClassificationProblem>)[] });
    }

    private static async Task<IResult> ProgressAsync(long run, HttpContext http, ClassificationStore store, CancellationToken cancellation)
    {
        var found = await store.WatchAsync(run, cancellation);
        if (found is { State: RunState.Filling or RunState.Approving })
        {
            return Screen.Of<RunProgress>(new { Run = found });
        }

        // The whole page is another one now.
        http.Response.Headers["HX-Redirect"] = found is null ? "/classification" : $"/classification/{run.ToString(CultureInfo.InvariantCulture)}";
        return TypedResults.Ok();
    }

    private static async Task<IResult> WhyAsync(long run, long counterparty, HttpRequest request, ClassificationExplainer explainer, CurrentUser user, CancellationToken cancellation) =>
        await explainer.ExplainAsync(run, counterparty, user, cancellation) is not { } why ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
        : request.IsPart() ? Screen.Of<WhyPart>(new { Why = why })
        : Screen.Of<WhyPage>(new { Why = why });

    /// <summary>Why the class in force is what it is: as a part of the card, or as a page of its own.</summary>
    private static async Task<IResult> WhyNowAsync(
        long counterparty, HttpRequest request, ClassificationStore store, ClassificationExplainer explainer, CurrentUser user, CancellationToken cancellation) =>
        await store.CurrentAsync(cancellation) is not { } run || await explainer.ExplainAsync(run.Id, counterparty, user, cancellation) is not { } why
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound })
            : request.IsPart() ? Screen.Of<WhyCard>(new { Why = why }) : Screen.Of<WhyPage>(new { Why = why });

    private static async Task<IResult> ApproveAsync(
        long run, HttpContext http, ClassificationApproval approval, ClassificationRunner runner, ClassificationStore store, CurrentUser user, CancellationToken cancellation)
    {
        try
        {
            await approval.ClaimAsync(run, user, cancellation);
            await runner.ApproveAsync(run, user);
            return TypedResults.Redirect($"/classification/{run.ToString(CultureInfo.InvariantCulture)}");
        }
        catch (ClassificationRefusedException refused)
        {
            http.Response.StatusCode = StatusCodes.Status409Conflict;
            return await ShowAsync(run, http.Request.Query, refused.Problems, store, user, cancellation);
        }
    }

    private static async Task<IResult> CancelAsync(long run, ClassificationRuns runs, CancellationToken cancellation)
    {
        await runs.CancelAsync(run, cancellation);
        return TypedResults.Redirect("/classification");
    }

    internal static RowFilter Filter(IQueryCollection query) => new()
    {
        Importance = Chosen<ImportanceClass>(query["importance"]),
        Stage = Chosen<RelationshipStage>(query["stage"]),
        Regularity = Chosen<RegularityClass>(query["regularity"]),
        ImportanceMovement = Chosen<Movement>(query["classMoved"]),
        StageMovement = Chosen<Movement>(query["stageMoved"]),
        Mark = Chosen<RowMarks>(query["mark"]) ?? RowMarks.None,
    };

    private static T? Chosen<T>(string? text) where T : struct, Enum => Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value) ? value : null;
}
