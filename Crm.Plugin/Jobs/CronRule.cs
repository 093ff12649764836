using System.Globalization;
using System.Text.RegularExpressions;

namespace Crm.Plugin.Jobs;

/// <summary>Writes <see cref="JobTimes"/> as a cron expression of six fields as Unix counts them, for engines that know nothing else. No clock.</summary>
internal static partial class CronRule
{
    private static readonly int[] PartsOfSixty = [30, 20, 15, 12, 10, 6, 5, 4, 3, 2, 1];
    private static readonly int[] PartsOfDay = [12, 8, 6, 4, 3, 2, 1];

    /// <summary>
    /// Seconds first, Sunday is 0. An interval becomes the next shorter one that divides a minute, an hour or a day, at least a second and at
    /// most a day: a job that comes too often does no harm, one that comes too rarely is missed.
    /// </summary>
    /// <exception cref="ArgumentException">The expression does not have six or seven fields, or names years.</exception>
    public static string Of(JobTimes when) => when.Cron is { } cron ? OfQuartz(cron) : OfInterval(when.Interval!.Value);

    private static string OfInterval(TimeSpan interval) => interval switch
    {
        { TotalSeconds: < 60 } => Step(interval.TotalSeconds, PartsOfSixty, "* * * * *", ""),
        { TotalMinutes: < 60 } => Step(interval.TotalMinutes, PartsOfSixty, "* * * *", "0 "),
        { TotalHours: < 24 } => Step(interval.TotalHours, PartsOfDay, "* * *", "0 0 "),
        _ => "0 0 0 * * *",
    };

    private static string Step(double wanted, int[] parts, string larger, string smaller) =>
        parts.FirstOrDefault(p => p <= wanted) is > 1 and var step
            ? string.Create(CultureInfo.InvariantCulture, $"{smaller}*/{step} {larger}")
            : $"{smaller}* {larger}";

    private static string OfQuartz(string cron)
    {
        var fields = cron.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length is not (6 or 7) || (fields.Length == 7 && fields[6] is not ("*" or "?")))
        {
            throw new ArgumentException($"'{cron}': six fields are needed, seconds first; years cannot be named.", nameof(cron));
        }

        // Alone, L is the week's last day; Quartz begins its weeks on Sunday, as 1.
        fields[5] = fields[5] == "L" ? "6" : WeekDay().Replace(fields[5], day => (day.Value[0] - '1').ToString(CultureInfo.InvariantCulture));
        return string.Join(' ', fields[..6]);
    }

    /// <summary>A day of the week, not the step or the place in the month that follows one.</summary>
    [GeneratedRegex(@"(?<![/#\d])[1-7](?!\d)")]
    private static partial Regex WeekDay();
}
