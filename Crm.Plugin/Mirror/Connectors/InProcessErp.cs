using Crm.Contracts;

namespace Crm.Plugin.Mirror.Connectors;

/// <summary>A .NET ERP that hosts the plugin in its own process: its ports are services that it registered itself.</summary>
/// <remarks>
/// Registered is either one <see cref="Contracts.IHost"/>, or the ports one by one (<see cref="ICounterpartySource"/>, <see cref="IHostSignIn"/> …)
/// as singletons. They belong to the ERP: the plugin never disposes them.
/// </remarks>
internal sealed class InProcessErp(IServiceProvider services) : IHostConnector
{
    /// <summary>Host id of its connection.</summary>
    public const string Id = "in-process";

    /// <summary>Stands in its manifest where other manifests name an assembly.</summary>
    public const string Assembly = "(in process)";

    private static readonly Type[] Ports =
        [.. typeof(Contracts.IHost).Assembly.GetExportedTypes().Where(t => t.IsInterface && !t.IsGenericType && t != typeof(IHostRecord) && t != typeof(IHostConnector) && t != typeof(Contracts.IHost))];

    /// <summary>The ERP of this process; null when it registered nothing.</summary>
    public static InProcessErp? Find(IServiceProvider services)
    {
        var registered = services.GetRequiredService<IServiceProviderIsService>();
        return registered.IsService(typeof(Contracts.IHost)) || Ports.Any(registered.IsService) ? new(services) : null;
    }

    /// <inheritdoc/>
    public Contracts.IHost Open(HostSettings settings) => services.GetService<Contracts.IHost>() is { } whole ? new Borrowed(whole) : new Registered(services);

    /// <summary>The ERP's own host object, out of reach of the pool that disposes what it has opened.</summary>
    private sealed class Borrowed(Contracts.IHost host) : Contracts.IHost
    {
        public TPort? Find<TPort>()
            where TPort : class => host.Find<TPort>();

        public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => host.CheckAsync(cancellation);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    /// <summary>Ports registered one by one.</summary>
    private sealed class Registered(IServiceProvider services) : Contracts.IHost
    {
        public TPort? Find<TPort>()
            where TPort : class => Ports.Contains(typeof(TPort)) ? services.GetService<TPort>() : null;

        public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation)
        {
            var registered = services.GetRequiredService<IServiceProviderIsService>();
            var names = Ports.Where(registered.IsService).Select(p => p.Name[1..]).Order(StringComparer.Ordinal);
            return Task.FromResult<IReadOnlyList<HostCheck>>(
            [
                new("host.ports", CheckState.Ok, string.Join(", ", names)),
                .. registered.IsService(typeof(ICounterpartySource))
                    ? Array.Empty<HostCheck>()
                    : [new("host.counterparties", CheckState.Failed, "no ICounterpartySource is registered", "Register it before AddCrmPlugin is called or after: without counterparties the screens stay empty.")],
            ]);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
