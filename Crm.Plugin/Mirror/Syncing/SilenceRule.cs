namespace Crm.Plugin.Mirror.Syncing;

/// <summary>How a connection is heard.</summary>
public enum SilenceLevel
{
    /// <summary>As usual.</summary>
    Fine,

    /// <summary>The ERP answers, but nothing has changed there for longer than ever lately.</summary>
    Quiet,

    /// <summary>No successful check for three polls and more.</summary>
    Silent,
}

/// <summary>What is known of a connection at some instant.</summary>
/// <param name="Now">The instant.</param>
/// <param name="InstalledAt">When the connection was made.</param>
/// <param name="Poll">Time between checks.</param>
/// <param name="CheckedAt">The oldest of its entities' last successful checks; null when one has never been checked.</param>
/// <param name="ChangedAt">The last change of any entity; null when there was none since the first read.</param>
/// <param name="ActiveHours">Hours (since 1970, UTC) of the last 14 days in which something changed, ascending, each once.</param>
public sealed record SilenceFacts(
    DateTimeOffset Now, DateTimeOffset InstalledAt, TimeSpan Poll, DateTimeOffset? CheckedAt, DateTimeOffset? ChangedAt, IReadOnlyList<long> ActiveHours);

/// <summary>What follows from it.</summary>
/// <param name="Level">How bad.</param>
/// <param name="Since">Silent: the last check. Quiet: the last change. Fine: the last check. Null when there was none.</param>
/// <param name="UsualGap">Quiet: the longest time without a change in the two weeks before; else null.</param>
public sealed record SilenceVerdict(SilenceLevel Level, DateTimeOffset? Since, TimeSpan? UsualGap);

/// <summary>Decides when a connector is suspiciously silent. No clock, no database.</summary>
public static class SilenceRule
{
    /// <summary>Shorter quiet is never a warning.</summary>
    public static readonly TimeSpan ShortestQuiet = TimeSpan.FromHours(4);

    /// <summary>With fewer active hours in 14 days there is no habit to break.</summary>
    public const int Habit = 20;

    /// <summary>
    /// Silent: no successful check for more than three polls. Quiet: no change for more than <see cref="ShortestQuiet"/> and for
    /// longer than the longest gap of the last 14 days (which holds nights and weekends), where at least <see cref="Habit"/> hours were active.
    /// </summary>
    public static SilenceVerdict Judge(SilenceFacts facts)
    {
        var heard = facts.CheckedAt ?? facts.InstalledAt;
        if (facts.Now - heard > 3 * facts.Poll)
        {
            return new(SilenceLevel.Silent, facts.CheckedAt, null);
        }

        if (facts.ChangedAt is not { } changed || facts.ActiveHours.Count < Habit)
        {
            return new(SilenceLevel.Fine, facts.CheckedAt, null);
        }

        var longest = TimeSpan.FromHours(facts.ActiveHours.Zip(facts.ActiveHours.Skip(1), (a, b) => b - a).Max());
        var quiet = facts.Now - changed;
        return quiet > ShortestQuiet && quiet > longest
            ? new(SilenceLevel.Quiet, changed, longest)
            : new(SilenceLevel.Fine, facts.CheckedAt, null);
    }
}
