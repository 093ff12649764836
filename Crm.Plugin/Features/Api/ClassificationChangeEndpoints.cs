using System.ComponentModel;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Api;

/// <summary>Trying thresholds, changing drafts, approving and replaying: for those who may classify.</summary>
internal static class ClassificationChangeEndpoints
{
    private static readonly string[] Missing = ["classification.unknown-run", "classification.unknown-row"];

    private static readonly string[] Conflicts =
    [
        "classification.already-approved", "classification.outdated", "classification.changed-meanwhile", "classification.not-a-draft", "classification.still-filling",
        "classification.not-approvable", "classification.segment-not-approvable", "classification.abandoned",
    ];

    public static void MapClassificationChanges(this RouteGroupBuilder api)
    {
        var runs = api.MapGroup("/classification/runs/{number:long}")
            .WithTags("Classification").ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        runs.MapGet("/what-if", WhatIfAsync)
            .WithName("tryThresholds").WithSummary("Who would move with other thresholds. Nothing is stored, and the orders are not read again.")
            .Produces<WhatIfAnswer>();
        runs.MapPost("/redistribute", RedistributeAsync)
            .WithName("redistributeClassificationRun").WithSummary("Cuts a draft by other thresholds; what was set by hand stays.")
            .Produces<RunAnswer>().ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapPut("/rows/{id:long}", SetAsync)
            .WithName("setClassesByHand").WithSummary("Sets the classes of one row of a draft by hand, with a reason, beside what was computed.")
            .Produces<ClassifiedAnswer>().ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapDelete("/rows/{id:long}", ClearAsync)
            .WithName("clearClassesByHand").WithSummary("Takes back what was set by hand: what was computed holds again.")
            .Produces<ClassifiedAnswer>().ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapPost("/approve", ApproveAsync)
            .WithName("approveClassificationRun").WithSummary("Puts a draft into force.")
            .WithDescription("Answers 202 when a large one still takes its effect: its state is 'approving' until then.")
            .Produces<ApprovalAnswer>().Produces<ApprovalAnswer>(StatusCodes.Status202Accepted).ProducesProblem(StatusCodes.Status409Conflict);
        runs.MapPost("/replay", ReplayAsync)
            .WithName("replayClassificationRun").WithSummary("Computes a document again from the mirror and compares byte by byte. Stores nothing.")
            .Produces<ReplayAnswer>();
    }

    private static Task<IResult> WhatIfAsync(
        [Description("Number of the document.")] long number,
        [Description("Percent of A/B/C, such as 70/20/10.")] string? shares,
        [Description("Ends of X and Y in percent, such as 25/60.")] string? bands,
        [Description("Purchases of a one-time customer, such as 1-2.")] string? oneTime,
        [Description("ascending or descending.")] string? cut,
        [Description("Names at most so many of those who move, 1 to 200; 50 when left out.")] int? limit,
        ClassificationStore store,
        ClassificationRedistribution redistribution,
        CurrentUser user,
        CancellationToken cancellation) => !Paging.IsLimit(limit) ? Task.FromResult<IResult>(ApiProblem.BadLimit()) : GuardedAsync(user, async () =>
            await store.FindAsync(number, cancellation) is not { } run
                ? ApiProblem.NotFound("classification document")
                : ApiJson.Answer(WhatIfAnswer.Of(await redistribution.WhatIfAsync(
                    number, new ThresholdsBody(shares, bands, oneTime, cut).Read(run), limit ?? Paging.DefaultRows, user, cancellation))));

    private static Task<IResult> RedistributeAsync(
        [Description("Number of the draft.")] long number, ThresholdsBody body, ClassificationStore store, ClassificationRedistribution redistribution, CurrentUser user, CancellationToken cancellation) =>
        GuardedAsync(user, async () =>
        {
            if (await store.FindAsync(number, cancellation) is not { } run)
            {
                return ApiProblem.NotFound("classification document");
            }

            await redistribution.RedistributeAsync(number, body.Read(run), user, cancellation);
            return ApiJson.Answer(RunAnswer.Of((await store.FindAsync(number, cancellation))!, user.Rights.ReadScope == Scope.All));
        });

    private static Task<IResult> SetAsync(
        [Description("Number of the draft.")] long number,
        [Description("The plugin's number of the counterparty (or product, or manager).")] long id,
        ByHandBody body,
        ClassificationStore store,
        ClassificationRedistribution redistribution,
        CurrentUser user,
        CancellationToken cancellation) => GuardedAsync(user, async () =>
        {
            if (!Word<ImportanceClass>.TryRead(body.Importance, out var importance))
            {
                return Word<ImportanceClass>.Unknown("importance");
            }

            if (!Word<RelationshipStage>.TryRead(body.Stage, out var stage))
            {
                return Word<RelationshipStage>.Unknown("stage");
            }

            if (!Word<RegularityClass>.TryRead(body.Regularity, out var regularity))
            {
                return Word<RegularityClass>.Unknown("regularity");
            }

            await redistribution.SetByHandAsync(number, id, new Classes(importance, stage, regularity), body.Reason ?? "", user, cancellation);
            return await RowAsync(number, id, store, user, cancellation);
        });

    private static Task<IResult> ClearAsync(
        [Description("Number of the draft.")] long number,
        [Description("The plugin's number of the counterparty (or product, or manager).")] long id,
        ClassificationStore store,
        ClassificationRedistribution redistribution,
        CurrentUser user,
        CancellationToken cancellation) => GuardedAsync(user, async () =>
        {
            await redistribution.SetByHandAsync(number, id, null, "", user, cancellation);
            return await RowAsync(number, id, store, user, cancellation);
        });

    private static Task<IResult> ApproveAsync(
        [Description("Number of the draft.")] long number, ClassificationApproval approval, ClassificationRunner runner, ClassificationStore store, CurrentUser user, CancellationToken cancellation) =>
        GuardedAsync(user, async () =>
        {
            await approval.ClaimAsync(number, user, cancellation);
            await runner.ApproveAsync(number, user);
            var state = (await store.WatchAsync(number, cancellation))?.State ?? RunState.Approving;
            return ApiJson.Answer(new ApprovalAnswer(number, state), state == RunState.Approving ? StatusCodes.Status202Accepted : StatusCodes.Status200OK);
        });

    private static Task<IResult> ReplayAsync([Description("Number of the document.")] long number, ClassificationReplay replay, CurrentUser user, CancellationToken cancellation) =>
        GuardedAsync(user, async () => ApiJson.Answer(ReplayAnswer.Of(await replay.ReplayAsync(number, cancellation))));

    private static async Task<IResult> RowAsync(long number, long id, ClassificationStore store, CurrentUser user, CancellationToken cancellation) =>
        await store.FindAsync(number, cancellation) is { } run && await store.RowAsync(number, id, user, cancellation) is { } row
            ? ApiJson.Answer(new ClassifiedAnswer(ClassAnswer.Of(run, row.Row), row.Key, row.Name))
            : ApiProblem.NotFound("row");

    private static async Task<IResult> GuardedAsync(CurrentUser user, Func<Task<IResult>> action)
    {
        if (!user.MayClassify)
        {
            return ApiProblem.Of(StatusCodes.Status403Forbidden, "not-allowed", "The user's role does not allow this.");
        }

        try
        {
            return await action();
        }
        catch (ClassificationRefusedException refused)
        {
            var code = refused.Problems[0].Code;
            var status = Missing.Contains(code) ? StatusCodes.Status404NotFound : Conflicts.Contains(code) ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity;
            return ApiProblem.Of(status, code, refused.Message);
        }
    }
}
