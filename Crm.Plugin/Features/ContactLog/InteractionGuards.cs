namespace Crm.Plugin.Features.ContactLog;

/// <summary>What both creating and changing ask before they save.</summary>
internal sealed class InteractionGuards(InteractionPlace place, InteractionConflicts conflicts, InteractionAdditions additions, TimeProvider clock)
{
    public InteractionPlace Place => place;

    public InteractionConflicts Conflicts => conflicts;

    public InteractionAdditions Additions => additions;

    public DateTimeOffset Now => clock.GetUtcNow();
}
