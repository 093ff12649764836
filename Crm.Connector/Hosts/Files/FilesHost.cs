using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>One folder. A file that is not there is an entity that the ERP does not have, looked up anew at each <see cref="Find"/>.</summary>
internal sealed class FilesHost(FilesOptions options) : IHost
{
    private readonly (FileSchema Schema, object Source)[] _sources =
    [
        (Schemas.Counterparties, new CounterpartyFile(options)),
        (Schemas.ContactPersons, new ContactPersonFile(options)),
        (Schemas.SalesOrders, new SalesOrderFile(options)),
        (Schemas.SalesOrderLines, new SalesOrderLineFile(options)),
        (Schemas.Products, new ProductFile(options)),
        (Schemas.PurchaseOrders, new PurchaseOrderFile(options)),
        (Schemas.PurchaseOrderLines, new PurchaseOrderLineFile(options)),
        (Schemas.Payments, new PaymentFile(options)),
        (Schemas.Users, new UserFile(options)),
    ];

    public TPort? Find<TPort>() where TPort : class
    {
        foreach (var (schema, source) in _sources)
        {
            if (source is TPort port)
                return DataFile.Locate(schema, options) is null ? null : port;
        }

        return null;
    }

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) =>
        Task.Run(() => FilesCheck.Run(options, cancellation), cancellation);

    public ValueTask DisposeAsync() => default;
}
