using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Channels;

/// <summary>Registers the list of channels.</summary>
internal static class ChannelsFeature
{
    public static IServiceCollection AddChannels(this IServiceCollection services) => services.AddScoped<InteractionChannels>();

    public static void MapChannels(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/interactions/channels").RequireAuthorization(Policies.Classify);
        screens.MapGet("", ShowAsync);
        screens.MapPost("", AddAsync);
        screens.MapPost("/{id:long}/retire", (long id, InteractionChannels channels, CancellationToken cancellation) => RetireAsync(id, true, channels, cancellation));
        screens.MapPost("/{id:long}/offer", (long id, InteractionChannels channels, CancellationToken cancellation) => RetireAsync(id, false, channels, cancellation));
    }

    private static async Task<IResult> ShowAsync(CrmDbContext database, CancellationToken cancellation) =>
        Screen.Of<ChannelsPage>(new { Channels = await ChannelList.ReadAsync(database, withRetired: true, cancellation) });

    private static async Task<IResult> AddAsync(HttpContext http, InteractionChannels channels, CrmDbContext database, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var refusal = Enum.TryParse<InteractionKind>(form["kind"], out var kind) && Enum.IsDefined(kind)
            ? await channels.AddAsync(form["name"], kind, cancellation)
            : new("kind", ChannelTexts.BadKind);
        if (refusal is null)
        {
            return TypedResults.LocalRedirect("/interactions/channels");
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<ChannelsPage>(new { Channels = await ChannelList.ReadAsync(database, withRetired: true, cancellation), Form = form, Refusal = refusal });
    }

    private static async Task<IResult> RetireAsync(long id, bool isRetired, InteractionChannels channels, CancellationToken cancellation) =>
        await channels.RetireAsync(id, isRetired, cancellation) ? TypedResults.LocalRedirect("/interactions/channels") : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
}
