using System.Globalization;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Calendar;

/// <summary>What a drag came to.</summary>
/// <param name="Version">The version that is stored now; 0 when the drag was refused.</param>
/// <param name="Reason">In the user's language; null when it was taken.</param>
internal sealed record MoveAnswer(int Version, string? Reason);

/// <summary>The calendar: its page, its events and the drag.</summary>
internal static class CalendarEndpoints
{
    public static async Task<IResult> ShowAsync(string? who, PlanStore plans, InternalStore internals, InteractionChoices choices, FeedStore feeds, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var from = LocalTime.StartOf(show.Today, user.Zone);
        var whose = await plans.WhoseAsync(who, cancellation);
        return Screen.Of<CalendarPage>(new
        {
            Who = who,
            Users = await choices.UsersAsync(cancellation),
            // What the page says without script: the next week as a list.
            Agenda = await plans.ReadAsync(whose, from, from.AddDays(7), cancellation),
            Internals = await internals.ReadAsync(whose, from, from.AddDays(7), PlanStore.Most, cancellation),
            Feed = await feeds.FindAsync(cancellation),
        });
    }

    public static async Task<IResult> EventsAsync(
        string? who, string? start, string? end, PlanStore plans, InternalStore internals, CalendarRights rights, CurrentUser user, TimeProvider clock, IStringLocalizer<ContactLog.Texts> texts, IStringLocalizer<Texts> words,
        CancellationToken cancellation)
    {
        if (LocalTime.Read(Wall(start), user.Zone) is not { } from || LocalTime.Read(Wall(end), user.Zone) is not { } before || before <= from || before - from > PlanStore.Longest)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-range", "'start' and 'end' must be days or times of at most 400 days.");
        }

        var whose = await plans.WhoseAsync(who, cancellation);
        var entries = await plans.ReadAsync(whose, from, before, cancellation);
        var inside = await internals.ReadAsync(whose, from, before, PlanStore.Most, cancellation);
        var tones = entries.Select(e => e.ResponsibleId).Concat(inside.Select(l => l.Plan.OwnerId)).Distinct().Order().Select((id, i) => (id, i)).ToDictionary(t => t.id, t => t.i % 6);
        var writable = await rights.WritableAsync([.. entries.Select(e => e.CounterpartyId).Distinct()], cancellation);
        var now = clock.GetUtcNow();
        return ApiJson.Answer(entries.Select(e => PlanEvent.Of(e, Heading.Of(e, texts), tones[e.ResponsibleId], writable.Contains(e.CounterpartyId), now, user.Zone))
            .Concat(inside.Select(l => PlanEvent.Of(l, InternalWords.Title(l, words), tones[l.Plan.OwnerId], now, user.Zone))).ToList());
    }

    public static async Task<IResult> MoveAsync(
        long id, HttpContext http, InteractionEditor editor, InteractionStore store, CurrentUser user, Show show, IStringLocalizer<ContactLog.Texts> texts, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        if (LocalTime.Read(Wall(form["start"]), user.Zone) is not { } start || !int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return ApiJson.Answer(new MoveAnswer(0, texts[RefusalTexts.BadTime]), StatusCodes.Status422UnprocessableEntity);
        }

        var outcome = await editor.MoveAsync(id, version, start, LocalTime.Read(Wall(form["end"]), user.Zone), cancellation);
        if (outcome.Verdict == InteractionVerdict.NotFound)
        {
            return TypedResults.NotFound();
        }

        return outcome.Verdict == InteractionVerdict.Saved
            ? ApiJson.Answer(new MoveAnswer((await store.FindEntryAsync(id, cancellation))!.Version, null))
            : ApiJson.Answer(
                new MoveAnswer(0, string.Join(" ", outcome.Refusals.Select(r => texts[r.Text, [.. r.Arguments.Select(a => a is DateTimeOffset at ? show.ShortMoment(at) : a)]].Value))),
                outcome.Verdict == InteractionVerdict.Changed ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity);
    }

    /// <summary>A browser's calendar may write its wall clock as if it were UTC.</summary>
    internal static string Wall(string? sent) => (sent ?? "").Length > 19 ? sent![..19] : sent ?? "";
}

/// <summary>Which counterparties the reader may write to, of some.</summary>
internal sealed class CalendarRights(CrmDbContext database, CurrentUser user)
{
    public async Task<IReadOnlySet<long>> WritableAsync(IReadOnlyCollection<long> counterparties, CancellationToken cancellation) =>
        user.Rights.WriteScope == Scope.All ? counterparties.ToHashSet()
        : await database.Set<CounterpartyRecord>().Within(user.Rights.WriteScope, user).Where(c => counterparties.Contains(c.Id)).Select(c => c.Id).ToHashSetAsync(cancellation);
}
