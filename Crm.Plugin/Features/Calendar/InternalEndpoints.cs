using System.Globalization;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Internal plans: new, look, edit, done, cancelled, dragged.</summary>
internal static class InternalEndpoints
{
    private static readonly string[] Offered = ["kind", "plannedStart", "plannedEnd", "firstDay", "lastDay", "responsible"];

    public static async Task<IResult> NewAsync(HttpContext http, InteractionChoices choices, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var form = new InteractionForm { ["kind"] = nameof(InternalKind.Meeting), ["remind"] = (await UsualReminder.ReadAsync(database, user.Id, cancellation))?.ToString(CultureInfo.InvariantCulture) ?? "" }
            .With([.. http.Request.Query.Where(q => Offered.Contains(q.Key)).Select(q => (q.Key, q.Value.ToString()))]);
        return Screen.Of<InternalPage>(new { Form = form, Users = await choices.UsersAsync(cancellation) });
    }

    public static async Task<IResult> CreateAsync(HttpContext http, InternalScreens screens, InternalEditor editor, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var (draft, unreadable) = InternalFormReader.Read(form, user.Id, user.Zone, screens.Clock.GetUtcNow(), null);
        var outcome = unreadable.Count > 0 ? new(InteractionVerdict.Refused, 0, unreadable) : await editor.CreateAsync(draft, cancellation);
        return outcome.Verdict == InteractionVerdict.Saved ? TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/calendar/internal/{outcome.Id}"))
            : await screens.RefusedAsync(http, 0, form, outcome, cancellation);
    }

    public static Task<IResult> ShowAsync(long id, InternalScreens screens, CancellationToken cancellation) => screens.PageAsync(id, null, [], cancellation);

    public static async Task<IResult> EditAsync(long id, HttpContext http, InternalScreens screens, InternalEditor editor, CurrentUser user, CancellationToken cancellation)
    {
        if (await screens.Store.FindAsync(id, cancellation) is not { } stored)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var (draft, unreadable) = InternalFormReader.Read(form, user.Id, user.Zone, screens.Clock.GetUtcNow(), stored.Plan);
        return await AnswerAsync(http, id, form, unreadable.Count > 0 ? new(InteractionVerdict.Refused, id, unreadable) : await editor.EditAsync(id, Version(form), draft, cancellation), screens, cancellation);
    }

    public static async Task<IResult> DoneAsync(long id, HttpContext http, InternalScreens screens, InternalEditor editor, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var reader = new InteractionFormReader(form, user.Zone, screens.Clock.GetUtcNow());
        var minutes = reader.Number("minutes", RefusalTexts.BadMinutes);
        return await AnswerAsync(http, id, form, reader.Refusals.Count > 0 ? new(InteractionVerdict.Refused, id, reader.Refusals) : await editor.DoneAsync(id, Version(form), form["result"], minutes, cancellation), screens, cancellation);
    }

    public static async Task<IResult> CancelAsync(long id, HttpContext http, InternalScreens screens, InternalEditor editor, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        return await AnswerAsync(http, id, form, await editor.CancelAsync(id, Version(form), form["following"] == "1", cancellation), screens, cancellation);
    }

    public static async Task<IResult> MoveAsync(long id, HttpContext http, InternalScreens screens, InternalEditor editor, CurrentUser user, IStringLocalizer<ContactLog.Texts> texts, Show show, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        if (LocalTime.Read(CalendarEndpoints.Wall(form["start"]), user.Zone) is not { } start || !int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return ApiJson.Answer(new MoveAnswer(0, texts[RefusalTexts.BadTime]), StatusCodes.Status422UnprocessableEntity);
        }

        var outcome = await editor.MoveAsync(id, version, start, LocalTime.Read(CalendarEndpoints.Wall(form["end"]), user.Zone), cancellation);
        return outcome.Verdict switch
        {
            InteractionVerdict.NotFound => TypedResults.NotFound(),
            InteractionVerdict.Saved => ApiJson.Answer(new MoveAnswer((await screens.Store.FindAsync(id, cancellation))!.Plan.Version, null)),
            _ => ApiJson.Answer(
                new MoveAnswer(0, string.Join(" ", outcome.Refusals.Select(r => texts[r.Text, [.. r.Arguments.Select(a => a is DateTimeOffset at ? show.ShortMoment(at) : a)]].Value))),
                outcome.Verdict == InteractionVerdict.Changed ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity),
        };
    }

    private static int Version(InteractionForm form) => int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : 0;

    private static async Task<IResult> AnswerAsync(HttpContext http, long id, InteractionForm form, InteractionOutcome outcome, InternalScreens screens, CancellationToken cancellation) => outcome.Verdict switch
    {
        InteractionVerdict.NotFound => TypedResults.NotFound(),
        InteractionVerdict.Saved => TypedResults.LocalRedirect(InteractionFormEndpoints.Back(form["back"], string.Create(CultureInfo.InvariantCulture, $"/calendar/internal/{id}"))),
        _ => await screens.RefusedAsync(http, id, form, outcome, cancellation),
    };
}

/// <summary>Puts the screen of one internal plan together.</summary>
internal sealed class InternalScreens(InternalStore store, InteractionStore interactions, InteractionChoices choices, TimeProvider clock)
{
    public InternalStore Store => store;

    public TimeProvider Clock => clock;

    /// <param name="id">Unknown, or not the reader's to know: not found.</param>
    /// <param name="typed">A refused form, to be shown as it was sent; null shows what is stored.</param>
    /// <param name="refusals">Why it was refused.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IResult> PageAsync(long id, InteractionForm? typed, IReadOnlyList<Refusal> refusals, CancellationToken cancellation) =>
        await store.FindAsync(id, cancellation) is not { } line ? TypedResults.NotFound()
            : Screen.Of<InternalPage>(new
            {
                Line = line,
                Form = typed,
                Refusals = refusals,
                Users = await choices.UsersAsync(cancellation),
                Within = line.Plan.IsAbsence ? await WithinAsync(line.Plan, cancellation) : [],
            });

    public async Task<IResult> RefusedAsync(HttpContext http, long id, InteractionForm form, InteractionOutcome outcome, CancellationToken cancellation)
    {
        http.Response.StatusCode = outcome.Verdict switch
        {
            InteractionVerdict.NotFound => StatusCodes.Status404NotFound,
            InteractionVerdict.Changed => StatusCodes.Status409Conflict,
            _ => StatusCodes.Status422UnprocessableEntity,
        };
        return id != 0 ? await PageAsync(id, form, outcome.Refusals, cancellation) : Screen.Of<InternalPage>(new { Form = form, outcome.Refusals, Users = await choices.UsersAsync(cancellation) });
    }

    /// <summary>Contacts of an absent user that are planned for the time of the absence, the first ones, by time.</summary>
    private async Task<IReadOnlyList<InteractionEntry>> WithinAsync(InternalPlan absence, CancellationToken cancellation)
    {
        var open = interactions.Readable().Where(i => i.State == InteractionState.Planned && i.ResponsibleId == absence.OwnerId && i.At >= absence.StartsAt && i.At < absence.EndsAt);
        var entries = await interactions.Entries(open.OrderBy(i => i.At).ThenBy(i => i.Id).Take(InteractionRule.Rows)).ToListAsync(cancellation);
        return [.. entries.OrderBy(e => e.At)];
    }
}
