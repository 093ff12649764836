using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Plan and fact of working time, and the control of plans.</summary>
internal static class WorkScreens
{
    public static async Task<IResult> TimeAsync(string? from, string? to, WorkTime work, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var monday = show.Today.AddDays(-(((int)show.Today.DayOfWeek + 6) % 7));
        var (first, last) = (Day(from) ?? monday, Day(to) ?? monday.AddDays(6));
        if (last < first || last.DayNumber - first.DayNumber > 366)
        {
            (first, last) = (monday, monday.AddDays(6));
        }

        var (start, end) = (LocalTime.StartOf(first, user.Zone), LocalTime.StartOf(last.AddDays(1), user.Zone));
        return Screen.Of<WorkTimePage>(new { From = first, To = last, Lines = await work.LinesAsync(start, end, cancellation), Classes = await work.ByClassAsync(start, end, cancellation) });
    }

    /// <summary>Everybody for who reviews everybody's work, else the reader's team.</summary>
    public static async Task<IResult> ControlAsync(WorkTime work, PlanStore plans, CurrentUser user, TimeProvider clock, CancellationToken cancellation) =>
        Screen.Of<ControlPage>(new { Lines = await work.ControlAsync(user.Role == Role.SalesManager ? await plans.TeamAsync(cancellation) : null, clock.GetUtcNow(), user.Zone, cancellation) });

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and < 2100 ? day : null;
}
