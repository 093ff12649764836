using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

internal sealed class CounterpartyFile(FilesOptions options) : FileSource<Counterparty>(options, Formats.Counterparties), ICounterpartySource;

internal sealed class ContactPersonFile(FilesOptions options)
    : FileSource<ContactPerson>(options, Formats.ContactPersons), IContactPersonSource;

internal sealed class SalesOrderFile(FilesOptions options) : FileSource<SalesOrder>(options, Formats.SalesOrders), ISalesOrderSource;

internal sealed class SalesOrderLineFile(FilesOptions options)
    : FileSource<SalesOrderLineSet>(options, Formats.SalesOrderLines), ISalesOrderLineSource;

internal sealed class ProductFile(FilesOptions options) : FileSource<Product>(options, Formats.Products), IProductSource;

internal sealed class PurchaseOrderFile(FilesOptions options)
    : FileSource<PurchaseOrder>(options, Formats.PurchaseOrders), IPurchaseOrderSource;

internal sealed class PurchaseOrderLineFile(FilesOptions options)
    : FileSource<PurchaseOrderLineSet>(options, Formats.PurchaseOrderLines), IPurchaseOrderLineSource;

internal sealed class PaymentFile(FilesOptions options) : FileSource<Payment>(options, Formats.Payments), IPaymentSource;

internal sealed class UserFile(FilesOptions options) : FileSource<HostUser>(options, Formats.Users), IHostUserSource;
