using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Mirror.Syncing;

namespace Crm.Plugin.Mirror;

/// <summary>Where manifests and connectors lie.</summary>
public sealed record MirrorOptions
{
    /// <summary>Holds <c>hosts/*.json</c>; default: <c>manifests</c> beside the program.</summary>
    public string ManifestFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "manifests");

    /// <summary>Default: <c>connectors</c> beside the program.</summary>
    public string ConnectorFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "connectors");
}

/// <summary>Registers the mirror. Needs the storage, data protection and a <see cref="TimeProvider"/>.</summary>
public static class MirrorFeature
{
    /// <param name="services">Of the plugin.</param>
    /// <param name="options">Null: beside the program.</param>
    /// <param name="polls">True in the process that serves; false in one-shot commands.</param>
    public static IServiceCollection AddMirror(this IServiceCollection services, MirrorOptions? options = null, bool polls = true)
    {
        options ??= new();
        services.AddSingleton(provider => new ConnectorLoader(options.ManifestFolder, options.ConnectorFolder, InProcessErp.Find(provider)));
        services.AddSingleton<ConnectionStore>();
        services.AddSingleton<ConnectionPurge>();
        services.AddSingleton<HostPool>();
        services.AddSending();
        services.AddSingleton<SyncEngine>();
        services.AddSingleton<SyncProgressFeed>();
        services.AddSingleton<ConnectionSync>();
        services.AddSingleton<SilenceStore>();
        services.AddSingleton<SyncService>();
        if (polls)
        {
            services.AddHostedService(provider => provider.GetRequiredService<SyncService>());
        }

        return services;
    }
}
