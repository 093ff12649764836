using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>How each file's rows become records; columns are counted as in <see cref="Schemas"/>.</summary>
internal static class Formats
{
    private static readonly char[] ValueSeparators = [';', ',', '\n', '\r'];

    public static readonly KeyedFormat<Counterparty> Counterparties = new(Schemas.Counterparties, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Name = row.RequiredText(1),
        Code = row.Text(2),
        TaxId = row.Text(3),
        Roles = Roles(row, 4),
        IsActive = row.Flag(5),
        Mechanisms = Mechanisms(row, 6, 7),
        Addresses = Addresses(row, 8, 9, 10, 11),
        ManagerLogin = row.Common(12),
        CreatedOn = row.Date(13),
    });

    public static readonly KeyedFormat<ContactPerson> ContactPersons = new(Schemas.ContactPersons, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Counterparty = row.RequiredLink(1),
        Name = row.RequiredText(2),
        Position = row.Common(3),
        Mechanisms = Mechanisms(row, 4, 5),
        Birthday = row.Birthday(6),
    });

    public static readonly KeyedFormat<SalesOrder> SalesOrders = new(Schemas.SalesOrders, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Number = row.Text(1),
        Counterparty = row.RequiredLink(2),
        Date = row.RequiredDate(3),
        State = State(row, 4),
        Kind = Kind(row, 5),
        Total = new(row.RequiredNumber(7), row.Currency(6)),
        Cost = row.Number(8),
        PromisedOn = row.Date(9),
        DeliveredOn = row.Date(10),
        CancelReason = row.Common(11),
        ManagerLogin = row.Common(12),
    });

    public static readonly SetFormat<SalesOrderLine, SalesOrderLineSet> SalesOrderLines = new(Schemas.SalesOrderLines,
        row => new(row.RequiredLink(0), row.RequiredLink(1), row.RequiredNumber(2), row.Number(3), row.Number(4)),
        (key, version, lines) => new() { Key = key, Version = version, Lines = lines });

    public static readonly KeyedFormat<Product> Products = new(Schemas.Products, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Code = row.Text(1),
        Name = row.RequiredText(2),
        Unit = row.Common(3),
        Price = row.Number(4),
    });

    public static readonly KeyedFormat<PurchaseOrder> PurchaseOrders = new(Schemas.PurchaseOrders, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Number = row.Text(1),
        Supplier = row.RequiredLink(2),
        Date = row.RequiredDate(3),
        State = State(row, 4),
        Total = row.Number(6) is { } total ? new Money(total, row.Currency(5)) : null,
        PromisedOn = row.Date(7),
        ReceivedOn = row.Date(8),
    });

    public static readonly SetFormat<PurchaseOrderLine, PurchaseOrderLineSet> PurchaseOrderLines = new(Schemas.PurchaseOrderLines,
        row => new(row.RequiredLink(0), row.RequiredLink(1), row.RequiredNumber(2), row.Number(3), row.Number(4), row.Number(5)),
        (key, version, lines) => new() { Key = key, Version = version, Lines = lines });

    public static readonly KeyedFormat<Payment> Payments = new(Schemas.Payments, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Counterparty = row.RequiredLink(1),
        Order = row.Link(2),
        DueOn = row.Date(3),
        PaidOn = row.Date(4),
        Amount = new(row.RequiredNumber(5), row.Currency(6)),
    });

    public static readonly KeyedFormat<HostUser> Users = new(Schemas.Users, 0, row => new()
    {
        Key = row.Key(0),
        Version = row.Version,
        Login = row.RequiredText(0),
        Name = row.Text(1) ?? row.RequiredText(0),
        Email = row.Text(2),
        Groups = Parts(row.Text(3)),
        IsActive = row.Flag(4),
    });

    private static CounterpartyRoles Roles(Row row, int column)
    {
        switch (row.Word(column))
        {
            case null:
                return CounterpartyRoles.None;
            case "CUSTOMER":
                return CounterpartyRoles.Customer;
            case "SUPPLIER":
                return CounterpartyRoles.Supplier;
            case "CUSTOMER+SUPPLIER" or "SUPPLIER+CUSTOMER":
                return CounterpartyRoles.Customer | CounterpartyRoles.Supplier;
            default:
                row.Fail("files.bad-value", $"The column {row.Name(column)} is none of customer, supplier, customer+supplier.");
                return default;
        }
    }

    private static OrderState State(Row row, int column)
    {
        switch (row.Word(column))
        {
            case null or "CONFIRMED":
                return OrderState.Confirmed;
            case "DRAFT":
                return OrderState.Draft;
            case "DELIVERED":
                return OrderState.Delivered;
            case "CANCELLED":
                return OrderState.Cancelled;
            default:
                row.Fail("files.bad-value", $"The column {row.Name(column)} is none of draft, confirmed, delivered, cancelled.");
                return default;
        }
    }

    private static SalesOrderKind Kind(Row row, int column)
    {
        switch (row.Word(column))
        {
            case null or "SALE":
                return SalesOrderKind.Sale;
            case "RETURN":
                return SalesOrderKind.Return;
            default:
                row.Fail("files.bad-value", $"The column {row.Name(column)} is none of sale, return.");
                return default;
        }
    }

    private static ContactMechanism[] Mechanisms(Row row, int phone, int email) =>
    [
        .. Parts(row.Text(phone)).Select(v => new ContactMechanism(ContactMechanismKind.Phone, v)),
        .. Parts(row.Text(email)).Select(v => new ContactMechanism(ContactMechanismKind.Email, v)),
    ];

    private static PostalAddress[] Addresses(Row row, int country, int region, int city, int lines)
    {
        var address = new PostalAddress(row.Common(country), row.Common(region), row.Common(city), null, row.Text(lines));
        return address == new PostalAddress(null, null, null, null, null) ? [] : [address];
    }

    private static string[] Parts(string? text) =>
        text?.Split(ValueSeparators, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
