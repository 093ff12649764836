using System.Globalization;
using Crm.Plugin.Security;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Crm.Plugin.Shell.Live;

/// <summary>A place on every page that a feature fills: htmx fetches it when the page is there, and again when the user is told of the kind.</summary>
/// <param name="Id">The element's id; unique.</param>
/// <param name="Path">Where the part comes from.</param>
/// <param name="Kind">Of the events that renew it, see <see cref="LiveEvent.Kind"/>.</param>
/// <param name="IsFetchedAtOnce">Whether it may have something to show when a page opens.</param>
internal sealed record LivePart(string Id, string Path, string Kind, bool IsFetchedAtOnce)
{
    public string Trigger => (IsFetchedAtOnce ? "load, " : "") + $"crm:{Kind} from:body";
}

/// <summary>Registers the push to open screens.</summary>
internal static class LiveFeature
{
    public static IServiceCollection AddLive(this IServiceCollection services)
    {
        services.AddSingleton<LiveHub>();
        services.AddSingleton<LiveLedger>();
        services.AddSingleton<LivePush>();
        services.AddSingleton<LiveStream>();
        services.AddHostedService<LiveListener>();
        return services;
    }

    public static void MapLive(this IEndpointRouteBuilder routes) => routes.MapGet("/live", Open);

    /// <summary>A browser that reconnects says itself what it has seen; a page that follows another says it in the address.</summary>
    private static ServerSentEventsResult<LiveNews> Open(HttpContext http, CurrentUser user, LiveStream stream, string? after)
    {
        http.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy in front must hand each event on at once
        var seen = http.Request.Headers["Last-Event-ID"].FirstOrDefault() ?? after;
        return TypedResults.ServerSentEvents(stream.ReadAsync(
            user, http.User.FindFirst("stamp")?.Value, long.TryParse(seen, CultureInfo.InvariantCulture, out var id) ? id : null, http.RequestAborted));
    }
}
