using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>The price list; it never changes.</summary>
internal sealed class DemoProducts(DemoCompany company) : DemoSource<Good, Product>(company), IProductSource
{
    protected override IEnumerable<Good> All(DateOnly anchor, long until) => Company.Goods;

    protected override Good? Find(string key) => Company.Goods.FirstOrDefault(g => g.Code == key);

    protected override long? LastChange(Good item, long at) => 0;

    protected override Product Tell(Good item, long at, string version) => new()
    {
        Key = new HostKey(item.Code),
        Version = version,
        Name = item.Name,
        Code = item.Code,
        Unit = item.Unit,
        Price = item.Price,
        IsActive = item.IsSold,
    };
}

/// <summary>Purchase orders; one changes when it is entered, confirmed, wholly received or cancelled.</summary>
internal sealed class DemoPurchaseOrders(DemoCompany company) : DemoSource<PurchaseDocument, PurchaseOrder>(company), IPurchaseOrderSource
{
    protected override IEnumerable<PurchaseDocument> All(DateOnly anchor, long until) => Company.Purchases(anchor, until);

    protected override PurchaseDocument? Find(string key) => Company.FindPurchase(key);

    protected override long? LastChange(PurchaseDocument item, long at) =>
        item.Cancelled <= at ? item.Cancelled
        : item.Received <= at ? item.Received
        : item.Confirmed <= at ? item.Confirmed
        : item.Created <= at ? item.Created
        : null;

    protected override PurchaseOrder Tell(PurchaseDocument item, long at, string version) => new()
    {
        Key = new HostKey(item.Number),
        Version = version,
        Number = item.Number,
        Supplier = new HostKey(DemoCounterparties.KeyOf(item.Supplier)),
        Date = Moments.Day(item.Created),
        State = item.Cancelled <= at ? OrderState.Cancelled
            : item.Received <= at ? OrderState.Delivered
            : item.Confirmed <= at ? OrderState.Confirmed
            : OrderState.Draft,
        Total = new Money(item.Lines.Sum(l => l.Quantity * l.Price), DemoMoney.Currency),
        PromisedOn = item.Promised,
        ReceivedOn = item.Received <= at ? Moments.Day(item.Received) : null,
    };
}

/// <summary>Lines of purchase orders with what came of them; a set changes with each receipt.</summary>
internal sealed class DemoPurchaseOrderLines(DemoCompany company) : DemoSource<PurchaseDocument, PurchaseOrderLineSet>(company), IPurchaseOrderLineSource
{
    protected override IEnumerable<PurchaseDocument> All(DateOnly anchor, long until) => Company.Purchases(anchor, until);

    protected override PurchaseDocument? Find(string key) => Company.FindPurchase(key);

    protected override long? LastChange(PurchaseDocument item, long at) =>
        item.Received <= at ? item.Received
        : item.PartReceived <= at ? item.PartReceived
        : item.Created <= at ? item.Created
        : null;

    protected override PurchaseOrderLineSet Tell(PurchaseDocument item, long at, string version)
    {
        var order = new HostKey(item.Number);
        return new PurchaseOrderLineSet
        {
            Key = order,
            Version = version,
            Lines = [.. item.Lines.Select(l => new PurchaseOrderLine(
                order, new HostKey(Company.Goods[l.Good].Code), l.Quantity,
                item.Received <= at ? l.Quantity : item.PartReceived <= at ? l.FirstQuantity : 0,
                item.Received <= at ? l.Rejected : 0, l.Price))],
        };
    }
}

/// <summary>Supply terms; they never change.</summary>
internal sealed class DemoSupplierTerms(DemoCompany company) : DemoSource<Term, SupplierTerms>(company), ISupplierTermsSource
{
    protected override IEnumerable<Term> All(DateOnly anchor, long until) => Company.Suppliers.SelectMany(s => s.Terms);

    protected override Term? Find(string key) => Company.Suppliers.SelectMany(s => s.Terms).FirstOrDefault(t => KeyOf(t) == key);

    protected override long? LastChange(Term item, long at) => 0;

    protected override SupplierTerms Tell(Term item, long at, string version) => new()
    {
        Key = new HostKey(KeyOf(item)),
        Version = version,
        Supplier = new HostKey(DemoCounterparties.KeyOf(item.Supplier)),
        Product = new HostKey(Company.Goods[item.Good].Code),
        SupplierCode = item.SupplierCode,
        LeadTime = TimeSpan.FromDays(item.LeadDays),
        Price = new Money(item.Price, DemoMoney.Currency),
        MinimumQuantity = item.MinimumQuantity,
    };

    private static string KeyOf(Term term) => string.Create(CultureInfo.InvariantCulture, $"T-{term.Supplier:00}-{term.Good:000}");
}
