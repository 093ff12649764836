using Crm.Plugin.Mirror.Searching;

namespace Crm.Plugin.Features.People;

/// <summary>Registers persons, their contact mechanisms and preferences.</summary>
internal static class PeopleFeature
{
    public static IServiceCollection AddPeople(this IServiceCollection services, bool sends)
    {
        services.AddScoped<PersonStore>();
        services.AddScoped<MechanismStore>();
        services.AddScoped<MechanismNoteStore>();
        services.AddScoped<MechanismOutbox>();
        services.AddScoped<MechanismNoteOutbox>();
        services.AddScoped<PreferenceStore>();
        services.AddScoped<SearchFollow>();
        services.AddScoped<PeopleDesk>();
        return sends ? services.AddHostedService<MechanismSending>().AddHostedService<SearchFollowing>() : services;
    }

    public static void MapPeople(this IEndpointRouteBuilder routes) => routes.MapGroup("/counterparties/{id:long}").MapPeopleScreens();
}
