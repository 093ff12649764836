using Crm.Connector.Hosts.Tryton.Entities;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

// One reader for all: each of these only gives it the name of its port.
internal sealed class TrytonCounterpartySource(TrytonReads reads, TrytonNames names)
    : TrytonReader<Counterparty>(reads, new TrytonCounterparties(reads, names)), ICounterpartySource;

internal sealed class TrytonContactPersonSource(TrytonReads reads) : TrytonReader<ContactPerson>(reads, new TrytonContactPersons(reads)), IContactPersonSource;

internal sealed class TrytonSalesOrderSource(TrytonReads reads, TrytonNames names)
    : TrytonReader<SalesOrder>(reads, new TrytonSales(reads, names)), ISalesOrderSource;

internal sealed class TrytonSalesOrderLineSource(TrytonReads reads, TrytonNames names)
    : TrytonReader<SalesOrderLineSet>(reads, new TrytonSaleLines(reads, names)), ISalesOrderLineSource;

internal sealed class TrytonPurchaseOrderSource(TrytonReads reads, TrytonNames names)
    : TrytonReader<PurchaseOrder>(reads, new TrytonPurchases(reads, names)), IPurchaseOrderSource;

internal sealed class TrytonPurchaseOrderLineSource(TrytonReads reads)
    : TrytonReader<PurchaseOrderLineSet>(reads, new TrytonPurchaseLines(reads)), IPurchaseOrderLineSource;

internal sealed class TrytonSupplierTermsSource(TrytonReads reads, TrytonNames names)
    : TrytonReader<SupplierTerms>(reads, new TrytonSupplierTerms(reads, names)), ISupplierTermsSource;

internal sealed class TrytonProductSource(TrytonReads reads, TrytonNames names) : TrytonReader<Product>(reads, new TrytonProducts(reads, names)), IProductSource;

internal sealed class TrytonPaymentSource(TrytonReads reads, TrytonNames names)
    : TrytonReader<Payment>(reads, new TrytonPayments(reads, names)), IPaymentSource;
