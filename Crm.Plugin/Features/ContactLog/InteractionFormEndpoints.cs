using System.Globalization;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Logging and planning: the quick form of a card, and the whole form.</summary>
internal static class InteractionFormEndpoints
{
    /// <summary>Fields that the address of an empty form may fill: a call's card, a calendar's free hour.</summary>
    private static readonly string[] Offered = ["kind", "direction", "person", "minutes", "startedAt", "endedAt", "plannedStart", "plannedEnd", "subject", "call"];

    public static async Task<IResult> NewAsync(HttpContext http, InteractionChoices choices, CrmDbContext database, CurrentUser user, long? counterparty, string? state, string? back, CancellationToken cancellation)
    {
        var offer = await choices.OfferAsync(counterparty, null, cancellation);
        if (counterparty is not null && offer.Counterparty is null)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.New(counterparty ?? 0, Enum.TryParse<InteractionState>(state, ignoreCase: true, out var wanted) ? wanted : InteractionState.Done).With(("back", back ?? ""))
            .With([.. http.Request.Query.Where(q => Offered.Contains(q.Key)).Select(q => (q.Key, q.Value.ToString()))]);
        return Page(await RemindedAsync(form, database, user, cancellation), offer, []);
    }

    /// <summary>Unfolds the rest of the form, keeping what was typed.</summary>
    public static async Task<IResult> MoreAsync(HttpContext http, InteractionChoices choices, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var form = await RemindedAsync(InteractionForm.From(await http.Request.ReadFormAsync(cancellation)), database, user, cancellation);
        var offer = await choices.OfferAsync(Counterparty(form), form["find"], cancellation);
        return http.Request.IsPart() ? Screen.Of<MoreFields>(new { Form = form, Offer = offer }) : Page(form, offer, []);
    }

    public static async Task<IResult> CreateAsync(HttpContext http, InteractionServices services, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var reader = new InteractionFormReader(form, user.Zone, services.Clock.GetUtcNow());
        var draft = reader.Read();
        // The form offered the user's usual reminder: left as it was, it gives way to a start that is nearer.
        if (draft.RemindMinutesBefore is { } minutes && (draft.ResponsibleId ?? user.Id) == user.Id && minutes == await UsualReminder.ReadAsync(database, user.Id, cancellation))
        {
            draft = draft with { RemindMinutesBefore = null, UsualReminder = true };
        }

        var outcome = reader.Refusals.Count > 0
            ? new InteractionOutcome(InteractionVerdict.Refused, 0, [.. reader.Refusals, .. InteractionRule.Check(draft, services.Clock.GetUtcNow()).Where(r => reader.Refusals.All(o => o.Field != r.Field))])
            : await services.Writer.CreateAsync(draft, cancellation);
        if (outcome.Verdict == InteractionVerdict.Saved)
        {
            return Saved(http, form, outcome.Created!);
        }

        http.Response.StatusCode = outcome.Verdict == InteractionVerdict.NotFound && draft.CounterpartyId != 0 ? StatusCodes.Status404NotFound : StatusCodes.Status422UnprocessableEntity;
        var offer = await services.Choices.OfferAsync(Counterparty(form), form["find"], cancellation);
        return http.Request.IsPart()
            ? Screen.Of<LogContactForm>(new { CounterpartyId = draft.CounterpartyId, Form = form, outcome.Refusals, offer.Persons, Offer = form.Has("subject") ? offer : null })
            : Page(form, offer, outcome.Refusals);
    }

    public static async Task<IResult> FindCounterpartyAsync(InteractionChoices choices, string? find, CancellationToken cancellation) =>
        Screen.Of<CounterpartyChoices>(new { Typed = find, Found = await choices.FindAsync(find, cancellation) });

    /// <summary>Where a form wants to go back to, if that is within this site.</summary>
    public static string Back(string wanted, string otherwise) =>
        wanted is ['/', ..] && !wanted.StartsWith("//", StringComparison.Ordinal) && !wanted.Contains('\\', StringComparison.Ordinal) ? wanted : otherwise;

    private static IResult Saved(HttpContext http, InteractionForm form, InteractionEntry created)
    {
        if (!http.Request.IsPart())
        {
            return TypedResults.LocalRedirect(Back(form["back"], string.Create(CultureInfo.InvariantCulture, $"/counterparties/{created.CounterpartyId}")));
        }

        http.Response.Headers["HX-Reswap"] = "none";
        http.Response.Headers["HX-Trigger-After-Swap"] = "interaction-logged";
        return Screen.Of<LoggedContact>(new { Entry = created });
    }

    /// <summary>The whole form shows the reminder that a plan would get.</summary>
    private static async Task<InteractionForm> RemindedAsync(InteractionForm form, CrmDbContext database, CurrentUser user, CancellationToken cancellation) =>
        form.Has("remind") ? form : form.With(("remind", (await UsualReminder.ReadAsync(database, user.Id, cancellation))?.ToString(CultureInfo.InvariantCulture) ?? ""));

    private static long? Counterparty(InteractionForm form) =>
        long.TryParse(form["counterparty"], NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static IResult Page(InteractionForm form, InteractionOffer offer, IReadOnlyList<Refusal> refusals) =>
        Screen.Of<NewInteractionPage>(new { Form = form, Offer = offer, Refusals = refusals });
}

/// <summary>What the endpoints of the contact log work with.</summary>
internal sealed class InteractionServices(InteractionWriter writer, InteractionChoices choices, TimeProvider clock)
{
    public InteractionWriter Writer => writer;

    public InteractionChoices Choices => choices;

    public TimeProvider Clock => clock;
}
