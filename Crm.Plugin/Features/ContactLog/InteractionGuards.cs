namespace Crm.Plugin.Features.ContactLog;

/// <summary>What both creating and changing ask before they save.</summary>
internal sealed class InteractionGuards(InteractionPlace place, InteractionConflicts conflicts, TimeProvider clock)
{
    public InteractionPlace Place => place;

    public InteractionConflicts Conflicts => conflicts;

    public DateTimeOffset Now => clock.GetUtcNow();
}
