using Crm.Contracts;
using Crm.Tests.Conformance;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

/// <summary>What the connector reads out of a real Tryton equals the published figures of its data (SOURCES.md beside them).</summary>
public sealed class TrytonNorthwindTests(TrytonServer tryton)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Counterparties_Northwind_Are91CustomersAnd29Suppliers()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        var parties = await host.Find<ICounterpartySource>()!.RowsAsync(Cancellation);

        Assert.Equal(120, parties.Count);   // neither the company nor its 9 employees nor the 120 contact persons
        Assert.Equal(89, parties.Count(p => p.Roles == CounterpartyRoles.Customer));
        Assert.Equal(29, parties.Count(p => p.Roles == CounterpartyRoles.Supplier));
        Assert.Equal(["FISSA", "PARIS"], parties.Where(p => p.Roles == 0).Select(p => p.Code!).Order(StringComparer.Ordinal));
        var alfki = parties.Single(p => p.Code == "ALFKI");
        Assert.Equal("Alfreds Futterkiste", alfki.Name);
        Assert.Equal([new PostalAddress("DE", null, "Berlin", "12209", "Obere Str. 57")], alfki.Addresses);
        Assert.Equal(
            [new ContactMechanism(ContactMechanismKind.Phone, "030-0074321"), new ContactMechanism(ContactMechanismKind.Fax, "030-0076545")], alfki.Mechanisms);
    }

    [Fact]
    public async Task ContactPersons_Northwind_SpeakForTheirCompany()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();
        var alfki = (await host.Find<ICounterpartySource>()!.RowsAsync(Cancellation)).Single(p => p.Code == "ALFKI");

        var persons = await host.Find<IContactPersonSource>()!.RowsAsync(Cancellation);

        Assert.Equal(120, persons.Count);
        var maria = Assert.Single(persons, p => p.Counterparty == alfki.Key);
        Assert.Equal("Maria Anders", maria.Name);
        Assert.Equal([new ContactMechanism(ContactMechanismKind.Email, "MariaAnders@example.com")], maria.Mechanisms);
    }

    [Fact]
    public async Task SalesOrders_Northwind_SumUpExactly()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        var orders = await host.Find<ISalesOrderSource>()!.RowsAsync(Cancellation);

        Assert.Equal(830, orders.Count);
        Assert.Equal(1_265_793.0395m, orders.Sum(o => o.Total.Amount));
        Assert.All(orders, o => Assert.Equal("USD", o.Total.Currency));
        Assert.Equal(809, orders.Count(o => o.State == OrderState.Delivered));
        Assert.Equal(21, orders.Count(o => o.State == OrderState.Confirmed && o.DeliveredOn is null));
        Assert.Equal(37, orders.Count(o => o.DeliveredOn > o.PromisedOn));
        Assert.Equal(new DateOnly(1998, 5, 6), orders.Max(o => o.Date));
        Assert.Equal(89, orders.Select(o => o.Counterparty).Distinct().Count());
        Assert.All(orders, o => Assert.Equal("admin", o.ManagerLogin));
    }

    [Fact]
    public async Task SalesOrderLines_Northwind_SumUpToTheOrders()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        var sets = await host.Find<ISalesOrderLineSource>()!.RowsAsync(Cancellation);

        Assert.Equal(830, sets.Count);
        Assert.Equal(2155, sets.Sum(s => s.Lines.Count));
        Assert.Equal(1_265_793.0395m, sets.Sum(s => s.Lines.Sum(l => l.Amount)));
        Assert.All(sets.SelectMany(s => s.Lines), l => Assert.NotNull(l.Product));
    }

    [Fact]
    public async Task PurchaseOrders_Northwind_TellWhatCameAndWhen()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        var orders = await host.Find<IPurchaseOrderSource>()!.RowsAsync(Cancellation);
        var lines = (await host.Find<IPurchaseOrderLineSource>()!.RowsAsync(Cancellation)).ToDictionary(s => s.Key, s => s.Lines);

        Assert.Equal(29, orders.Count);
        Assert.Equal((9, 10, 10), (orders.Count(o => o.State == OrderState.Draft), orders.Count(o => o.State == OrderState.Confirmed), orders.Count(o => o.State == OrderState.Delivered)));
        Assert.All(orders, o => Assert.Equal(new DateOnly(1998, 4, 15), o.PromisedOn));
        Assert.Equal(5, orders.Count(o => o.ReceivedOn == new DateOnly(1998, 4, 20)));
        Assert.Equal(5, orders.Count(o => o.ReceivedOn == new DateOnly(1998, 4, 10)));
        Assert.Equal(77, lines.Sum(l => l.Value.Count));
        Assert.All(orders, o => Assert.All(lines[o.Key], l => Assert.Equal((10m, o.State == OrderState.Delivered ? 10m : 0m), (l.Quantity, l.ReceivedQuantity))));
        Assert.All(orders, o => Assert.Equal(lines[o.Key].Sum(l => l.Quantity * l.Price), o.Total!.Value.Amount));   // also of drafts, whose total Tryton does not store
    }

    [Fact]
    public async Task ProductsAndTerms_Northwind_AreWhole()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        var products = await host.Find<IProductSource>()!.RowsAsync(Cancellation);
        var terms = await host.Find<ISupplierTermsSource>()!.RowsAsync(Cancellation);

        Assert.Equal(77, products.Count);
        Assert.Equal(8, products.Count(p => !p.IsActive));
        Assert.Equal(69, terms.Count);   // those of the 8 discontinued products hold no longer
        var chai = products.Single(p => p.Code == "1");
        Assert.Equal(("Chai", "u", 18m), (chai.Name, chai.Unit, chai.Price));
        var supplied = Assert.Single(terms, t => t.Product == chai.Key);
        Assert.Equal(("N-1", TimeSpan.FromDays(14), new Money(10.8m, "USD")), (supplied.SupplierCode, supplied.LeadTime, supplied.Price));
    }

    [Fact]
    public async Task Payments_Northwind_AreOneOpenAndOnePaid()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();
        var orders = (await host.Find<ISalesOrderSource>()!.RowsAsync(Cancellation)).ToDictionary(o => o.Key);

        var payments = await host.Find<IPaymentSource>()!.RowsAsync(Cancellation);

        Assert.Equal([null, new DateOnly(1998, 5, 20)], payments.Select(p => p.PaidOn));
        Assert.All(payments, p => Assert.Equal(new DateOnly(1998, 6, 6), p.DueOn));
        Assert.All(payments, p => Assert.Equal(orders[p.Order!.Value].Total, p.Amount));
    }

    [Fact]
    public async Task CheckAsync_Northwind_FindsNothingToDo()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        Assert.All(await host.CheckAsync(Cancellation), c => Assert.Equal(CheckState.Ok, c.State));
    }

    [Fact]
    public async Task VerifyAsync_RealPasswords_AreToldApart()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();
        var signIn = host.Find<IHostSignIn>()!;

        Assert.Equal(SignInVerdict.Accepted, await signIn.VerifyAsync("admin", TrytonServer.Password, Cancellation));
        Assert.Equal(SignInVerdict.Rejected, await signIn.VerifyAsync("nobody", TrytonServer.Password, Cancellation));
    }

    [Fact]
    public async Task Users_Northwind_HaveTheirGroups()
    {
        await using var host = (await tryton.NorthwindAsync()).Open();

        var admin = (await host.Find<IHostUserSource>()!.RowsAsync(Cancellation)).Single(u => u.Login == "admin");

        Assert.Equal(("Administrator", true), (admin.Name, admin.IsActive));
        Assert.Contains("Administration", admin.Groups);
    }
}
