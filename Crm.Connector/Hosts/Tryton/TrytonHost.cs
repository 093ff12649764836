using Crm.Connector.Hosts.Tryton.Entities;
using Crm.Connector.Protocols.JsonRpc;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>One Tryton database. What it offers follows the modules that are there and the rights of the service account.</summary>
internal sealed class TrytonHost : IHost
{
    private readonly JsonRpcChannel channel;
    private readonly TrytonSession session;
    private readonly TrytonModels models;
    private readonly TrytonCheck check;
    private readonly Dictionary<Type, Port> ports;

    public TrytonHost(TrytonOptions options)
    {
        channel = new JsonRpcChannel(new JsonRpcOptions("tryton", options.ConnectTimeout, options.ResponseTimeout, options.Clock));
        var endpoint = new TrytonEndpoint(channel, options);
        session = new TrytonSession(channel, endpoint, options);
        models = new TrytonModels(session, options);
        check = new TrytonCheck(session, endpoint, models, options);
        var reads = new TrytonReads(session, models, options);
        var names = new TrytonNames(reads);
        ports = new Dictionary<Type, Port>
        {
            [typeof(ICounterpartySource)] = new(() => new TrytonCounterpartySource(reads, names), Needs(new TrytonCounterparties(reads, names))),
            [typeof(IContactPersonSource)] = new(() => new TrytonContactPersonSource(reads), Needs(new TrytonContactPersons(reads))),
            [typeof(ISalesOrderSource)] = new(() => new TrytonSalesOrderSource(reads, names), Needs(new TrytonSales(reads, names))),
            [typeof(ISalesOrderLineSource)] = new(() => new TrytonSalesOrderLineSource(reads, names), Needs(new TrytonSaleLines(reads, names))),
            [typeof(IPurchaseOrderSource)] = new(() => new TrytonPurchaseOrderSource(reads, names), Needs(new TrytonPurchases(reads, names))),
            [typeof(IPurchaseOrderLineSource)] = new(() => new TrytonPurchaseOrderLineSource(reads), Needs(new TrytonPurchaseLines(reads))),
            [typeof(ISupplierTermsSource)] = new(() => new TrytonSupplierTermsSource(reads, names), Needs(new TrytonSupplierTerms(reads, names))),
            [typeof(IProductSource)] = new(() => new TrytonProductSource(reads, names), Needs(new TrytonProducts(reads, names))),
            [typeof(IPaymentSource)] = new(() => new TrytonPaymentSource(reads, names), Needs(new TrytonPayments(reads, names))),
            [typeof(IContactMechanismWriter)] = new(() => new TrytonMechanismWriter(session, reads), [TrytonMechanisms.Model]),
            [typeof(IContactMechanismEditor)] = new(() => new TrytonMechanismWriter(session, reads), [TrytonMechanisms.Model]),
            [typeof(ICounterpartyWriter)] = new(
                () => new TrytonCounterpartyWriter(session, reads), [TrytonCounterpartyWriter.Model, TrytonMechanisms.Model, TrytonAddresses.Model, "party.identifier"]),
            [typeof(IHostUserSource)] = new(() => new TrytonUsers(reads), []),
            [typeof(IHostSignIn)] = new(() => new TrytonSignIn(channel, endpoint), []),
            [typeof(IHostMenu)] = new(() => new TrytonMenu(session, reads), []),
        };
    }

    public TPort? Find<TPort>() where TPort : class
    {
        if (!ports.TryGetValue(typeof(TPort), out var port))
            return null;
        if (port.Models.Count > 0)
            Task.Run(models.TryLoadAsync).GetAwaiter().GetResult();   // one request, once: the contract's Find cannot wait
        return port.Models.All(models.CanRead) ? (TPort)port.Create() : null;
    }

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => check.RunAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await session.DisposeAsync();
        channel.Dispose();
    }

    private static IReadOnlyList<string> Needs<T>(ITrytonEntity<T> entity) where T : IHostRecord => [entity.Model, .. entity.OtherModels];

    private sealed record Port(Func<object> Create, IReadOnlyList<string> Models);
}
