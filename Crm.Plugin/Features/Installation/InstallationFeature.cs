using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Installation;

/// <summary>Installing into an ERP, uninstalling, and what holds only while an ERP is installed.</summary>
internal static class InstallationFeature
{
    public static IServiceCollection AddInstallation(this IServiceCollection services)
    {
        services.AddScoped<DemoCompany>();
        services.AddScoped<DemoRetirement>();
        services.AddSingleton<InProcessInstallation>();
        services.AddScoped<Installer>();
        services.AddScoped<LocalAdministrators>();
        services.AddScoped<PurgedFiles>();
        services.AddScoped<CrmDataPurge>();
        services.AddScoped<Uninstaller>();
        services.AddSingleton<FirstRead>();
        services.AddSingleton<HostAccounts>();
        services.AddScoped<HostAdmission>();
        services.AddScoped<IHostSignInCheck, HostSignInCheck>();
        services.AddHostedService<ConnectionWatch>();
        return services;
    }
}
