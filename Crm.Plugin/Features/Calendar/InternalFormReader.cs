using System.Globalization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Reads the form of an internal plan: what it means, and which fields cannot be understood.</summary>
internal static class InternalFormReader
{
    /// <param name="form">As typed.</param>
    /// <param name="self">Whose it is when nobody is named.</param>
    /// <param name="zone">The user's; the form's times and days are of its wall clock.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="before">The plan that is edited.</param>
    public static (InternalDraft Draft, IReadOnlyList<Refusal> Refusals) Read(InteractionForm form, long self, TimeZoneInfo zone, DateTimeOffset now, InternalPlan? before)
    {
        var reader = new InteractionFormReader(form, zone, now);
        var refusals = new List<Refusal>();
        if (!Enum.TryParse<InternalKind>(form["kind"], out var kind) || !Enum.IsDefined(kind))
        {
            refusals.Add(new("kind", RefusalTexts.NotListed));
            kind = InternalKind.Task;
        }

        var isAbsence = InternalPlanRule.IsAbsence(kind);
        var first = isAbsence ? Day("firstDay") : null;
        var last = isAbsence ? Day("lastDay") ?? first : null;
        var repeats = !isAbsence && before is null && form["repeat"].Length > 0;
        if (repeats && (!Enum.TryParse<SeriesRepeat>(form["repeat"], out var given) || !Enum.IsDefined(given)))
        {
            refusals.Add(new("repeat", RefusalTexts.NotListed));
        }

        var draft = new InternalDraft
        {
            Kind = kind,
            OwnerId = long.TryParse(form["responsible"], NumberStyles.None, CultureInfo.InvariantCulture, out var owner) ? owner : before?.OwnerId ?? self,
            Subject = form["subject"],
            Content = form["content"],
            Start = isAbsence ? first is { } day ? LocalTime.StartOf(day, zone) : null : reader.Time("plannedStart", before?.StartsAt),
            End = isAbsence ? last is { } end ? LocalTime.StartOf(end.AddDays(1), zone) : null : reader.Time("plannedEnd", before?.EndsAt),
            Room = form["room"],
            RemindMinutesBefore = reader.Number("remind", RefusalTexts.NotListed),
            Users = [.. form.Users.Select(u => long.TryParse(u, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0).Distinct()],
            Repeat = repeats && Enum.TryParse<SeriesRepeat>(form["repeat"], out var repeat) ? repeat : null,
            RepeatCount = repeats ? reader.Number("repeatCount", RefusalTexts.BadRepeat) : null,
        };
        return (draft, [.. refusals, .. reader.Refusals]);

        DateOnly? Day(string field)
        {
            var typed = form[field].Trim();
            if (typed.Length == 0)
            {
                return null;
            }

            if (DateOnly.TryParseExact(typed, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 2000 and < 2100)
            {
                return day;
            }

            refusals.Add(new(field, RefusalTexts.BadDay));
            return null;
        }
    }

    /// <summary>A stored plan to edit.</summary>
    public static InteractionForm Of(InternalPlan plan, TimeZoneInfo zone) => new()
    {
        ["kind"] = plan.Kind.ToString(),
        ["responsible"] = plan.OwnerId.ToString(CultureInfo.InvariantCulture),
        ["subject"] = plan.Subject ?? "",
        ["content"] = plan.Content ?? "",
        ["room"] = plan.Room ?? "",
        ["remind"] = plan.RemindMinutesBefore?.ToString(CultureInfo.InvariantCulture) ?? "",
        ["plannedStart"] = plan.IsAbsence ? "" : LocalTime.Write(plan.StartsAt, zone),
        ["plannedEnd"] = plan.IsAbsence ? "" : LocalTime.Write(plan.EndsAt, zone),
        ["firstDay"] = plan.IsAbsence ? Day(plan.StartsAt, zone) : "",
        ["lastDay"] = plan.IsAbsence ? Day(plan.EndsAt.AddMinutes(-1), zone) : "",
        Users = [.. plan.Users.Select(u => u.UserId.ToString(CultureInfo.InvariantCulture))],
    };

    private static string Day(DateTimeOffset at, TimeZoneInfo zone) => LocalTime.DayOf(at, zone).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
