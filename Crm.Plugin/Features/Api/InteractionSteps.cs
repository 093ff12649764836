using System.ComponentModel;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Api;

/// <summary>A contact that happened.</summary>
internal sealed record DoneInteraction
{
    /// <summary>The version that was read; left out, whatever is there is changed.</summary>
    public int? Version { get; init; }

    /// <summary>What came of it; left out, it stays as it is.</summary>
    public string? Result { get; init; }

    /// <summary>What is to be done; left out, it stays as it is.</summary>
    public string? NextStep { get; init; }

    /// <summary>Plans the next contact at this instant.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Time spent.</summary>
    public int? Minutes { get; init; }
}

/// <summary>A contact that will not happen.</summary>
internal sealed record CancelledInteraction
{
    /// <summary>The version that was read; left out, whatever is there is changed.</summary>
    public int? Version { get; init; }

    /// <summary>Why; left out, the result stays as it is.</summary>
    public string? Reason { get; init; }
}

/// <summary>A plan at another time.</summary>
internal sealed record PostponedInteraction
{
    /// <summary>The version that was read; left out, whatever is there is changed.</summary>
    public int? Version { get; init; }

    /// <summary>When it begins; its end and its reminder move along.</summary>
    public required DateTimeOffset PlannedStart { get; init; }
}

/// <summary>What becomes of a planned contact.</summary>
internal static class InteractionSteps
{
    public static void MapInteractionSteps(this RouteGroupBuilder api)
    {
        Describe(api.MapPost("/interactions/{id:long}/done", DoneAsync).WithName("doneInteraction").WithSummary("A planned contact happened. The planned times stay beside the real ones."));
        Describe(api.MapPost("/interactions/{id:long}/cancel", CancelAsync).WithName("cancelInteraction").WithSummary("A contact will not happen, or was entered by mistake. It stays readable."));
        Describe(api.MapPost("/interactions/{id:long}/postpone", PostponeAsync).WithName("postponeInteraction").WithSummary("Puts a planned contact at another time."));
    }

    private static void Describe(RouteHandlerBuilder route) => route.WithTags("Interactions").Produces<InteractionAnswer>()
        .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> DoneAsync([Description("Number of it.")] long id, DoneInteraction body, InteractionEditor editor, InteractionStore store, CancellationToken cancellation) =>
        await AnswerAsync(await editor.DoneAsync(id, body.Version, body.Result, body.NextStep, body.NextAt, body.Minutes, cancellation), id, store, cancellation);

    private static async Task<IResult> CancelAsync([Description("Number of it.")] long id, CancelledInteraction body, InteractionEditor editor, InteractionStore store, CancellationToken cancellation) =>
        await AnswerAsync(await editor.CancelAsync(id, body.Version, body.Reason, cancellation), id, store, cancellation);

    private static async Task<IResult> PostponeAsync([Description("Number of it.")] long id, PostponedInteraction body, InteractionEditor editor, InteractionStore store, CancellationToken cancellation) =>
        await AnswerAsync(await editor.PostponeAsync(id, body.Version, body.PlannedStart, cancellation), id, store, cancellation);

    private static async Task<IResult> AnswerAsync(InteractionOutcome outcome, long id, InteractionStore store, CancellationToken cancellation) => outcome.Verdict switch
    {
        InteractionVerdict.NotFound => ApiProblem.NotFound("interaction that the user may change"),
        InteractionVerdict.Changed => ApiProblem.Of(StatusCodes.Status409Conflict, "changed", "Somebody else changed it first; read it again."),
        InteractionVerdict.Saved when await store.FindEntryAsync(id, cancellation) is { } entry => ApiJson.Answer(InteractionAnswer.Of(entry)),
        InteractionVerdict.Saved => TypedResults.NoContent(),
        _ => InteractionEndpoints.Refused(outcome.Refusals),
    };
}
