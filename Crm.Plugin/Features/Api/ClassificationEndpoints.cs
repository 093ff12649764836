using System.ComponentModel;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Api;

internal static class ClassificationEndpoints
{
    public static void MapClassification(this RouteGroupBuilder api)
    {
        api.MapGet("/classification/current", CurrentAsync)
            .WithName("getCurrentClassification").WithTags("Classification").WithSummary("Classes of the document in force, largest value first.")
            .WithDescription("Empty before the first approved document.")
            .Produces<ApiPage<ClassifiedAnswer>>();
        api.MapGet("/classification/runs", RunsAsync)
            .WithName("listClassificationRuns").WithTags("Classification").WithSummary("Classification documents, newest first.")
            .Produces<ApiPage<RunAnswer>>();
        api.MapGet("/classification/runs/{number:long}", RunAsync)
            .WithName("getClassificationRun").WithTags("Classification").WithSummary("One classification document with its counts and parameters.")
            .Produces<RunAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/counterparties/{id:long}/classification", HistoryAsync)
            .WithName("getClassificationHistory").WithTags("Classification").WithSummary("Classes of one counterparty in every approved document, newest first; at most 200.")
            .Produces<ApiPage<ClassAnswer>>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> CurrentAsync(
        ClassificationStore store,
        CurrentUser user,
        [Description("Only this counterparty (the plugin's number of it).")] long? counterparty,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        if (!Paging.TryNumber(after, out var place) || place > int.MaxValue)
        {
            return ApiProblem.BadCursor();
        }

        if (await store.CurrentAsync(cancellation) is not { } run)
        {
            return ApiJson.Answer(new ApiPage<ClassifiedAnswer>([], null));
        }

        var rows = limit ?? Paging.DefaultRows;
        IReadOnlyList<RunRow> found = counterparty is { } id
            ? await store.RowAsync(run.Id, id, user, cancellation) is { } row ? [row] : []
            : await store.RowsAsync(run.Id, new(), (int)(place ?? 0), rows + 1, user, cancellation);
        return ApiJson.Answer(Paging.Page(found, rows, r => new ClassifiedAnswer(ClassAnswer.Of(run, r.Row), r.Key, r.Name), r => r.Row.Place));
    }

    private static async Task<IResult> RunsAsync(
        ClassificationStore store,
        CurrentUser user,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        if (!Paging.TryNumber(after, out var before))
        {
            return ApiProblem.BadCursor();
        }

        var rows = limit ?? Paging.DefaultRows;
        return ApiJson.Answer(Paging.Page(await store.RunsAsync(before, rows + 1, cancellation), rows, r => RunAnswer.Of(r, SeesTotals(user)), r => r.Id));
    }

    private static async Task<IResult> RunAsync([Description("Number of the document.")] long number, ClassificationStore store, CurrentUser user, CancellationToken cancellation) =>
        await store.WatchAsync(number, cancellation) is { } run ? ApiJson.Answer(RunAnswer.Of(run, SeesTotals(user))) : ApiProblem.NotFound("classification document");

    private static async Task<IResult> HistoryAsync(
        [Description("The plugin's number of the counterparty.")] long id, ClassificationStore store, CounterpartyCardStore cards, CurrentUser user, CancellationToken cancellation) =>
        await cards.FindAsync(id) is null
            ? ApiProblem.NotFound("counterparty")
            : ApiJson.Answer(new ApiPage<ClassAnswer>([.. (await store.HistoryAsync(id, Paging.MostRows, user, cancellation)).Select(h => ClassAnswer.Of(h.Run, h.Row))], null));

    /// <summary>Totals speak of the whole business, so they are for those who may see all of it.</summary>
    private static bool SeesTotals(CurrentUser user) => user.Rights.ReadScope == Scope.All;
}
