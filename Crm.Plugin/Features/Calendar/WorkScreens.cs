using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Plan and fact of working time, and the control of plans.</summary>
internal static class WorkScreens
{
    private const int PageSize = 50;

    public static async Task<IResult> TimeAsync(string? from, string? to, WorkTime work, InternalTime inside, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var monday = show.Today.AddDays(-(((int)show.Today.DayOfWeek + 6) % 7));
        var (first, last) = (Day(from) ?? monday, Day(to) ?? monday.AddDays(6));
        if (last < first || last.DayNumber - first.DayNumber > 366)
        {
            (first, last) = (monday, monday.AddDays(6));
        }

        var (start, end) = (LocalTime.StartOf(first, user.Zone), LocalTime.StartOf(last.AddDays(1), user.Zone));
        return Screen.Of<WorkTimePage>(new { From = first, To = last, Lines = await work.LinesAsync(start, end, cancellation), Classes = await work.ByClassAsync(start, end, cancellation), Internals = await inside.LinesAsync(start, end, cancellation) });
    }

    /// <summary>Everybody for who reviews everybody's work, else the reader's team.</summary>
    public static async Task<IResult> ControlAsync(WorkTime work, PlanStore plans, CurrentUser user, TimeProvider clock, CancellationToken cancellation) =>
        Screen.Of<ControlPage>(new { Lines = await work.ControlAsync(user.Role == Role.SalesManager ? await plans.TeamAsync(cancellation) : null, clock.GetUtcNow(), user.Zone, cancellation) });

    /// <summary>The rows of one figure, of the same users whose figures the reader sees.</summary>
    public static async Task<IResult> ControlListAsync(
        HttpRequest request, long of, ControlPart part, string? after, string? name, long? id, ControlLists lists, InternalStore internals, PlanStore plans, CrmDbContext database, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        var who = user.Role == Role.SalesManager && !(await plans.TeamAsync(cancellation)).Contains(of) ? null
            : await database.Set<UserAccount>().Where(u => u.Id == of).Select(u => u.Name).FirstOrDefaultAsync(cancellation);
        if (who is null || !Enum.IsDefined(part))
        {
            return TypedResults.NotFound();
        }

        var path = string.Create(CultureInfo.InvariantCulture, $"/calendar/control/{of}/{part}");
        var now = clock.GetUtcNow();
        IReadOnlyList<InteractionEntry> entries = [];
        IReadOnlyList<AdriftLine> adrift = [];
        IReadOnlyList<InternalLine> inside = [];
        string? next = null;
        if (part == ControlPart.Adrift)
        {
            adrift = await lists.AdriftAsync(of, now, name is { Length: <= 500 } && id is { } last ? (name, last) : null, PageSize, cancellation);
            next = adrift.Count < PageSize ? null : string.Create(CultureInfo.InvariantCulture, $"{path}?name={Uri.EscapeDataString(adrift[^1].NameFolded)}&id={adrift[^1].Id}");
        }
        else
        {
            var (from, before) = ControlRule.Range(part, now, user.Zone);
            inside = after is null ? await internals.OpenAsync([of], from, before, PageSize, cancellation) : [];
            entries = await lists.PlansAsync(of, part, now, InteractionCursor.TryParse(after, null, out var cursor) ? cursor : null, PageSize, cancellation);
            next = entries.Count < PageSize ? null : $"{path}?after={Uri.EscapeDataString(new InteractionCursor(entries[^1].At, entries[^1].Id).ToString())}";
        }

        return request.IsPart() && request.Query.Count > 0
            ? Screen.Of<ControlRows>(new { Entries = entries, Adrift = adrift, Next = next, Back = path })
            : Screen.Of<ControlListPage>(new { Who = who, Part = part, Entries = entries, Adrift = adrift, Internals = inside, Next = next, Back = path });
    }

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and < 2100 ? day : null;
}
