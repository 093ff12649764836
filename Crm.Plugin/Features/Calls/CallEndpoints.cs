using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calls;

/// <summary>The card of a ringing call and what can be done with it. Each answers with the desk as it is then.</summary>
internal static class CallEndpoints
{
    public static async Task<IResult> PopAsync(CallDesk desk, CancellationToken cancellation) =>
        Screen.Of<CallPop>(new { Cards = await desk.OpenAsync(cancellation) });

    public static async Task<IResult> ChooseAsync(long id, HttpContext http, CallDesk desk, CallerLookup lookup, CallerPasts pasts, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        if (await desk.FindAsync(id, cancellation) is not { } call)
        {
            return TypedResults.NotFound();
        }

        switch (form["who"].ToString())
        {
            case "nobody":
                await desk.ChooseAsync(id, new(null, null, null, null), cancellation);
                break;
            case "again":
                await desk.ReopenAsync(id, cancellation);
                break;
            case "prospect" when Number(form["prospect"]) is { } prospect && (await lookup.FindAsync(call.Number, cancellation)).Any(c => c.ProspectId == prospect):
                await desk.ChooseAsync(id, new(null, null, null, prospect), cancellation);
                break;
            case "prospect":
                return TypedResults.NotFound();
            default:
                if (Number(form["counterparty"]) is not { } counterparty || await pasts.NameAsync(counterparty, cancellation) is null)
                {
                    http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                    return await RefusedAsync(http, desk, [(id, new("counterparty", RefusalTexts.NoCounterparty))], cancellation);
                }

                var person = form["person"].ToString();
                await desk.ChooseAsync(id, person.StartsWith('-') ? new(counterparty, null, Number(person[1..]), null) : new(counterparty, Number(person), null, null), cancellation);
                break;
        }

        return await DeskAsync(http, desk, null, [], cancellation);
    }

    /// <summary>Adds to what is kept of a new caller who calls again.</summary>
    public static async Task<IResult> NoteAsync(long id, HttpContext http, CallDesk desk, ProspectStore prospects, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await desk.FindAsync(id, cancellation) is not { } call || (await desk.CardAsync(call, cancellation)).Prospect is not { } prospect)
        {
            return TypedResults.NotFound();
        }

        var refusals = await prospects.AddNoteAsync(prospect.Id, form["note"], cancellation);
        if (refusals.Count == 0)
        {
            await desk.DismissAsync(id, cancellation);
            return await DeskAsync(http, desk, 0, [], cancellation);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await RefusedAsync(http, desk, [.. refusals.Select(r => (id, r))], cancellation);
    }

    public static async Task<IResult> DismissAsync(long id, HttpContext http, CallDesk desk, CancellationToken cancellation)
    {
        await desk.DismissAsync(id, cancellation);
        return await DeskAsync(http, desk, null, [], cancellation);
    }

    public static async Task<IResult> LogAsync(long id, HttpContext http, CallDesk desk, InteractionWriter writer, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await desk.FindAsync(id, cancellation) is not { } call || (await desk.CardAsync(call, cancellation)).Who is not { CounterpartyId: { } counterparty } who)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var reader = new InteractionFormReader(form, user.Zone, now);
        var draft = new InteractionDraft
        {
            CounterpartyId = counterparty,
            State = InteractionState.Done,
            Kind = InteractionKind.PhoneCall,
            Direction = call.Direction == CallDirection.Incoming ? InteractionDirection.Incoming : InteractionDirection.Outgoing,
            PersonId = who.PersonId,
            CardId = who.CardId,
            Content = form["content"],
            NextStep = form["nextStep"],
            NextAt = reader.NextAt(),
            Minutes = reader.Number("minutes", RefusalTexts.BadMinutes) ?? CallRule.Minutes(call, now),
            StartedAt = call.AnsweredAt ?? call.RangAt,
            EndedAt = call.AnsweredAt is null ? null : call.EndedAt,
            CallId = id,
        };
        var outcome = reader.Refusals.Count > 0 ? new(InteractionVerdict.Refused, 0, reader.Refusals) : await writer.CreateAsync(draft, cancellation);
        if (outcome.Verdict == InteractionVerdict.Saved)
        {
            http.Response.Headers["HX-Trigger"] = "interaction-logged";
            return await DeskAsync(http, desk, outcome.Id, [], cancellation);
        }

        http.Response.StatusCode = outcome.Verdict == InteractionVerdict.NotFound ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity;
        return await RefusedAsync(http, desk, [.. outcome.Refusals.Select(r => (id, r))], cancellation);
    }

    public static async Task<IResult> ProspectAsync(long id, HttpContext http, CallDesk desk, ProspectStore prospects, DuplicateStore duplicates, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await desk.FindAsync(id, cancellation) is not { } call)
        {
            return TypedResults.NotFound();
        }

        if (await CallScreens.LikelyAsync(duplicates, form, "", cancellation) is { Count: > 0 } likely)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            var cards = await desk.OpenAsync(cancellation);
            var whom = ((long, IReadOnlyList<LikelySame>)?)(id, likely);
            return http.Request.IsPart() ? Screen.Of<CallPop>(new { Cards = cards, Likely = whom }) : Screen.Of<CallDeskPage>(new { Cards = cards, Likely = whom });
        }

        var refusals = await prospects.AddAsync(new(form["name"], form["company"], call.Number, form["note"], form["source"], id), cancellation);
        if (refusals.Count == 0)
        {
            await desk.DismissAsync(id, cancellation);
            return await DeskAsync(http, desk, 0, [], cancellation);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await RefusedAsync(http, desk, [.. refusals.Select(r => (id, r))], cancellation);
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static async Task<IResult> DeskAsync(HttpContext http, CallDesk desk, long? saved, IReadOnlyList<(long, Refusal)> refusals, CancellationToken cancellation) => http.Request.IsPart()
        ? Screen.Of<CallPop>(new { Cards = await desk.OpenAsync(cancellation), Saved = saved, Refusals = refusals })
        : TypedResults.LocalRedirect("/calls");

    /// <summary>The desk with its reasons; without script a page of its own, because the list of calls has no such form.</summary>
    private static async Task<IResult> RefusedAsync(HttpContext http, CallDesk desk, IReadOnlyList<(long, Refusal)> refusals, CancellationToken cancellation)
    {
        var cards = await desk.OpenAsync(cancellation);
        return http.Request.IsPart() ? Screen.Of<CallPop>(new { Cards = cards, Refusals = refusals }) : Screen.Of<CallDeskPage>(new { Cards = cards, Refusals = refusals });
    }
}
