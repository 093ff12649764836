using System.Globalization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calls;

/// <summary>The days that figures are of.</summary>
/// <param name="Name">today, week, month or days.</param>
/// <param name="From">First day.</param>
/// <param name="To">Last day.</param>
public sealed record CallPeriod(string Name, DateOnly From, DateOnly To)
{
    /// <summary>Longest period.</summary>
    public const int MostDays = 366;

    /// <summary>Reads what an address asks for.</summary>
    /// <param name="form">period, from and to as typed; nothing is this week.</param>
    /// <param name="today">The reader's day.</param>
    /// <returns>The period, this week where it cannot be understood; and why not.</returns>
    public static (CallPeriod Period, IReadOnlyList<Refusal> Refusals) Read(InteractionForm form, DateOnly today)
    {
        var week = new CallPeriod("week", today.AddDays(-(((int)today.DayOfWeek + 6) % 7)), today);
        switch (form["period"])
        {
            case "today":
                return (new("today", today, today), []);
            case "month":
                return (new("month", new(today.Year, today.Month, 1), today), []);
            case "" or "week":
                return (week, []);
            case "days":
                break;
            default:
                return (week, [new("period", RefusalTexts.NotListed)]);
        }

        var refusals = new List<Refusal>();
        var (from, to) = (Day("from"), Day("to"));
        if (refusals.Count == 0 && to < from)
        {
            refusals.Add(new("to", RefusalTexts.LastBeforeFirst));
        }
        else if (refusals.Count == 0 && to.DayNumber - from.DayNumber >= MostDays)
        {
            refusals.Add(new("to", CallTexts.PeriodTooLong, MostDays));
        }

        return (refusals.Count > 0 ? week : new("days", from, to), refusals);

        DateOnly Day(string field)
        {
            if (DateOnly.TryParseExact(form[field].Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and < 2100)
            {
                return day;
            }

            refusals.Add(new(field, RefusalTexts.BadDay));
            return default;
        }
    }
}
