namespace Crm.Plugin.Features.ContactLog;

/// <summary>The life of an interaction as data.</summary>
public static class InteractionLife
{
    // Done never becomes planned again: the time when it happened would be lost. What was entered by mistake is cancelled.
    private static readonly HashSet<(InteractionState From, InteractionState To)> Allowed =
    [
        (InteractionState.Planned, InteractionState.Done),
        (InteractionState.Planned, InteractionState.Cancelled),
        (InteractionState.Done, InteractionState.Cancelled),
    ];

    /// <summary>Whether this step may be taken.</summary>
    public static bool Allows(InteractionState from, InteractionState to) => Allowed.Contains((from, to));
}
