using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using Crm.Contracts;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>What is known of a prospect, to be kept. With PUT, what is left out stays as it is and "" empties it.</summary>
internal sealed record NewProspect
{
    /// <summary>The person's name, where a company is named too; else the prospect's own. Not with PUT.</summary>
    public string? Name { get; init; }

    /// <summary>The company's name; with PUT, the prospect's own name.</summary>
    public string? Company { get; init; }

    /// <summary>The main one first, at most 20.</summary>
    public IReadOnlyList<string>? Phones { get; init; }

    /// <summary>The main one first, at most 20.</summary>
    public IReadOnlyList<string>? Emails { get; init; }

    public string? Website { get; init; }

    public string? Country { get; init; }

    public string? Region { get; init; }

    public string? City { get; init; }

    public string? PostalCode { get; init; }

    public string? Street { get; init; }

    public string? TaxId { get; init; }

    /// <summary>Where they had heard of the company.</summary>
    public string? Source { get; init; }

    /// <summary>What they want.</summary>
    public string? Note { get; init; }

    /// <summary>Sign-in name of the responsible user; the token's user when left out.</summary>
    public string? Responsible { get; init; }

    /// <summary>True: it is nobody of those who are like it. Otherwise a likely double is refused.</summary>
    public bool Sure { get; init; }

    /// <summary>The same as the form of the screen; what was left out is no field of it.</summary>
    public InteractionForm Form(long? responsible)
    {
        (string, string?)[] fields =
        [
            ("name", Name), ("company", Company), ("phone", Phones is null ? null : string.Join('\n', Phones)), ("email", Emails is null ? null : string.Join('\n', Emails)), ("website", Website),
            ("country", Country), ("region", Region), ("city", City), ("postalCode", PostalCode), ("street", Street), ("taxId", TaxId), ("source", Source), ("note", Note),
            ("responsible", responsible?.ToString(CultureInfo.InvariantCulture)), ("sure", Sure ? "true" : null),
        ];
        return new InteractionForm().With([.. fields.Where(f => f.Item2 is not null).Select(f => (f.Item1, f.Item2!))]);
    }
}

/// <summary>A counterparty of an ERP that a prospect turned out to be.</summary>
internal sealed record ProspectLink(long Counterparty);

/// <summary>The ERP that a prospect shall be entered in.</summary>
/// <param name="Connection">Name of the connection; may be left out where one ERP is installed.</param>
internal sealed record ProspectEntry(string? Connection);

/// <summary>Why a prospect is given up.</summary>
internal sealed record ProspectReason(string Reason);

/// <summary>A prospect.</summary>
/// <param name="Id">Number of its counterparty: contacts, plans and letters are logged with it.</param>
/// <param name="Counterparty">Number of the counterparty of the ERP; null until it is converted. The same as <paramref name="Id"/> where it was entered in the ERP from here.</param>
/// <param name="Entry">none, waiting, made or refused: what became of the wish to have it entered in the ERP.</param>
/// <param name="Failure">Code of the last failure to enter it.</param>
/// <param name="Responsible">Sign-in name.</param>
internal sealed record ProspectAnswer(
    long Id, string Name, [property: JsonConverter(typeof(Word<ProspectState>))] ProspectState State, IReadOnlyList<MechanismAnswer> Mechanisms, PostalAddress? Address, string? TaxId, string? Source, string? Note,
    string? Reason, string? Responsible, DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt, long? Counterparty, [property: JsonConverter(typeof(Word<ProspectFate>))] ProspectFate Entry, string? Failure)
{
    public static ProspectAnswer Of(ProspectCase prospect) => new(
        prospect.Party.Id, prospect.Party.Name, prospect.Record.State, MechanismAnswer.Of(MirrorJson.ReadMechanisms(prospect.Party.Mechanisms)), MirrorJson.ReadAddresses(prospect.Party.Addresses) is [var main, ..] ? main : null,
        prospect.Party.TaxId, prospect.Record.Source, prospect.Record.Note, prospect.Record.Reason, prospect.Party.ManagerLogin, prospect.Record.CreatedAt, prospect.Record.ClosedAt,
        prospect.Record.State == ProspectState.Converted ? prospect.Record.OtherId ?? prospect.Party.Id : null, prospect.Record.Fate, prospect.Record.Failure);
}

/// <summary>A prospect of a list.</summary>
/// <param name="Id">Number of its counterparty.</param>
/// <param name="NextAt">When the next contact is planned.</param>
/// <param name="LastAt">When the last contact was.</param>
/// <param name="Counterparty">Number of the counterparty of the ERP that it became.</param>
internal sealed record ProspectRow(
    long Id, string Name, string? Phone, string? Email, [property: JsonConverter(typeof(Word<ProspectState>))] ProspectState State, string? Source, string? Note, string? Reason, string? Responsible,
    DateTimeOffset CreatedAt, DateTimeOffset? NextAt, DateTimeOffset? LastAt, long? Counterparty)
{
    public static ProspectRow Of(ProspectLine line) => new(
        line.Id, line.Name, line.Phone, line.Email, line.State, line.Source, line.Note, line.Reason, line.ManagerLogin, line.CreatedAt, line.NextAt, line.LastAt,
        line.State == ProspectState.Converted ? line.OtherId ?? line.Id : null);
}

/// <summary>Prospects by program, with the rights of the screens.</summary>
internal static class ProspectApi
{
    public static void MapProspectApi(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v1/prospects").RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = BearerHandler.Name }).AddEndpointFilter<UnreadableParameters>()
            .WithTags("Prospects").ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status401Unauthorized);
        api.MapGet("", ListAsync).WithName("listProspects").WithSummary("Prospects, latest first.").Produces<ApiPage<ProspectRow>>();
        api.MapGet("/{id:long}", FindAsync).WithName("getProspect").WithSummary("One prospect.").Produces<ProspectAnswer>().ProducesProblem(StatusCodes.Status404NotFound);
        api.MapPost("", AddAsync).WithName("createProspect").WithSummary("Keeps somebody who got in touch and whom no ERP has.")
            .WithDescription("Whoever is likely to be somebody known is refused with code 'prospects.likely' and the numbers in 'likely', unless 'sure' is true.")
            .Produces<ProspectAnswer>(StatusCodes.Status201Created).ProducesProblem(StatusCodes.Status409Conflict).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);
        Describe(api.MapPut("/{id:long}", EditAsync)).WithName("editProspect").WithSummary("Changes a prospect that no ERP has yet.");
        Describe(api.MapPost("/{id:long}/link", LinkAsync)).WithName("linkProspect").WithSummary("The prospect is this counterparty of an ERP: what hangs on it moves there. Sent twice, it is done once.");
        Describe(api.MapPost("/{id:long}/create", CreateAsync)).WithName("enterProspect").WithSummary("Has the prospect entered in an ERP. Done by a job: read the prospect again to see what became of it.");
        Describe(api.MapPost("/{id:long}/give-up", GiveUpAsync)).WithName("giveUpProspect").WithSummary("Nobody works on it any more.");
    }

    private static RouteHandlerBuilder Describe(RouteHandlerBuilder route) =>
        route.Produces<ProspectAnswer>().ProducesProblem(StatusCodes.Status404NotFound).ProducesValidationProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ListAsync(
        ProspectList list,
        CrmDbContext database,
        [Description("open, givenUp or converted; all when left out.")] string? state,
        [Description("Words of the name.")] string? q,
        [Description("Sign-in name of the responsible user.")] string? responsible,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        if (!Paging.TryNumber(after, out var before))
        {
            return ApiProblem.BadCursor();
        }

        if (!Word<ProspectState>.TryRead(state, out var inState))
        {
            return Word<ProspectState>.Unknown(nameof(state));
        }

        long? of = string.IsNullOrEmpty(responsible) ? null : await UserAsync(database, responsible, cancellation) ?? 0; // 0: nobody has this login
        var rows = await list.ReadAsync(new(inState, q?.Length > 200 ? q[..200] : q ?? "", of, false), before, (limit ?? Paging.DefaultRows) + 1, cancellation);
        return ApiJson.Answer(Paging.Page(rows, limit ?? Paging.DefaultRows, ProspectRow.Of, r => r.Number));
    }

    private static async Task<IResult> FindAsync([Description("Number of its counterparty.")] long id, ProspectStore prospects, CancellationToken cancellation) =>
        await prospects.FindAsync(id, cancellation) is { } prospect ? ApiJson.Answer(ProspectAnswer.Of(prospect)) : ApiProblem.NotFound("prospect");

    private static async Task<IResult> AddAsync(NewProspect body, ProspectStore prospects, DuplicateStore duplicates, CrmDbContext database, HttpResponse response, CancellationToken cancellation)
    {
        var (form, refusals) = await ReadAsync(body, database, cancellation);
        var draft = ProspectForm.Read(form, refusals);
        if (refusals.Count == 0 && await ProspectLikeness.FindAsync(duplicates, form, draft, cancellation) is { Count: > 0 } likely)
        {
            return TypedResults.Problem(
                "Somebody known is like this one: log the contact there, or send 'sure'.", statusCode: StatusCodes.Status409Conflict,
                extensions: [new("code", "prospects.likely"), new("likely", likely.Select(l => l.Id).ToArray())]);
        }

        var outcome = refusals.Count > 0 ? new(0, refusals) : await prospects.AddAsync(draft, cancellation);
        if (outcome.Refusals.Count > 0)
        {
            return Api.InteractionEndpoints.Refused(outcome.Refusals);
        }

        response.Headers.Location = string.Create(CultureInfo.InvariantCulture, $"/api/v1/prospects/{outcome.Id}");
        return ApiJson.Answer(ProspectAnswer.Of((await prospects.FindAsync(outcome.Id, cancellation))!), StatusCodes.Status201Created);
    }

    private static async Task<IResult> EditAsync([Description("Number of its counterparty.")] long id, NewProspect body, ProspectStore prospects, CrmDbContext database, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return ApiProblem.NotFound("prospect that the user may change");
        }

        var (form, refusals) = await ReadAsync(body, database, cancellation);
        var draft = ProspectForm.Read(ProspectForm.Over(form, prospect), refusals);
        return await AnswerAsync(id, refusals.Count > 0 ? refusals : (await prospects.EditAsync(prospect, draft, cancellation)).Refusals, prospects, cancellation);
    }

    private static async Task<IResult> LinkAsync([Description("Number of its counterparty.")] long id, ProspectLink body, ProspectStore prospects, ProspectConversion conversion, CancellationToken cancellation) =>
        await prospects.FindToWriteAsync(id, cancellation) is null ? ApiProblem.NotFound("prospect that the user may change")
            : await AnswerAsync(id, Of(await conversion.LinkAsync(id, body.Counterparty, cancellation)), prospects, cancellation);

    private static async Task<IResult> CreateAsync([Description("Number of its counterparty.")] long id, ProspectEntry body, ProspectStore prospects, ProspectTargets targets, ProspectOutbox outbox, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return ApiProblem.NotFound("prospect that the user may change");
        }

        var offered = (await targets.ReadAsync(cancellation)).Where(t => body.Connection is null || t.Name == body.Connection).ToList();
        var wrong = offered is [{ Takes: not false } target] ? await outbox.RequestAsync(prospect, target.ConnectionId, cancellation)
            : offered.Count > 1 ? new("connection", RefusalTexts.NotListed) : new Refusal("connection", ProspectTexts.NoWriter);
        return await AnswerAsync(id, Of(wrong), prospects, cancellation);
    }

    private static async Task<IResult> GiveUpAsync([Description("Number of its counterparty.")] long id, ProspectReason body, ProspectStore prospects, CancellationToken cancellation) =>
        await prospects.FindToWriteAsync(id, cancellation) is not { } prospect ? ApiProblem.NotFound("prospect that the user may change")
            : await AnswerAsync(id, Of(await prospects.GiveUpAsync(prospect, body.Reason, cancellation)), prospects, cancellation);

    private static IReadOnlyList<Refusal> Of(Refusal? wrong) => wrong is null ? [] : [wrong];

    private static async Task<IResult> AnswerAsync(long id, IReadOnlyList<Refusal> refusals, ProspectStore prospects, CancellationToken cancellation) =>
        refusals.Count > 0 ? Api.InteractionEndpoints.Refused(refusals)
            : await prospects.FindAsync(id, cancellation) is { } now ? (IResult)ApiJson.Answer(ProspectAnswer.Of(now))
            : ApiProblem.NotFound("prospect"); // given to somebody whose prospects this user may not see

    private static async Task<(InteractionForm Form, List<Refusal> Refusals)> ReadAsync(NewProspect body, CrmDbContext database, CancellationToken cancellation)
    {
        var refusals = new List<Refusal>();
        var responsible = string.IsNullOrEmpty(body.Responsible) ? null : await UserAsync(database, body.Responsible, cancellation);
        if (responsible is null && !string.IsNullOrEmpty(body.Responsible))
        {
            refusals.Add(new("responsible", ProspectTexts.BadResponsible));
        }

        return (body.Form(responsible), refusals);
    }

    private static Task<long?> UserAsync(CrmDbContext database, string login, CancellationToken cancellation) =>
        database.Set<UserAccount>().Where(a => a.Login == login).Select(a => (long?)a.Id).FirstOrDefaultAsync(cancellation);
}
