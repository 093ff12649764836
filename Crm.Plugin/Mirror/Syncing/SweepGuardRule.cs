namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Decides whether a sweep is believed: half an answer of the ERP must not wipe the mirror.</summary>
public static class SweepGuardRule
{
    /// <summary>Fewer are always believed.</summary>
    public const long Harmless = 100;

    /// <summary>False when more than half of the living rows, and more than <see cref="Harmless"/>, would be marked as gone, unless the sweep before said so too.</summary>
    public static bool IsBelieved(long living, long missing, bool saidBefore) => missing <= Harmless || missing * 2 <= living || saidBefore;
}
