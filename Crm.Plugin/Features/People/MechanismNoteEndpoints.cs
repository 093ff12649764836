using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Shell;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Features.People;

/// <summary>Label, main flag and days of one contact mechanism that the ERP has.</summary>
internal static class MechanismNoteEndpoints
{
    public static void MapMechanismNotes(this RouteGroupBuilder screens)
    {
        screens.MapGet("/mechanism", OpenAsync);
        screens.MapPost("/mechanism", SaveAsync);
        screens.MapPost("/mechanism/{note:long}/retry", RetryAsync);
    }

    /// <summary>Where the screen of one mechanism is.</summary>
    public static string Address(long counterpartyId, long? personId, ContactMechanism read) => string.Create(
        CultureInfo.InvariantCulture, $"/counterparties/{counterpartyId}/mechanism?kind={read.Kind}&value={Uri.EscapeDataString(read.Value)}{(personId is { } id ? $"&person={id}" : "")}");

    private static async Task<IResult> OpenAsync(long id, string? kind, string? value, long? person, PeopleDesk desk, CancellationToken cancellation) =>
        await desk.HeldAsync(id, kind, value, person, cancellation) is var (counterparty, owner, held)
            ? Page(counterparty, owner, held, MechanismNotePage.Of(held), []) : TypedResults.NotFound();

    private static async Task<IResult> SaveAsync(long id, HttpContext http, PeopleDesk desk, MechanismNoteStore notes, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        long? person = long.TryParse(form["person"], NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        if (await desk.HeldAsync(id, form["kind"], form["value"], person, cancellation) is not var (counterparty, owner, held))
        {
            return TypedResults.NotFound();
        }

        var refusals = new List<Refusal>();
        var draft = MechanismNoteStore.Read(form, held, refusals);
        if (refusals.Count == 0)
        {
            await notes.SaveAsync(counterparty, owner, held, draft, cancellation);
            return Back(id);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page(counterparty, owner, held, form, refusals);
    }

    private static async Task<IResult> RetryAsync(long id, long note, PeopleDesk desk, MechanismNoteStore notes, CancellationToken cancellation) =>
        await desk.CounterpartyAsync(id, cancellation) is not null && await notes.RetryAsync(id, note, cancellation) > 0 ? Back(id) : TypedResults.NotFound();

    private static IResult Page(CounterpartyRecord counterparty, Person? owner, HeldMechanism held, InteractionForm form, IReadOnlyList<Refusal> refusals) =>
        Screen.Of<MechanismNotePage>(new { Counterparty = counterparty, Person = owner, Held = held, Form = form, Refusals = refusals });

    private static RedirectHttpResult Back(long id) => TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{id}"));
}
