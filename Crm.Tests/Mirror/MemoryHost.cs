using Crm.Contracts;

namespace Crm.Tests.Mirror;

/// <summary>An ERP in memory that offers counterparties, contact persons, products, orders and their lines.</summary>
internal sealed class MemoryHost : IHost
{
    public CounterpartySource Counterparties { get; } = new();

    public PersonSource Persons { get; } = new();

    public OrderSource Orders { get; } = new();

    public LineSource Lines { get; } = new();

    public ProductSource Products { get; } = new();

    public PaymentSource Payments { get; } = new();

    public TPort? Find<TPort>()
        where TPort : class =>
        new object[] { Counterparties, Persons, Orders, Lines, Products, Payments }.OfType<TPort>().FirstOrDefault();

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>([]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public sealed class CounterpartySource : MemorySource<Counterparty>, ICounterpartySource;

    public sealed class PersonSource : MemorySource<ContactPerson>, IContactPersonSource;

    public sealed class OrderSource : MemorySource<SalesOrder>, ISalesOrderSource;

    public sealed class LineSource : MemorySource<SalesOrderLineSet>, ISalesOrderLineSource;

    public sealed class ProductSource : MemorySource<Product>, IProductSource;

    public sealed class PaymentSource : MemorySource<Payment>, IPaymentSource;
}

/// <summary>Short ways to write records down.</summary>
internal static class Some
{
    public static Counterparty Counterparty(string key, string name, string version = "1", string? phone = null, string? email = null) => new()
    {
        Key = new(key),
        Version = version,
        Name = name,
        Code = "C-" + key,
        Mechanisms =
        [
            .. phone is null ? Array.Empty<ContactMechanism>() : [new(ContactMechanismKind.Phone, phone)],
            .. email is null ? Array.Empty<ContactMechanism>() : [new(ContactMechanismKind.Email, email)],
        ],
    };

    public static ContactPerson Person(string key, string counterparty, string name, string? phone = null, string version = "1") => new()
    {
        Key = new(key),
        Version = version,
        Counterparty = new(counterparty),
        Name = name,
        Mechanisms = phone is null ? [] : [new(ContactMechanismKind.Phone, phone)],
    };

    public static SalesOrder Order(
        string key, string counterparty, decimal total, string version = "1", SalesOrderKind kind = SalesOrderKind.Sale) => new()
    {
        Key = new(key),
        Version = version,
        Counterparty = new(counterparty),
        Date = new(2026, 5, 17),
        State = OrderState.Confirmed,
        Kind = kind,
        Total = new(total, "EUR"),
    };

    public static Product Product(string key) => new() { Key = new(key), Version = "1", Name = "Product " + key };

    public static SalesOrderLineSet Lines(string key, string version, params (string Order, string Product, decimal Quantity)[] lines) => new()
    {
        Key = new(key),
        Version = version,
        Lines = [.. lines.Select(l => new SalesOrderLine(new(l.Order), new HostKey(l.Product), l.Quantity, 2, 2 * l.Quantity))],
    };
}
