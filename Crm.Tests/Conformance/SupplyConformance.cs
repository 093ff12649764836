using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Conformance;

/// <summary>Promises of <see cref="IProductSource"/>.</summary>
public abstract class ProductConformance : SourceConformance<Product>
{
    protected override IHostSource<Product>? Find(IHost host) => host.Find<IProductSource>();

    protected override void CheckRecord(Product record)
    {
        Sound.Name(record.Name);
        Sound.Text(record.Code);
        Sound.Text(record.Unit);
        Sound.Amount(record.Price);
    }
}

/// <summary>Promises of <see cref="IPurchaseOrderSource"/>.</summary>
public abstract class PurchaseOrderConformance : SourceConformance<PurchaseOrder>
{
    protected override IHostSource<PurchaseOrder>? Find(IHost host) => host.Find<IPurchaseOrderSource>();

    protected override void CheckRecord(PurchaseOrder record)
    {
        Sound.Name(record.Supplier.Value);
        Sound.Text(record.Number);
        Sound.Money(record.Total);
        Assert.True(Enum.IsDefined(record.State));
        Assert.True(record.Date > DateOnly.MinValue);
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<PurchaseOrder> records)
    {
        Sound.OneWayToNameCurrencies(records.Select(r => r.Total));
        if (World.ReferencesAreWhole)
        {
            Sound.Leads(records.Select(r => r.Supplier), await Host.Find<ICounterpartySource>().KeysAsync(Cancellation));
        }
    }
}

/// <summary>Promises of <see cref="IPurchaseOrderLineSource"/>.</summary>
public abstract class PurchaseOrderLineConformance : SourceConformance<PurchaseOrderLineSet>
{
    protected override IHostSource<PurchaseOrderLineSet>? Find(IHost host) => host.Find<IPurchaseOrderLineSource>();

    protected override void CheckRecord(PurchaseOrderLineSet record)
    {
        Assert.InRange(record.Lines.Count, 0, 12_000);
        Assert.All(record.Lines, l => Sound.Name(l.Order.Value));
        Assert.All(record.Lines, l => Sound.Amount(l.Quantity));
        Assert.All(record.Lines, l => Sound.Amount(l.Price));
        Assert.All(record.Lines, l => Assert.True(l.ReceivedQuantity is null or >= 0 && l.RejectedQuantity is null or >= 0));
        Assert.All(record.Lines, l => Assert.True(
            l.ReceivedQuantity is null || l.RejectedQuantity is null || l.RejectedQuantity <= l.ReceivedQuantity,
            $"A line of {l.Order} has more rejected than received."));
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<PurchaseOrderLineSet> records)
    {
        if (World.ReferencesAreWhole)
        {
            var lines = records.SelectMany(r => r.Lines).ToList();
            Sound.Leads(lines.Select(l => l.Order), await Host.Find<IPurchaseOrderSource>().KeysAsync(Cancellation));
            Sound.Leads(lines.Where(l => l.Product is not null).Select(l => l.Product!.Value), await Host.Find<IProductSource>().KeysAsync(Cancellation));
        }
    }
}

/// <summary>Promises of <see cref="ISupplierTermsSource"/>.</summary>
public abstract class SupplierTermsConformance : SourceConformance<SupplierTerms>
{
    protected override IHostSource<SupplierTerms>? Find(IHost host) => host.Find<ISupplierTermsSource>();

    protected override void CheckRecord(SupplierTerms record)
    {
        Sound.Name(record.Supplier.Value);
        Sound.Name(record.Product.Value);
        Sound.Text(record.SupplierCode);
        Sound.Money(record.Price);
        Sound.Amount(record.MinimumQuantity);
        Assert.True(record.LeadTime is null || record.LeadTime >= TimeSpan.Zero);
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<SupplierTerms> records)
    {
        Sound.OneWayToNameCurrencies(records.Select(r => r.Price));
        if (World.ReferencesAreWhole)
        {
            Sound.Leads(records.Select(r => r.Supplier), await Host.Find<ICounterpartySource>().KeysAsync(Cancellation));
            Sound.Leads(records.Select(r => r.Product), await Host.Find<IProductSource>().KeysAsync(Cancellation));
        }
    }
}
