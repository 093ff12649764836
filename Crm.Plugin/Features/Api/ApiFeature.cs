using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.OpenApi;

namespace Crm.Plugin.Features.Api;

/// <summary>The HTTP API /api/v1, its description and the health checks.</summary>
internal static class ApiFeature
{
    public static void AddApi(this IServiceCollection services)
    {
        services.AddAuthentication().AddScheme<AuthenticationSchemeOptions, BearerHandler>(BearerHandler.Name, null);
        services.AddSingleton<ApiTokens>();
        services.AddScoped<MirrorKeys>();
        services.AddScoped<CounterpartyLookup>();
        services.AddScoped<InteractionChange>();
        services.Configure<OpenApiOptions>("v1", ApiDescription.Describe);
    }

    public static void MapApi(this IEndpointRouteBuilder routes)
    {
        routes.MapHealth();
        var api = routes.MapGroup("/api/v1")
            .RequireAuthorization(new AuthorizeAttribute { AuthenticationSchemes = BearerHandler.Name })
            .AddEndpointFilter<UnreadableParameters>()
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status401Unauthorized);
        api.MapClassification();
        api.MapClassificationChanges();
        api.MapCounterparties();
        api.MapInteractions();
        api.MapOrders();
        api.Map("/{**rest}", () => ApiProblem.NotFound("address")).ExcludeFromDescription();
    }
}
