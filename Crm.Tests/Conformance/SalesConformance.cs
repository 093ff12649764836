using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Conformance;

/// <summary>Promises of <see cref="ISalesOrderSource"/>.</summary>
public abstract class SalesOrderConformance : SourceConformance<SalesOrder>
{
    protected override IHostSource<SalesOrder>? Find(IHost host) => host.Find<ISalesOrderSource>();

    protected override void CheckRecord(SalesOrder record)
    {
        Sound.Name(record.Counterparty.Value);
        Sound.Text(record.Number);
        Sound.Money(record.Total);
        Sound.Amount(record.Cost);
        Sound.Text(record.CancelReason);
        Sound.Login(record.ManagerLogin);
        Assert.True(Enum.IsDefined(record.State));
        Assert.True(Enum.IsDefined(record.Kind));
        Assert.True(record.Date > DateOnly.MinValue);
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<SalesOrder> records)
    {
        Sound.OneWayToNameCurrencies(records.Select(r => (Money?)r.Total));
        if (World.ReferencesAreWhole)
        {
            Sound.Leads(records.Select(r => r.Counterparty), await Host.Find<ICounterpartySource>().KeysAsync(Cancellation));
        }
    }
}

/// <summary>Promises of <see cref="ISalesOrderLineSource"/>.</summary>
public abstract class SalesOrderLineConformance : SourceConformance<SalesOrderLineSet>
{
    protected override IHostSource<SalesOrderLineSet>? Find(IHost host) => host.Find<ISalesOrderLineSource>();

    protected override void CheckRecord(SalesOrderLineSet record)
    {
        Assert.InRange(record.Lines.Count, 0, 12_000);
        Assert.All(record.Lines, l => Sound.Name(l.Order.Value));
        Assert.All(record.Lines, l => Sound.Amount(l.Quantity));
        Assert.All(record.Lines, l => Sound.Amount(l.Price));
        Assert.All(record.Lines, l => Sound.Amount(l.Amount));
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<SalesOrderLineSet> records)
    {
        if (World.ReferencesAreWhole)
        {
            var lines = records.SelectMany(r => r.Lines).ToList();
            Sound.Leads(lines.Select(l => l.Order), await Host.Find<ISalesOrderSource>().KeysAsync(Cancellation));
            Sound.Leads(lines.Where(l => l.Product is not null).Select(l => l.Product!.Value), await Host.Find<IProductSource>().KeysAsync(Cancellation));
        }
    }
}

/// <summary>Promises of <see cref="IPaymentSource"/>.</summary>
public abstract class PaymentConformance : SourceConformance<Payment>
{
    protected override IHostSource<Payment>? Find(IHost host) => host.Find<IPaymentSource>();

    protected override void CheckRecord(Payment record)
    {
        Sound.Name(record.Counterparty.Value);
        Sound.Text(record.Number);
        Sound.Money(record.Amount);
    }

    protected override async Task CheckWholeAsync(IReadOnlyList<Payment> records)
    {
        Sound.OneWayToNameCurrencies(records.Select(r => (Money?)r.Amount));
        if (World.ReferencesAreWhole)
        {
            Sound.Leads(records.Select(r => r.Counterparty), await Host.Find<ICounterpartySource>().KeysAsync(Cancellation));
            Sound.Leads(records.Where(r => r.Order is not null).Select(r => r.Order!.Value), await Host.Find<ISalesOrderSource>().KeysAsync(Cancellation));
        }
    }
}
