using System.ComponentModel;
using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Api;

internal static class InteractionEndpoints
{
    public static void MapInteractions(this RouteGroupBuilder api)
    {
        api.MapGet("/interactions", ListAsync)
            .WithName("listInteractions").WithTags("Interactions").WithSummary("The contact log, latest first; planned contacts too.")
            .Produces<ApiPage<InteractionAnswer>>();
        api.MapGet("/interactions/{id:long}", FindAsync)
            .WithName("getInteraction").WithTags("Interactions").WithSummary("One contact, with everything that a change sends back.")
            .Produces<InteractionDetails>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/interactions", CreateAsync)
            .WithName("createInteraction").WithTags("Interactions").WithSummary("Logs or plans a contact.")
            .WithDescription("Sent again with the same 'Idempotency-Key' – up to 200 characters, chosen by the sender – it is not logged again: the answer is the contact that the first one made. Without a key it is logged each time. What is refused is told in 'errors' at the name of the field.")
            .Produces<InteractionAnswer>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status404NotFound).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapPut("/interactions/{id:long}", InteractionChange.PutAsync)
            .WithName("changeInteraction").WithTags("Interactions").WithSummary("Changes a contact: what is left out becomes empty.")
            .WithDescription("Read it, change what is to be changed, and send it all with the 'version' that was read. 'checklist' and 'orders' stay as they are when left out. Counterparty and state are changed by no edit; see done, cancel and postpone.")
            .Produces<InteractionDetails>().ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapInteractionSteps();
    }

    private static async Task<IResult> ListAsync(
        InteractionStore store,
        CrmDbContext database,
        [AsParameters] InteractionQuestion asked,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(asked.Limit))
        {
            return ApiProblem.BadLimit();
        }

        InteractionCursor? cursor = null;
        if (asked.After is not null)
        {
            if (!InteractionCursor.TryParse(asked.After, CultureInfo.InvariantCulture, out var parsed))
            {
                return ApiProblem.BadCursor();
            }

            cursor = parsed;
        }

        if (asked.Filter(out var filter) is { } unknown)
        {
            return unknown;
        }

        long? user = string.IsNullOrEmpty(asked.Responsible) ? null : await UserAsync(database, asked.Responsible, cancellation) ?? 0; // 0: nobody has this login
        var slice = await store.ListAsync(filter with { ResponsibleId = user }, cursor, asked.Limit ?? Paging.DefaultRows, cancellation);
        return ApiJson.Answer(new ApiPage<InteractionAnswer>([.. slice.Entries.Select(InteractionAnswer.Of)], slice.Next?.ToString()));
    }

    private static async Task<IResult> FindAsync([Description("Number of it.")] long id, InteractionChange change, CancellationToken cancellation) =>
        await change.FindAsync(id, cancellation) is { } details ? ApiJson.Answer(details) : ApiProblem.NotFound("interaction");

    private static async Task<IResult> CreateAsync(
        [FromHeader(Name = "Idempotency-Key"), Description("Names this request: sent again with it, nothing is logged twice.")] string? key,
        NewInteraction body, InteractionWriter writer, CrmDbContext database, HttpResponse response, CancellationToken cancellation)
    {
        if (key?.Length > 200)
        {
            return Refused([new("Idempotency-Key", RefusalTexts.TooLong, 200, key.Length)]);
        }

        var (responsible, users, refusals) = await UsersAsync(database, body, cancellation);
        if (refusals.Count > 0)
        {
            return Refused(refusals);
        }

        var outcome = await writer.CreateAsync(body.Draft(responsible, users) with { SubmissionKey = string.IsNullOrEmpty(key) ? null : Submission.Of(["api", key]) }, cancellation);
        if (outcome.Verdict == InteractionVerdict.NotFound)
        {
            return ApiProblem.NotFound("counterparty that the user may write to");
        }

        if (outcome.Verdict != InteractionVerdict.Saved)
        {
            return Refused(outcome.Refusals);
        }

        response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/api/v1/interactions/{outcome.Id}");
        return ApiJson.Answer(InteractionAnswer.Of(outcome.Created!), StatusCodes.Status201Created);
    }

    /// <summary>Whom the sign-in names of a body mean.</summary>
    public static async Task<(long? Responsible, IReadOnlyList<long> Users, IReadOnlyList<Refusal> Refusals)> UsersAsync(CrmDbContext database, InteractionBody body, CancellationToken cancellation)
    {
        long? responsible = string.IsNullOrEmpty(body.ResponsibleName) ? null : await UserAsync(database, body.ResponsibleName, cancellation);
        if (responsible is null && !string.IsNullOrEmpty(body.ResponsibleName))
        {
            return (null, [], [new("responsible", RefusalTexts.UserUnknown)]);
        }

        var logins = (body.Users ?? []).Distinct(StringComparer.Ordinal).ToList();
        var users = logins.Count == 0 ? [] : await database.Set<UserAccount>().Where(a => logins.Contains(a.Login)).ToDictionaryAsync(a => a.Login, a => a.Id, cancellation);
        return users.Count < logins.Count ? (null, [], [new("users", RefusalTexts.UserUnknown)]) : (responsible, [.. users.Values], []);
    }

    private static Task<long?> UserAsync(CrmDbContext database, string login, CancellationToken cancellation) =>
        database.Set<UserAccount>().Where(a => a.Login == login).Select(a => (long?)a.Id).FirstOrDefaultAsync(cancellation);

    public static ProblemHttpResult Refused(IReadOnlyList<Refusal> refusals) => TypedResults.Problem(new HttpValidationProblemDetails(
        refusals.GroupBy(r => r.Field, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Select(Text).ToArray(), StringComparer.Ordinal))
    {
        Status = StatusCodes.Status422UnprocessableEntity,
        Title = "Unprocessable Entity",
        Detail = "Nothing was saved; 'errors' tells why.",
        Extensions = { ["code"] = "refused" },
    });

    private static string Text(Refusal refusal) => string.Format(
        CultureInfo.InvariantCulture, refusal.Text, [.. refusal.Arguments.Select(a => a is DateTimeOffset at ? at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) : a)]);
}
