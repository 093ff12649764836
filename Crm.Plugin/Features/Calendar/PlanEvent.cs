using System.Globalization;
using System.Text.Json.Serialization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calendar;

/// <summary>One plan or one contact as the calendar draws it. Times are of the reader's wall clock, without zone.</summary>
/// <param name="Id">Of the interaction.</param>
/// <param name="Title">What and with whom.</param>
/// <param name="Start">yyyy-MM-ddTHH:mm:ss.</param>
/// <param name="End">Likewise; half an hour later where nobody said.</param>
/// <param name="Url">Its own screen.</param>
/// <param name="ClassName">How it looks: whose, done, overdue.</param>
/// <param name="Editable">Whether it may be dragged.</param>
/// <param name="Version">What the reader saw: a later drag of an older version is told so.</param>
internal sealed record PlanEvent(
    [property: JsonPropertyName("id")] string Id, [property: JsonPropertyName("title")] string Title, [property: JsonPropertyName("start")] string Start,
    [property: JsonPropertyName("end")] string End, [property: JsonPropertyName("url")] string Url, [property: JsonPropertyName("className")] string ClassName,
    [property: JsonPropertyName("editable")] bool Editable, [property: JsonPropertyName("version")] int Version)
{
    /// <summary>Drawn above the hours; start and end are then days, the end behind the last.</summary>
    [JsonPropertyName("allDay")]
    public bool IsAllDay { get; init; }


    /// <param name="entry">What is drawn.</param>
    /// <param name="heading">What it is called.</param>
    /// <param name="tone">Colour of the responsible user, 0–5.</param>
    /// <param name="mayMove">Whether the reader may change it.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="zone">The reader's.</param>
    public static PlanEvent Of(InteractionEntry entry, string heading, int tone, bool mayMove, DateTimeOffset now, TimeZoneInfo zone)
    {
        var isPlan = entry.State == InteractionState.Planned;
        var end = (isPlan ? entry.PlannedEnd : entry.At.AddMinutes(entry.Minutes ?? 0)) is { } given && given - entry.At >= TimeSpan.FromMinutes(5) ? given : entry.At + (isPlan ? InteractionRule.UsualMeeting : TimeSpan.FromMinutes(15));
        var look = !isPlan ? "crm-plan-done" : entry.At < now ? "crm-plan-overdue" : "crm-plan-open";
        return new(
            entry.Id.ToString(CultureInfo.InvariantCulture), $"{entry.CounterpartyName}: {heading}", Wall(entry.At, zone), Wall(end, zone),
            string.Create(CultureInfo.InvariantCulture, $"/interactions/{entry.Id}"), string.Create(CultureInfo.InvariantCulture, $"{look} crm-plan-{tone}"), isPlan && mayMove, entry.Version);
    }

    /// <summary>An internal plan; its address and the drag's are told by its id.</summary>
    public static PlanEvent Of(InternalLine line, string title, int tone, DateTimeOffset now, TimeZoneInfo zone)
    {
        var plan = line.Plan;
        var (start, end) = (Wall(plan.StartsAt, zone), Wall(plan.EndsAt, zone));
        var look = plan.State == InternalState.Done ? "crm-plan-done" : plan.IsAbsence ? "crm-plan-away" : plan.EndsAt < now ? "crm-plan-overdue" : "crm-plan-open";
        return new(
            string.Create(CultureInfo.InvariantCulture, $"internal-{plan.Id}"), $"{title} · {line.OwnerName}", plan.IsAbsence ? start[..10] : start, plan.IsAbsence ? end[..10] : end,
            line.IsHidden ? "" : string.Create(CultureInfo.InvariantCulture, $"/calendar/internal/{plan.Id}"), string.Create(CultureInfo.InvariantCulture, $"{look} crm-plan-{tone}"),
            plan.State == InternalState.Planned && line.MayWrite, plan.Version) { IsAllDay = plan.IsAbsence };
    }

    public static string Wall(DateTimeOffset instant, TimeZoneInfo zone) => LocalTime.ToLocal(instant, zone).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}
