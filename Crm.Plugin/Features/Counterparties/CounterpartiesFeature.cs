using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.Orders;
using Crm.Plugin.Features.People;
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
        .AddScoped<CardPeople>()
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

    private static async Task<IResult> ListAsync(HttpRequest request, CounterpartySearch search, CrmDbContext database, CancellationToken cancellation)
    {
        var filter = CounterpartyFilter.From(request.Query);
        var list = await search.ListAsync(filter, request.Query["after"], PageSize, cancellation);
        if (!request.IsPart())
        {
            var managers = await database.Set<HostUserRecord>().Where(u => u.GoneAt == null && u.IsActive).OrderBy(u => u.Name)
                .Select(u => new ManagerChoice(u.Login, u.Name)).Take(300).ToListAsync(cancellation);
            return Screen.Of<CounterpartiesPage>(new { List = list, Filter = filter, Managers = managers });
        }

        return request.Query.ContainsKey("after")
            ? Screen.Of<CounterpartyRows>(new { List = list, Filter = filter })
            : Screen.Of<CounterpartyTable>(new { List = list, Filter = filter });
    }

    private static async Task<IResult> CardAsync(long id, HttpRequest request, CounterpartyCardStore cards, Timeline timeline, OrderStore orders, CardPeople people, Show show, CancellationToken cancellation)
    {
        if (await cards.ReadAsync(id, show.Today, cancellation) is not { } card)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var part = await timeline.ReadAsync(id, null, TimelinePageSize, cancellation);
        var latest = await orders.OfCounterpartyAsync(id, int.MaxValue, long.MaxValue, 8, cancellation);
        // Read one after the other: the parts of a page are drawn side by side, and a connection serves one at a time.
        var persons = await people.Persons.OfCounterpartyAsync(id, show.Today, cancellation);
        var own = await people.Persons.MechanismsAsync(card.Record, show.Today, cancellation);
        return Screen.Of<CounterpartyPage>(new
        {
            Card = card,
            Timeline = part,
            Orders = latest,
            Persons = persons,
            Own = own,
            ComingBack = await people.Wishes.ComingBackAsync(card.Record, persons, own, cancellation),
            NoMessages = await people.Wishes.NoMessagesAsync(card.Record, persons, own, cancellation),
            Preference = await people.Preferences.FindAsync(id, cancellation),
            Same = await people.Duplicates.OthersAsync(id, cancellation),
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

/// <summary>What the card reads of people: persons, preferences, identity.</summary>
internal sealed class CardPeople(PersonStore persons, PreferenceStore preferences, DuplicateStore duplicates, CardWishes wishes)
{
    public CardWishes Wishes => wishes;

    public PersonStore Persons => persons;

    public PreferenceStore Preferences => preferences;

    public DuplicateStore Duplicates => duplicates;
}

/// <summary>A user who may be responsible.</summary>
public sealed record ManagerChoice(string Login, string Name);
