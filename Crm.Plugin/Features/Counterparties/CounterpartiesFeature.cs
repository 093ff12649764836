using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.Orders;
using Crm.Plugin.Features.People;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>The list of counterparties and their card.</summary>
internal static class CounterpartiesFeature
{
    private const int PageSize = 50;
    private const int TimelinePageSize = 20;

    public static IServiceCollection AddCounterparties(this IServiceCollection services) => services
        .AddScoped<CounterpartySearch>()
        .AddScoped<CounterpartyCardStore>()
        .AddScoped<CounterpartyExport>()
        .AddScoped<Timeline>()
        .AddScoped<ITimelineSource, OrderTimeline>()
        .AddScoped<ITimelineSource, PaymentTimeline>()
        .AddSingleton(new MenuEntry("/counterparties", "Counterparties", "building-store", 20, _ => true));

    public static void MapCounterparties(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/counterparties", ListAsync);
        routes.MapGet("/counterparties/export", ExportAsync);
        routes.MapGet("/counterparties/{id:long}", CardAsync);
        routes.MapGet("/counterparties/{id:long}/timeline", TimelineAsync);
    }

    private static async Task<IResult> ListAsync(HttpRequest request, CounterpartySearch search, ClassificationSegments segments, CrmDbContext database, Show show, CancellationToken cancellation)
    {
        var filter = CounterpartyFilter.From(request.Query);
        var list = await (await search.ListAsync(filter, request.Query["after"], PageSize, cancellation)).ReachedAsync(database, show.Today, cancellation);
        if (!request.IsPart())
        {
            var managers = await database.Set<HostUserRecord>().Where(u => u.GoneAt == null && u.IsActive).OrderBy(u => u.Name)
                .Select(u => new ManagerChoice(u.Login, u.Name)).Take(300).ToListAsync(cancellation);
            return Screen.Of<CounterpartiesPage>(new { List = list, Filter = filter, Managers = managers, Segments = await segments.ListAsync(cancellation) });
        }

        return request.Query.ContainsKey("after")
            ? Screen.Of<CounterpartyRows>(new { List = list, Filter = filter })
            : Screen.Of<CounterpartyTable>(new { List = list, Filter = filter });
    }

    private static async Task<IResult> CardAsync(long id, CounterpartyCardStore cards, Timeline entries, DuplicateStore duplicates, CrmDbContext database, Show show, CancellationToken cancellation)
    {
        if (await cards.FindAsync(id, cancellation) is not { } record)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        // Everything that only the counterparty's number is needed for is one question.
        var batch = new ReadBatch(database);
        var card = CounterpartyCardStore.Ask(batch, record, show.Today);
        var timeline = entries.Ask(batch, id, null, TimelinePageSize);
        var orders = OrderStore.AskOfCounterparty(batch, id, int.MaxValue, long.MaxValue, 8);
        var people = CounterpartyPeople.Ask(batch, id, show.Today);
        var preference = PreferenceStore.Ask(batch, id);
        var same = duplicates.AskOthers(batch, id);
        var country = CardWishes.AskCountry(batch);
        var origins = ProspectOrigins.Ask(batch, id);
        await batch.RunAsync(cancellation);
        var prospects = await ProspectOrigins.ReadAsync(database, origins, cancellation);
        if (record.GoneAt is not null && prospects.FirstOrDefault(p => p.Record.CounterpartyId == id)?.Record.OtherId is { } became && await cards.FindAsync(became, cancellation) is not null)
        {
            return TypedResults.LocalRedirect(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"/counterparties/{became}")); // everything moved there
        }

        var reached = people().Of(record, show.Today);
        var wishes = CardWishes.Ask(batch, record, reached.Persons, reached.Own, country.Rows is [var code, ..] ? code : null);
        await batch.RunAsync(cancellation);
        return Screen.Of<CounterpartyPage>(new
        {
            Card = card(),
            Timeline = timeline(),
            Orders = orders.Rows,
            Persons = reached.Persons,
            reached.Held,
            reached.Own,
            Wishes = wishes(),
            Preference = preference.Rows is [var wish, ..] ? wish : null,
            Same = same.Rows,
            Prospects = prospects,
        });
    }

    private static async Task<IResult> TimelineAsync(long id, string? after, CounterpartyCardStore cards, Timeline timeline, CancellationToken cancellation) =>
        await cards.FindAsync(id, cancellation) is null
            ? TypedResults.NotFound()
            : Screen.Of<TimelineRows>(new { CounterpartyId = id, Part = await timeline.ReadAsync(id, after, TimelinePageSize, cancellation) });

    private static Task ExportAsync(HttpContext http, CounterpartyExport export, CurrentUser user, CancellationToken cancellation) =>
        user.Rights.ExportScope == Scope.None
            ? Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden }).ExecuteAsync(http)
            : export.WriteAsync(http, CounterpartyFilter.From(http.Request.Query), http.Request.Query["format"] == "csv", cancellation);
}

/// <summary>A user who may be responsible.</summary>
public sealed record ManagerChoice(string Login, string Name);
