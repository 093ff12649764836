using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>One interaction: look, edit, done, cancelled, postponed.</summary>
internal static class InteractionEndpoints
{
    public static async Task<IResult> ShowAsync(long id, InteractionScreens screens, CancellationToken cancellation) =>
        await screens.PageAsync(id, null, [], cancellation);

    public static async Task<IResult> EditAsync(long id, HttpContext http, InteractionScreens screens, InteractionEditor editor, CurrentUser user, CancellationToken cancellation)
    {
        if (await screens.Store.FindAsync(id, cancellation) is not { } stored)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var reader = new InteractionFormReader(form, user.Zone, screens.Clock.GetUtcNow(), stored);
        var draft = reader.Read();
        var outcome = reader.Refusals.Count > 0
            ? new InteractionOutcome(InteractionVerdict.Refused, id, reader.Refusals)
            : await editor.EditAsync(id, Version(form) ?? 0, draft, cancellation);
        return await AnswerAsync(http, id, form, outcome, screens, cancellation);
    }

    public static async Task<IResult> DoneAsync(long id, HttpContext http, InteractionScreens screens, InteractionEditor editor, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var reader = new InteractionFormReader(form, user.Zone, screens.Clock.GetUtcNow());
        var (nextAt, minutes) = (reader.NextAt(), reader.Number("minutes", RefusalTexts.BadMinutes));
        var outcome = reader.Refusals.Count > 0
            ? new InteractionOutcome(InteractionVerdict.Refused, id, reader.Refusals)
            : await editor.DoneAsync(id, Version(form), form["result"], form["nextStep"], nextAt, minutes, cancellation);
        return await AnswerAsync(http, id, form, outcome, screens, cancellation);
    }

    public static async Task<IResult> CancelAsync(long id, HttpContext http, InteractionScreens screens, InteractionEditor editor, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        return await AnswerAsync(http, id, form, await editor.CancelAsync(id, Version(form), form["result"], cancellation), screens, cancellation);
    }

    public static async Task<IResult> PostponeAsync(long id, HttpContext http, InteractionScreens screens, InteractionEditor editor, CurrentUser user, CancellationToken cancellation)
    {
        if (await screens.Store.FindAsync(id, cancellation) is not { } stored)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var reader = new InteractionFormReader(form, user.Zone, screens.Clock.GetUtcNow());
        var days = reader.Number("days", RefusalTexts.NotListed);
        var to = days is >= 1 and <= 366 ? Postponement.ByDays(stored.At, days.Value, screens.Clock.GetUtcNow(), user.Zone) : reader.Time("plannedStart", null);
        var outcome = to is { } start && reader.Refusals.Count == 0
            ? await editor.PostponeAsync(id, Version(form), start, cancellation)
            : new InteractionOutcome(InteractionVerdict.Refused, id, reader.Refusals.Count > 0 ? reader.Refusals : [new("plannedStart", RefusalTexts.NoPlannedStart)]);
        return await AnswerAsync(http, id, form, outcome, screens, cancellation);
    }

    private static int? Version(InteractionForm form) =>
        int.TryParse(form["version"], NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : null;

    private static async Task<IResult> AnswerAsync(HttpContext http, long id, InteractionForm form, InteractionOutcome outcome, InteractionScreens screens, CancellationToken cancellation)
    {
        if (outcome.Verdict == InteractionVerdict.NotFound)
        {
            return TypedResults.NotFound();
        }

        var back = InteractionFormEndpoints.Back(form["back"], string.Create(CultureInfo.InvariantCulture, $"/interactions/{id}"));
        if (outcome.Verdict == InteractionVerdict.Saved)
        {
            return http.Request.IsPart() ? Part(http, back) : TypedResults.LocalRedirect(back);
        }

        http.Response.StatusCode = outcome.Verdict == InteractionVerdict.Changed ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity;
        return await screens.PageAsync(id, form, outcome.Refusals, cancellation);
    }

    /// <summary>The screen that asked draws itself anew: it alone knows what it showed.</summary>
    private static NoContent Part(HttpContext http, string back)
    {
        http.Response.Headers["HX-Location"] = back;
        return TypedResults.NoContent();
    }
}
