namespace Crm.Plugin.Features.Classification;

/// <summary>Registers classification.</summary>
internal static class ClassificationFeature
{
    public static IServiceCollection AddClassification(this IServiceCollection services)
    {
        services.AddSingleton<ClassificationRuns>();
        services.AddSingleton<ClassificationService>();
        services.AddSingleton<ClassificationApproval>();
        services.AddSingleton<ClassificationStore>();
        services.AddSingleton<ClassificationExplainer>();
        return services;
    }
}
