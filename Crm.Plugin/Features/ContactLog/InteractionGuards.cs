namespace Crm.Plugin.Features.ContactLog;

/// <summary>What both creating and changing ask before they save.</summary>
internal sealed class InteractionGuards(InteractionPlace place, InteractionConflicts conflicts, InteractionAdditions additions, InteractionWords words, InteractionTasks tasks, TimeProvider clock)
{
    public InteractionPlace Place => place;

    public InteractionConflicts Conflicts => conflicts;

    public InteractionAdditions Additions => additions;

    public InteractionWords Words => words;

    public InteractionTasks Tasks => tasks;

    public DateTimeOffset Now => clock.GetUtcNow();
}
