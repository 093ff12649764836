using Crm.Contracts;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>Decides how long to leave an ERP alone after a failure. No clock, no dice.</summary>
public static class BackOffRule
{
    /// <summary>The first wait; doubled with each failure in a row.</summary>
    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);

    /// <summary>The longest wait, and the wait when a person has to act first.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>
    /// Unavailable: 30 s, 1, 2, 4, 8, 15 minutes, each up to a fifth longer, so that many processes do not come back at once; never
    /// less than the ERP asked for. Refused and unreadable: 15 minutes, because asking again changes nothing and may lock an account.
    /// </summary>
    /// <param name="failure">Who has to act.</param>
    /// <param name="failedAttempts">Failures in a row, this one included; at least 1.</param>
    /// <param name="retryAfter">What the ERP asked for.</param>
    /// <param name="jitterFraction">0–1, by chance.</param>
    public static TimeSpan Wait(HostFailure failure, int failedAttempts, TimeSpan? retryAfter, double jitterFraction)
    {
        var wait = failure == HostFailure.Unavailable
            ? TimeSpan.FromSeconds(Math.Min(Longest.TotalSeconds, Shortest.TotalSeconds * Math.Pow(2, Math.Min(failedAttempts, 20) - 1)))
            : Longest;
        wait += TimeSpan.FromSeconds(wait.TotalSeconds * 0.2 * jitterFraction);
        return retryAfter is { } asked && asked > wait ? asked : wait;
    }
}
