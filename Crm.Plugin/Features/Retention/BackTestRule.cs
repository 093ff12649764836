namespace Crm.Plugin.Features.Retention;

/// <summary>Learns from the first part of the company's history and is judged on the rest. No clock, no database.</summary>
internal static class BackTestRule
{
    /// <summary>Fewer repeat buyers before the split say nothing.</summary>
    public const int FewestRepeaters = 50;

    private const int MostTop = 100;
    private const int LongestHoldoutDays = 365;

    /// <returns>Null when the data are too few or too short.</returns>
    public static BackTest? Run(IReadOnlyList<CustomerDays> customers, int end, Func<IReadOnlyList<CustomerDays>, int, BgNbdModel?> fit)
    {
        if (customers.Count == 0)
        {
            return null;
        }

        var start = customers.Min(c => c.Days[0]);
        var split = Math.Max(start + ((end - start) * 2 / 3), end - LongestHoldoutDays);
        var known = customers.Select(c => (Past: c.Until(split), All: c)).Where(c => c.Past is not null).ToList();
        var repeaters = known.Where(c => c.Past!.Days.Length > 1).ToList();
        if (repeaters.Count < FewestRepeaters || end - split < 28 || fit([.. known.Select(c => c.Past!)], split) is not { } model)
        {
            return null;
        }

        // Whom the stage calls lost already needs no announcement; chance is judged on the others.
        var open = repeaters.Where(c => split - c.Past!.Days[^1] <= EarlyLossRule.LostAfterDays(c.Past)).ToList();
        var weeks = (end - split) / 7.0;
        var (errors, naiveErrors, expected, naiveExpected, actual) = (0.0, 0.0, 0.0, 0.0, 0.0);
        foreach (var (past, all) in known)
        {
            var summary = past!.Summary(split);
            var bought = all.Days.Length - past.Days.Length;
            var forecast = model.ExpectedPurchases(summary, weeks);
            var naive = summary.AgeWeeks > 0 ? summary.Repeats / summary.AgeWeeks * weeks : 0;
            (errors, naiveErrors) = (errors + Math.Abs(forecast - bought), naiveErrors + Math.Abs(naive - bought));
            (expected, naiveExpected, actual) = (expected + forecast, naiveExpected + naive, actual + bought);
        }

        var announced = open.Where(c => EarlyLossRule.IsAnnounced(c.Past!, split))
            .OrderByDescending(c => EarlyLossRule.Urgency(c.Past!, split, model)).Take(MostTop).ToList();
        // Announced on the first day of the rule, lost on the day the stage turns: how much earlier that is, of those who were lost in the judged part.
        var leads = repeaters.Where(c => c.All.Days.Length == c.Past!.Days.Length && end - c.Past.Days[^1] > EarlyLossRule.LostAfterDays(c.Past))
            .Select(c => (double)(EarlyLossRule.LostAfterDays(c.Past!) + 1 - EarlyLossRule.AnnouncedAfterDays(c.Past!)!.Value)).Order().ToList();
        static bool Stopped((CustomerDays? Past, CustomerDays All) c) => c.All.Days.Length == c.Past!.Days.Length;
        return announced.Count == 0 || actual == 0 ? null : new(
            DateOnly.FromDayNumber(split), DateOnly.FromDayNumber(end), announced.Count,
            announced.Count(Stopped) / (double)announced.Count, open.Count(Stopped) / (double)open.Count,
            leads.Count == 0 ? null : leads[leads.Count / 2],
            errors / actual, (expected / actual) - 1, naiveErrors / actual, (naiveExpected / actual) - 1);
    }
}
