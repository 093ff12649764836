using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Registers the search for duplicates and identity groups.</summary>
internal static class DuplicatesFeature
{
    private const int PageSize = 50;

    public static IServiceCollection AddDuplicates(this IServiceCollection services, bool searches)
    {
        services.AddScoped<DuplicateStore>();
        services.AddScoped<DuplicateKeys>();
        services.AddScoped<DuplicateSearch>();
        services.AddScoped<KnownPeople>();
        services.AddScoped<PersonLikeness>();
        return searches ? services.AddHostedService<DuplicateNightly>() : services;
    }

    public static void MapDuplicates(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/duplicates");
        screens.MapGet("", ShowAsync);
        screens.MapGet("/decided", ShowDecidedAsync);
        screens.MapPost("/search", SearchAsync).RequireAuthorization(Policies.Classify);
        screens.MapPost("/{first:long}/{second:long}/same", async (long first, long second, DuplicateStore store, CancellationToken cancellation) => Answer(await store.JoinAsync(first, second, cancellation)));
        screens.MapPost("/{first:long}/{second:long}/different", async (long first, long second, DuplicateStore store, CancellationToken cancellation) => Answer(await store.DismissAsync(first, second, cancellation)));
        screens.MapPost("/{first:long}/{second:long}/ask-again", async (long first, long second, DuplicateStore store, CancellationToken cancellation) =>
            await store.ReopenAsync(first, second, cancellation) ? TypedResults.LocalRedirect("/duplicates/decided") : (IResult)TypedResults.NotFound());
        screens.MapPost("/{id:long}/take-out", async (long id, DuplicateStore store, CancellationToken cancellation) =>
            await store.LeaveAsync(id, cancellation) ? TypedResults.LocalRedirect("/duplicates/decided") : (IResult)TypedResults.NotFound());
        screens.MapPost("/{id:long}/leave", async (long id, DuplicateStore store, CancellationToken cancellation) =>
            await store.LeaveAsync(id, cancellation) ? TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{id}")) : (IResult)TypedResults.NotFound());
    }

    private static IResult Answer(bool done) => done ? TypedResults.LocalRedirect("/duplicates") : TypedResults.NotFound();

    private static async Task<IResult> ShowAsync(int? score, long? first, long? second, DuplicateStore store, CancellationToken cancellation) => Screen.Of<DuplicatesPage>(new
    {
        Pairs = await store.OpenAsync(score is { } s && first is { } a && second is { } b ? (s, a, b) : null, PageSize, cancellation),
        PageSize,
    });

    private static async Task<IResult> ShowDecidedAsync(long? at, long? first, long? second, long? group, DuplicateStore store, CancellationToken cancellation) => Screen.Of<DecidedPage>(new
    {
        Different = group is null ? await store.DifferentAsync(at is { } t && first is { } a && second is { } b ? (Instant.FromMicroseconds(t), a, b) : null, PageSize, cancellation) : [],
        Groups = at is null ? await store.GroupsAsync(group, PageSize, cancellation) : [],
        PageSize,
    });

    private static async Task<IResult> SearchAsync(DuplicateSearch search, CancellationToken cancellation)
    {
        await search.RunAsync(cancellation);
        return TypedResults.LocalRedirect("/duplicates");
    }
}
