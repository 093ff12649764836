using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calls;

/// <summary>The card of a ringing call and what can be done with it. Each answers with the desk as it is then.</summary>
internal static class CallEndpoints
{
    public static async Task<IResult> PopAsync(CallDesk desk, CancellationToken cancellation) =>
        Screen.Of<CallPop>(new { Cards = await desk.OpenAsync(cancellation) });

    public static async Task<IResult> ChooseAsync(long id, HttpContext http, CallDesk desk, CallerPasts pasts, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        if (await desk.FindAsync(id, cancellation) is not { } call)
        {
            return TypedResults.NotFound();
        }

        switch (form["who"].ToString())
        {
            case "nobody":
                await desk.ChooseAsync(id, new(null, null, null), cancellation);
                break;
            case "again":
                await desk.ReopenAsync(id, cancellation);
                break;
            default:
                if (Number(form["counterparty"]) is not { } counterparty || await pasts.NameAsync(counterparty, cancellation) is null)
                {
                    http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
                    return await RefusedAsync(http, desk, [(id, new("counterparty", RefusalTexts.NoCounterparty))], cancellation);
                }

                var person = form["person"].ToString();
                await desk.ChooseAsync(id, person.StartsWith('-') ? new(counterparty, null, Number(person[1..])) : new(counterparty, Number(person), null), cancellation);
                break;
        }

        return await DeskAsync(http, desk, null, [], cancellation);
    }

    public static async Task<IResult> DismissAsync(long id, HttpContext http, CallDesk desk, CancellationToken cancellation)
    {
        await desk.DismissAsync(id, cancellation);
        return await DeskAsync(http, desk, null, [], cancellation);
    }

    public static async Task<IResult> LogAsync(long id, HttpContext http, CallDesk desk, InteractionWriter writer, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await desk.FindAsync(id, cancellation) is not { } call || (await desk.CardAsync(call, cancellation)).Who is not { } who)
        {
            return TypedResults.NotFound();
        }

        var now = clock.GetUtcNow();
        var reader = new InteractionFormReader(form, user.Zone, now);
        var draft = Draft(call, who.CounterpartyId, form["content"]) with
        {
            PersonId = who.PersonId,
            CardId = who.CardId,
            NextStep = form["nextStep"],
            NextAt = reader.NextAt(),
            Minutes = reader.Number("minutes", RefusalTexts.BadMinutes) ?? CallRule.Minutes(call, now),
            SubmissionKey = Submission.Of(["call", id.ToString(CultureInfo.InvariantCulture), form["content"], form["nextStep"]]),
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

    /// <summary>Keeps a caller whom nobody knows as a prospect, and the call as its first contact.</summary>
    public static async Task<IResult> ProspectAsync(
        long id, HttpContext http, CallDesk desk, ProspectStore prospects, DuplicateStore duplicates, InteractionWriter writer, TimeProvider clock, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await desk.FindAsync(id, cancellation) is not { } call)
        {
            return TypedResults.NotFound();
        }

        // An extension, or a number that was withheld, is nothing to call back.
        form = form.With(("phone", MechanismRule.Check(Contracts.ContactMechanismKind.Phone, call.Number) is null ? call.Number : ""));
        var refusals = new List<Refusal>();
        var draft = ProspectForm.Read(form, refusals) with { CallId = id };
        if (refusals.Count == 0 && await ProspectLikeness.FindAsync(duplicates, form, draft, cancellation) is { Count: > 0 } likely)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            var cards = await desk.OpenAsync(cancellation);
            var whom = ((long, IReadOnlyList<LikelySame>)?)(id, likely);
            return http.Request.IsPart() ? Screen.Of<CallPop>(new { Cards = cards, Likely = whom }) : Screen.Of<CallDeskPage>(new { Cards = cards, Likely = whom });
        }

        var outcome = refusals.Count > 0 ? new(0, refusals) : await prospects.AddAsync(draft, cancellation);
        if (outcome.Refusals.Count > 0)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await RefusedAsync(http, desk, [.. outcome.Refusals.Select(r => (id, r))], cancellation);
        }

        // A call without a word said about it is logged as one from a new caller.
        var now = clock.GetUtcNow();
        var said = string.IsNullOrWhiteSpace(form["note"]) ? draft.Person ?? draft.Name : form["note"];
        var logged = await writer.CreateAsync(Draft(call, outcome.Id, said) with { Minutes = CallRule.Minutes(call, now), Source = draft.Source }, cancellation);
        if (logged.Verdict != InteractionVerdict.Saved)
        {
            await desk.ChooseAsync(id, new(outcome.Id, null, null), cancellation); // the card then offers to log it
        }

        http.Response.Headers["HX-Trigger"] = "interaction-logged";
        return http.Request.IsPart()
            ? Screen.Of<CallPop>(new { Cards = await desk.OpenAsync(cancellation), Saved = (long?)logged.Id, Prospect = (long?)outcome.Id })
            : TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{outcome.Id}"));
    }

    private static InteractionDraft Draft(PhoneCall call, long counterpartyId, string content) => new()
    {
        CounterpartyId = counterpartyId,
        State = InteractionState.Done,
        Kind = InteractionKind.PhoneCall,
        Direction = call.Direction == CallDirection.Incoming ? InteractionDirection.Incoming : InteractionDirection.Outgoing,
        Content = content,
        StartedAt = call.AnsweredAt ?? call.RangAt,
        EndedAt = call.AnsweredAt is null ? null : call.EndedAt,
        CallId = call.Id,
    };

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
