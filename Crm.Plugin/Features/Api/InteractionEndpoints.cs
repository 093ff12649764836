using System.ComponentModel;
using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Http.HttpResults;
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
            .WithName("getInteraction").WithTags("Interactions").WithSummary("One contact.")
            .Produces<InteractionAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("/interactions", CreateAsync)
            .WithName("createInteraction").WithTags("Interactions").WithSummary("Logs or plans a contact.")
            .WithDescription("Sent twice, it is logged twice. What is refused is told in 'errors' at the name of the field.")
            .Produces<InteractionAnswer>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status404NotFound).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        api.MapInteractionSteps();
    }

    private static async Task<IResult> ListAsync(
        InteractionStore store,
        CrmDbContext database,
        [Description("Only this counterparty's (the plugin's number of it).")] long? counterparty,
        [Description("Sign-in name of the responsible user.")] string? responsible,
        [Description("phoneCall, meeting, email, letter, message or other.")] string? kind,
        [Description("planned, done or cancelled.")] string? state,
        [Description("From this instant on.")] DateTimeOffset? from,
        [Description("Before this instant.")] DateTimeOffset? before,
        [Description("Words that all occur somewhere; capital letters do not count.")] string? q,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        InteractionCursor? cursor = null;
        if (after is not null)
        {
            if (!InteractionCursor.TryParse(after, CultureInfo.InvariantCulture, out var parsed))
            {
                return ApiProblem.BadCursor();
            }

            cursor = parsed;
        }

        if (!Word<InteractionKind>.TryRead(kind, out var ofKind))
        {
            return Word<InteractionKind>.Unknown(nameof(kind));
        }

        if (!Word<InteractionState>.TryRead(state, out var inState))
        {
            return Word<InteractionState>.Unknown(nameof(state));
        }

        long? user = string.IsNullOrEmpty(responsible) ? null : await UserAsync(database, responsible, cancellation) ?? 0; // 0: nobody has this login
        var slice = await store.ListAsync(
            new() { CounterpartyId = counterparty, ResponsibleId = user, Kind = ofKind, State = inState, From = from, Before = before, Text = q },
            cursor, limit ?? Paging.DefaultRows, cancellation);
        return ApiJson.Answer(new ApiPage<InteractionAnswer>([.. slice.Entries.Select(InteractionAnswer.Of)], slice.Next?.ToString()));
    }

    private static async Task<IResult> FindAsync([Description("Number of it.")] long id, InteractionStore store, CancellationToken cancellation) =>
        await store.FindEntryAsync(id, cancellation) is { } entry ? ApiJson.Answer(InteractionAnswer.Of(entry)) : ApiProblem.NotFound("interaction");

    private static async Task<IResult> CreateAsync(
        NewInteraction body, InteractionWriter writer, CrmDbContext database, HttpResponse response, CancellationToken cancellation)
    {
        long? responsible = null;
        if (!string.IsNullOrEmpty(body.Responsible))
        {
            responsible = await UserAsync(database, body.Responsible, cancellation);
            if (responsible is null)
            {
                return Refused([new("responsible", RefusalTexts.UserUnknown)]);
            }
        }

        var logins = (body.Users ?? []).Distinct(StringComparer.Ordinal).ToList();
        var users = logins.Count == 0 ? [] : await database.Set<UserAccount>().Where(a => logins.Contains(a.Login)).ToDictionaryAsync(a => a.Login, a => a.Id, cancellation);
        if (users.Count < logins.Count)
        {
            return Refused([new("users", RefusalTexts.UserUnknown)]);
        }

        var outcome = await writer.CreateAsync(body.Draft(responsible, [.. users.Values]), cancellation);
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
