using System.ComponentModel;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Api;

internal static class CounterpartyEndpoints
{
    public static void MapCounterparties(this RouteGroupBuilder api)
    {
        api.MapGet("/counterparties", ListAsync)
            .WithName("listCounterparties").WithTags("Counterparties").WithSummary("Search: matches of the name first, each in the order of names.")
            .WithDescription("A fragment of a phone number finds every number that holds its digits; such an answer is one page. With 'key' the other filters are not looked at. Prospects, whom no ERP has yet, are listed by /prospects.")
            .Produces<ApiPage<CounterpartyAnswer>>();
        api.MapGet("/counterparties/{id:long}", FindAsync)
            .WithName("getCounterparty").WithTags("Counterparties").WithSummary("One counterparty with contact information, contact persons and freshness.")
            .Produces<CounterpartyCardAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapGet("/counterparties/{id:long}/timeline", TimelineAsync)
            .WithName("getTimeline").WithTags("Counterparties").WithSummary("Contacts and documents of one counterparty, latest first.")
            .Produces<ApiPage<TimelineAnswer>>().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> ListAsync(
        CounterpartySearch search,
        CounterpartyLookup lookup,
        ClassificationSegments segments,
        [Description("Fragment of a name, code, tax number, phone or e-mail; capital letters do not count.")] string? q,
        [Description("customer or supplier.")] string? role,
        [Description("Sign-in name of the responsible user; '-' for nobody.")] string? manager,
        [Description("A, B, C or none.")] string? importance,
        [Description("potential, oneTime, regular, lost or none.")] string? stage,
        [Description("Name of a saved segment.")] string? segment,
        [Description("True: also those that the ERP hides or no longer has.")] bool? inactive,
        [Description("Look-up by the ERP's own key, compared letter by letter.")] string? key,
        [Description("With 'key': name of the connection, where two ERPs use one key.")] string? connection,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        if (key is not null)
        {
            return ApiJson.Answer(new ApiPage<CounterpartyAnswer>(await lookup.AnswersAsync(await lookup.ByKeyAsync(key, connection, cancellation), cancellation), null));
        }

        if (Unknown(nameof(role), role, ["customer", "supplier"]) is { } badRole)
        {
            return badRole;
        }

        if ((Unknown(nameof(importance), importance, Importances) ?? Unknown(nameof(stage), stage, Stages)) is { } badClass)
        {
            return badClass;
        }

        if (q?.Length > 200)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-parameter", "'q' may have 200 characters.");
        }

        if (after is not null && ListCursor.Parse(after) == ListCursor.Start)
        {
            return ApiProblem.BadCursor();
        }

        var chosen = segment is null ? null : (await segments.ListAsync(cancellation)).FirstOrDefault(s => s.Name == segment);
        if (segment is not null && chosen is null)
        {
            return ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-parameter", "There is no segment of the name in 'segment'.");
        }

        var filter = new CounterpartyFilter(
            q?.Trim() ?? "", role switch { null => null, "customer" => CounterpartyRoles.Customer, _ => CounterpartyRoles.Supplier }, manager,
            Number(importance, Importances), Number(stage, Stages), inactive == true) { Segment = chosen?.Id, IsProspect = false };
        var list = await search.ListAsync(filter, after, limit ?? Paging.DefaultRows, cancellation);
        return ApiJson.Answer(new ApiPage<CounterpartyAnswer>(await lookup.AnswersAsync(list.Lines, cancellation), list.Next));
    }

    private static async Task<IResult> FindAsync(
        [Description("The plugin's number of it.")] long id, CounterpartyCardStore cards, PersonStore persons, CounterpartyLookup lookup, Show show, CancellationToken cancellation)
    {
        if (await cards.ReadAsync(id, show.Today, cancellation) is not { } card)
        {
            return ApiProblem.NotFound("counterparty");
        }

        var record = card.Record;
        var reached = await persons.ReachedAsync(record, show.Today, cancellation);
        var people = reached.Persons;
        return ApiJson.Answer(new CounterpartyCardAnswer(
            (await lookup.AnswersAsync([CounterpartyLookup.LineOf(record)], cancellation))[0],
            MechanismAnswer.Of(MechanismNoteRule.Offered(reached.Held)),
            MirrorJson.ReadAddresses(record.Addresses),
            [.. people.Where(p => p.ContactPersonId is not null).Select(p => new PersonAnswer(p.ContactPersonId!.Value, p.Name, p.Position, MechanismAnswer.Of(p.Mechanisms), p.Birthday, p.IsActive))],
            [
                .. people.Where(p => p.ContactPersonId is null).Select(p => new OwnPersonAnswer(
                    p.Card!.Id, p.Name, p.Position, MechanismAnswer.Of([.. p.Mechanisms, .. p.Own.Select(o => new ContactMechanism(o.Kind, o.Value, o.Label))]), p.Birthday, p.IsActive, p.Card.DoNotContact)),
            ],
            record.CreatedOn,
            card.LastOrderOn,
            new(record.ReadAt, record.Version, card.Freshness.CheckedAt, card.Freshness.Failure?.ToString().ToLowerInvariant())));
    }

    private static async Task<IResult> TimelineAsync(
        [Description("The plugin's number of it.")] long id,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CounterpartyCardStore cards,
        Timeline timeline,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        if (!Paging.IsDotted(after, 3))
        {
            return ApiProblem.BadCursor();
        }

        if (await cards.FindAsync(id, cancellation) is null)
        {
            return ApiProblem.NotFound("counterparty");
        }

        var part = await timeline.ReadAsync(id, after, limit ?? Paging.DefaultRows, cancellation);
        return ApiJson.Answer(new ApiPage<TimelineAnswer>([.. part.Entries.Select(e => new TimelineAnswer(e.At, e.IsDay, e.Title, e.Text, e.Note, e.Address))], part.Next));
    }

    // Their places are the stored numbers; "none" is 0.
    private static readonly string[] Importances = ["none", "A", "B", "C"];
    private static readonly string[] Stages = ["none", "potential", "oneTime", "regular", "lost"];

    private static short? Number(string? word, string[] words) =>
        string.IsNullOrEmpty(word) ? null : (short)Array.FindIndex(words, w => w.Equals(word, StringComparison.OrdinalIgnoreCase));

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult? Unknown(string parameter, string? word, string[] words) =>
        string.IsNullOrEmpty(word) || words.Contains(word, StringComparer.OrdinalIgnoreCase) ? null
            : ApiProblem.Of(StatusCodes.Status400BadRequest, "bad-parameter", $"'{parameter}' must be one of: {string.Join(", ", words)}.");
}
