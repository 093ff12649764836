using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Persons of one counterparty, their contact mechanisms and the counterparty's preferences.</summary>
internal static class PeopleEndpoints
{
    public static void MapPeopleScreens(this RouteGroupBuilder screens)
    {
        screens.MapGet("/person", PersonAsync);
        screens.MapPost("/person", SavePersonAsync);
        screens.MapPost("/person/place", PlaceAsync);
        screens.MapPost("/mechanisms", AddMechanismAsync);
        screens.MapPost("/mechanisms/{mechanism:long}/retire", RetireAsync);
        screens.MapPost("/mechanisms/{mechanism:long}/retry", RetryAsync);
        screens.MapMechanismNotes();
        screens.MapGet("/preferences", PreferencesAsync);
        screens.MapPost("/preferences", SavePreferencesAsync);
    }

    private static async Task<IResult> PersonAsync(long id, long? card, long? person, PeopleDesk desk, CancellationToken cancellation) =>
        await desk.CounterpartyAsync(id, cancellation) is not { } counterparty ? TypedResults.NotFound() : await desk.PageAsync(counterparty, card, person, null, [], cancellation);

    private static async Task<IResult> SavePersonAsync(long id, HttpContext http, PeopleDesk desk, PersonStore persons, PersonLikeness likeness, Show show, CancellationToken cancellation)
    {
        if (await desk.CounterpartyAsync(id, cancellation) is not { } counterparty)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var (card, person) = (Number(form["card"]), Number(form["person"]));
        var known = card is null && person is null ? null : await persons.FindAsync(id, card, person, show.Today, cancellation);
        var refusals = new List<Refusal>();
        var draft = PersonDraft.Read(form, known?.ContactPersonId is null, show.Today, refusals);
        var reached = known is null ? Reached(form, refusals) : [];
        var likely = known is null && refusals.Count == 0 && form["sure"] != "true" ? await likeness.OfPersonAsync(id, draft.Name, form["newPhone"].Trim(), form["newEmail"].Trim(), show.Today, cancellation) : [];
        if (refusals.Count == 0 && likely.Count == 0)
        {
            await desk.SaveAsync(counterparty, known, draft, reached, cancellation);
            return Back(id);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await desk.PageAsync(counterparty, card, person, form, refusals, cancellation, likely);
    }

    /// <summary>Phone and e-mail that are typed together with somebody new.</summary>
    private static List<MechanismDraft> Reached(InteractionForm form, List<Refusal> refusals)
    {
        var drafts = new List<MechanismDraft>();
        foreach (var (field, kind) in ((string, ContactMechanismKind)[])[("newPhone", ContactMechanismKind.Phone), ("newEmail", ContactMechanismKind.Email)])
        {
            if (form[field].Trim() is not { Length: > 0 } value)
            {
                continue;
            }

            if (MechanismRule.Check(kind, value) is { } wrong)
            {
                refusals.Add(wrong with { Field = field });
            }

            drafts.Add(new(kind, CleanText.Of(value), null, true, null, null));
        }

        return drafts;
    }

    private static async Task<IResult> PlaceAsync(long id, HttpContext http, PeopleDesk desk, PersonStore persons, Show show, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        if (await desk.CounterpartyAsync(id, cancellation) is not { } counterparty || Number(form["card"]) is not { } card || await persons.FindAsync(id, card, null, show.Today, cancellation) is null)
        {
            return TypedResults.NotFound();
        }

        if (Number(form["counterparty"]) is { } other && await desk.CounterpartyAsync(other, cancellation) is not null)
        {
            if (await persons.PlaceAsync(card, other, cancellation))
            {
                return Back(other);
            }

            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return await desk.PageAsync(counterparty, card, null, null, [new("counterparty", PeopleTexts.PlaceThere)], cancellation);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await desk.PageAsync(counterparty, card, null, null, [new("counterparty", RefusalTexts.NoCounterparty)], cancellation);
    }

    private static async Task<IResult> AddMechanismAsync(long id, HttpContext http, PeopleDesk desk, PersonStore persons, MechanismStore mechanisms, PersonLikeness likeness, Show show, CancellationToken cancellation)
    {
        if (await desk.CounterpartyAsync(id, cancellation) is not { } counterparty)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var (card, contact) = (Number(form["card"]), Number(form["person"]));
        var person = card is null && contact is null ? null : await persons.FindAsync(id, card, contact, show.Today, cancellation);
        if (person is null && (card ?? contact) is not null)
        {
            return TypedResults.NotFound();
        }

        var refusals = new List<Refusal>();
        var draft = MechanismStore.Read(form, refusals);
        var likely = refusals.Count == 0 && form["sure"] != "true" ? await likeness.OfMechanismAsync(id, draft.Kind, draft.Value, cancellation) : [];
        if (refusals.Count == 0 && likely.Count == 0)
        {
            refusals.AddRange(await mechanisms.AddAsync(counterparty, person, draft, cancellation));
        }

        if (refusals.Count == 0 && likely.Count == 0)
        {
            return Back(id);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await desk.PageAsync(counterparty, card, contact, form, refusals, cancellation, likely);
    }

    private static async Task<IResult> RetireAsync(long id, long mechanism, PeopleDesk desk, MechanismStore mechanisms, Show show, CancellationToken cancellation) =>
        await desk.CounterpartyAsync(id, cancellation) is not null && await mechanisms.RetireAsync(id, mechanism, show.Today, cancellation) ? Back(id) : TypedResults.NotFound();

    private static async Task<IResult> RetryAsync(long id, long mechanism, PeopleDesk desk, MechanismStore mechanisms, CancellationToken cancellation)
    {
        if (await desk.CounterpartyAsync(id, cancellation) is null)
        {
            return TypedResults.NotFound();
        }

        await mechanisms.RetryAsync(id, mechanism, cancellation);
        return Back(id);
    }

    private static async Task<IResult> PreferencesAsync(long id, PeopleDesk desk, PreferenceStore preferences, CancellationToken cancellation) =>
        await desk.CounterpartyAsync(id, cancellation) is { } counterparty
            ? Screen.Of<PreferencesPage>(new { Counterparty = counterparty, Form = PreferencesPage.Of(await preferences.FindAsync(id, cancellation)) })
            : TypedResults.NotFound();

    private static async Task<IResult> SavePreferencesAsync(long id, HttpContext http, PeopleDesk desk, PreferenceStore preferences, CancellationToken cancellation)
    {
        if (await desk.CounterpartyAsync(id, cancellation) is not { } counterparty)
        {
            return TypedResults.NotFound();
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var refusals = await preferences.SaveAsync(id, form, cancellation);
        if (refusals.Count == 0)
        {
            return Back(id);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<PreferencesPage>(new { Counterparty = counterparty, Form = form, Refusals = refusals });
    }

    private static Microsoft.AspNetCore.Http.HttpResults.RedirectHttpResult Back(long id) => TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{id}"));

    private static long? Number(string text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
}

/// <summary>Puts the screen of a person together.</summary>
internal sealed class PeopleDesk(CrmDbContext database, PersonStore persons, MechanismStore mechanisms, CurrentUser user, Show show)
{
    /// <summary>A counterparty that the user may write to; null when it is unknown or out of reach.</summary>
    public Task<CounterpartyRecord?> CounterpartyAsync(long id, CancellationToken cancellation) =>
        database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Within(user.Rights.WriteScope, user).FirstOrDefaultAsync(c => c.Id == id, cancellation);

    /// <summary>A contact mechanism that the ERP has, of a counterparty that the user may write to or of one of the ERP's persons there; null when there is none.</summary>
    public async Task<(CounterpartyRecord Counterparty, Person? Person, HeldMechanism Held)?> HeldAsync(long id, string? kind, string? value, long? personId, CancellationToken cancellation)
    {
        if (!Enum.TryParse<ContactMechanismKind>(kind, out var listed) || string.IsNullOrEmpty(value) || await CounterpartyAsync(id, cancellation) is not { IsProspect: false } counterparty)
        {
            return null;
        }

        var reached = await persons.ReachedAsync(counterparty, show.Today, cancellation);
        var person = personId is null ? null : PersonStore.Find(reached.Persons, null, personId);
        var normal = MechanismRule.Normal(listed, value);
        var held = (personId is null ? reached.Held : person?.Held ?? []).FirstOrDefault(h => h.Read.Kind == listed && MechanismRule.Normal(listed, h.Read.Value) == normal);
        return held is null ? null : (counterparty, person, held);
    }

    /// <summary>Keeps a person, and how somebody new is reached.</summary>
    public async Task SaveAsync(CounterpartyRecord counterparty, Person? known, PersonDraft draft, IReadOnlyList<MechanismDraft> reached, CancellationToken cancellation)
    {
        var card = await persons.SaveAsync(counterparty.Id, known, draft, cancellation);
        foreach (var mechanism in reached)
        {
            await mechanisms.AddAsync(counterparty, await persons.FindAsync(counterparty.Id, card, null, show.Today, cancellation), mechanism, cancellation);
        }
    }

    public async Task<IResult> PageAsync(CounterpartyRecord counterparty, long? card, long? person, InteractionForm? form, IReadOnlyList<Refusal> refusals, CancellationToken cancellation, IReadOnlyList<LikelyPerson>? likely = null)
    {
        var reached = await persons.ReachedAsync(counterparty, show.Today, cancellation);
        var known = card is null && person is null ? null : PersonStore.Find(reached.Persons, card, person);
        return known is null && (card ?? person) is not null ? TypedResults.NotFound() : Screen.Of<PersonPage>(new
        {
            Counterparty = counterparty,
            Known = known,
            Typed = form,
            Refusals = refusals,
            Likely = likely ?? [],
            Own = known?.Own ?? reached.Own,
            Held = known?.Held ?? reached.Held,
            Others = known?.Card is { } stored ? await persons.OthersAsync(stored.Id, counterparty.Id, cancellation) : [],
        });
    }
}
