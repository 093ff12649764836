namespace Crm.Plugin.Jobs;

/// <summary>When a failed delivery is tried again. No clock, no database.</summary>
public static class RetryRule
{
    private static readonly int[] Minutes = [1, 5, 15, 60, 180, 360, 720, 1440];

    /// <summary>Time to wait after so many failures (1 = the first); null when it is given up, after two and a half days.</summary>
    public static TimeSpan? After(int failures) => failures >= 1 && failures <= Minutes.Length ? TimeSpan.FromMinutes(Minutes[failures - 1]) : null;
}
