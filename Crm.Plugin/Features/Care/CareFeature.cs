using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Care;

/// <summary>Registers the plan of care.</summary>
internal static class CareFeature
{
    private const int PageSize = 50;

    public static IServiceCollection AddCare(this IServiceCollection services) => services.AddScoped<CareRules>().AddScoped<CareStore>();

    public static void MapCare(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/care", ShowAsync);
        routes.MapGet("/care/counterparties/{id:long}", OfOneAsync);
        routes.MapPost("/care/rules", SaveAsync).RequireAuthorization(Policies.Classify);
    }

    private static Task<IResult> ShowAsync(HttpRequest request, string? who, string? name, long? id, CareStore store, CareRules rules, CurrentUser user, CancellationToken cancellation) =>
        PageAsync(request, who, name is { Length: <= 500 } && id is { } last ? (name, last) : null, null, [], store, rules, user, cancellation);

    /// <summary>A part of the card, which asks for it once it is there: the rules of segments are not to delay it.</summary>
    private static async Task<IResult> OfOneAsync(long id, CareStore store, CareRules rules, CurrentUser user, CancellationToken cancellation)
    {
        var care = await store.OfAsync(id, cancellation);
        return Screen.Of<CareLine>(new
        {
            Care = care,
            Segments = care?.Rules[0].SegmentId is null ? [] : await rules.SegmentsAsync(cancellation),
            MayWrite = care is not null && Reach.Covers(user.Rights.WriteScope, user, care.ManagerLogin),
        });
    }

    private static async Task<IResult> SaveAsync(HttpContext http, CareStore store, CareRules rules, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var refusals = await rules.SaveAsync(form, cancellation);
        if (refusals.Count == 0)
        {
            return TypedResults.LocalRedirect("/care");
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await PageAsync(http.Request, null, null, form, refusals, store, rules, user, cancellation);
    }

    private static async Task<IResult> PageAsync(
        HttpRequest request, string? who, (string, long)? after, InteractionForm? form, IReadOnlyList<Refusal> refusals, CareStore store, CareRules rules, CurrentUser user, CancellationToken cancellation)
    {
        var all = who == "all" || (who is null && user.Role != Role.SalesManager);
        var rows = await store.OverdueAsync(!all, after, PageSize, cancellation);
        var next = rows.Count == PageSize ? string.Create(CultureInfo.InvariantCulture, $"/care?who={(all ? "all" : "mine")}&name={Uri.EscapeDataString(rows[^1].NameFolded)}&id={rows[^1].Id}") : null;
        var segments = await rules.SegmentsAsync(cancellation);
        if (request.IsPart() && after is not null)
        {
            return Screen.Of<CareRows>(new { Rows = rows, Segments = segments, Next = next });
        }

        return Screen.Of<CarePage>(new { Rows = rows, Next = next, All = all, Rules = await rules.ListAsync(cancellation), Segments = segments, Form = form, Refusals = refusals });
    }
}
