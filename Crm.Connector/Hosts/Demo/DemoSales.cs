using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Sales orders and returns; an order changes when it is entered, confirmed, delivered or cancelled.</summary>
internal sealed class DemoSalesOrders(DemoCompany company) : DemoSource<SalesDocument, SalesOrder>(company), ISalesOrderSource
{
    protected override IEnumerable<SalesDocument> All(DateOnly anchor, long until) => Company.Sales(anchor, until);

    protected override SalesDocument? Find(string key) => Company.FindSale(key);

    protected override long? LastChange(SalesDocument item, long at) =>
        item.Cancelled <= at ? item.Cancelled
        : item.Delivered <= at ? item.Delivered
        : item.Confirmed <= at ? item.Confirmed
        : item.Created <= at ? item.Created
        : null;

    protected override SalesOrder Tell(SalesDocument item, long at, string version) => new()
    {
        Key = new HostKey(item.Number),
        Version = version,
        Number = item.Number,
        Counterparty = new HostKey(DemoCounterparties.KeyOf(item.Party)),
        Date = Moments.Day(item.Created),
        State = item.Cancelled <= at ? OrderState.Cancelled
            : item.Delivered <= at ? OrderState.Delivered
            : item.Confirmed <= at ? OrderState.Confirmed
            : OrderState.Draft,
        Kind = item.IsReturn ? SalesOrderKind.Return : SalesOrderKind.Sale,
        Total = new Money(item.Total, DemoMoney.Currency),
        Cost = item.Cost,
        PromisedOn = item.Promised,
        DeliveredOn = item.Delivered <= at ? Moments.Day(item.Delivered) : null,
        CancelReason = item.Cancelled <= at ? item.CancelReason : null,
        ManagerLogin = Staff.SellerOf(Company.Seed, item.Party),
    };
}

/// <summary>The lines of sales orders, one set an order; they never change.</summary>
internal sealed class DemoSalesOrderLines(DemoCompany company) : DemoSource<SalesDocument, SalesOrderLineSet>(company), ISalesOrderLineSource
{
    protected override IEnumerable<SalesDocument> All(DateOnly anchor, long until) => Company.Sales(anchor, until);

    protected override SalesDocument? Find(string key) => Company.FindSale(key);

    protected override long? LastChange(SalesDocument item, long at) => item.Created <= at ? item.Created : null;

    protected override SalesOrderLineSet Tell(SalesDocument item, long at, string version)
    {
        var order = new HostKey(item.Number);
        return new SalesOrderLineSet
        {
            Key = order,
            Version = version,
            Lines = [.. item.Lines.Select(l => new SalesOrderLine(order, new HostKey(Company.Goods[l.Good].Code), l.Quantity, l.Price, l.Amount))],
        };
    }
}

/// <summary>Invoices and credits: they appear with the delivery and change once, when they are paid.</summary>
internal sealed class DemoPayments(DemoCompany company) : DemoSource<SalesDocument, Payment>(company), IPaymentSource
{
    private const decimal WithTax = 1.2m;

    protected override IEnumerable<SalesDocument> All(DateOnly anchor, long until) => Company.Sales(anchor, until);

    protected override SalesDocument? Find(string key) =>
        key.StartsWith("IN-", StringComparison.Ordinal) ? Company.FindSale("SO" + key[2..])
        : key.StartsWith("CN-", StringComparison.Ordinal) ? Company.FindSale("SR" + key[2..])
        : null;

    protected override long? LastChange(SalesDocument item, long at) =>
        item.Delivered > at ? null : item.Paid <= at ? item.Paid : item.Delivered;

    protected override Payment Tell(SalesDocument item, long at, string version)
    {
        var number = (item.IsReturn ? "CN" : "IN") + item.Number[2..];
        var amount = decimal.Round(item.Total * WithTax, 2);
        return new Payment
        {
            Key = new HostKey(number),
            Version = version,
            Counterparty = new HostKey(DemoCounterparties.KeyOf(item.Party)),
            Order = new HostKey(item.Number),
            Number = number,
            DueOn = item.Due,
            PaidOn = item.Paid <= at ? Moments.Day(item.Paid) : null,
            Amount = new Money(item.IsReturn ? -amount : amount, DemoMoney.Currency),
        };
    }
}

/// <summary>The company trades in several countries and keeps its books in one currency.</summary>
internal static class DemoMoney
{
    public const string Currency = "EUR";
}
