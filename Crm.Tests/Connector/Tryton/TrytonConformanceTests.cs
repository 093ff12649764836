using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonHostConformanceTests(TrytonConformanceDatabase database) : HostConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonCounterpartyConformanceTests(TrytonConformanceDatabase database) : CounterpartyConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonContactPersonConformanceTests(TrytonConformanceDatabase database) : ContactPersonConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonUserConformanceTests(TrytonConformanceDatabase database) : HostUserConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonSalesOrderConformanceTests(TrytonConformanceDatabase database) : SalesOrderConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonSalesOrderLineConformanceTests(TrytonConformanceDatabase database) : SalesOrderLineConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonPaymentConformanceTests(TrytonConformanceDatabase database) : PaymentConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonProductConformanceTests(TrytonConformanceDatabase database) : ProductConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonPurchaseOrderConformanceTests(TrytonConformanceDatabase database) : PurchaseOrderConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonPurchaseOrderLineConformanceTests(TrytonConformanceDatabase database) : PurchaseOrderLineConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}

[Collection(TrytonConformanceDatabase.Name)]
public sealed class TrytonSupplierTermsConformanceTests(TrytonConformanceDatabase database) : SupplierTermsConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => database.StartAsync();
}
