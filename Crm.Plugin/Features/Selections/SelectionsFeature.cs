namespace Crm.Plugin.Features.Selections;

/// <summary>Selections of counterparties and their contact persons, for whatever goes to many.</summary>
internal static class SelectionsFeature
{
    public static IServiceCollection AddSelections(this IServiceCollection services) => services.AddScoped<SelectionReader>();
}
