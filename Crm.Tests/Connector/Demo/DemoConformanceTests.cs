using Crm.Tests.Conformance;

namespace Crm.Tests.Connector.Demo;

public sealed class DemoConformanceTests : HostConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoCounterpartyConformanceTests : CounterpartyConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoContactPersonConformanceTests : ContactPersonConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoUserConformanceTests : HostUserConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoSalesOrderConformanceTests : SalesOrderConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoSalesOrderLineConformanceTests : SalesOrderLineConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoPaymentConformanceTests : PaymentConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoProductConformanceTests : ProductConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoPurchaseOrderConformanceTests : PurchaseOrderConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoPurchaseOrderLineConformanceTests : PurchaseOrderLineConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}

public sealed class DemoSupplierTermsConformanceTests : SupplierTermsConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => new(new DemoWorld());
}
