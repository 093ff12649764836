namespace Crm.Plugin.Features.Classification;

/// <summary>What may be set by hand. No clock, no database.</summary>
public static class OverrideRule
{
    /// <summary>Completes a choice: a regularity makes the stage regular, regular without one is Z, any other stage has none.</summary>
    public static Classes Complete(Classes wished) => wished switch
    {
        { Regularity: not null, Stage: null or RelationshipStage.Regular } => wished with { Stage = RelationshipStage.Regular },
        { Stage: RelationshipStage.Regular } => wished with { Regularity = RegularityClass.Z },
        _ => wished with { Regularity = null },
    };

    /// <summary>Why a completed choice is refused; null when it is not.</summary>
    public static ClassificationProblem? Refusal(Classes completed, string reason) =>
        completed.Stage is null ? ClassificationProblem.Of("classification.no-stage", "Choose a stage: it may not be empty.")
        : string.IsNullOrWhiteSpace(reason) ? ClassificationProblem.Of("classification.no-reason", "Say why: a class set by hand needs a reason.")
        : reason.Trim().Length > 500 ? ClassificationProblem.Of("classification.long-reason", "The reason has {0} characters; 500 at most.", reason.Trim().Length)
        : null;
}
