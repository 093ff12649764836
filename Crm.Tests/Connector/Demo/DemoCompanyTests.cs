using System.Security.Cryptography;
using System.Text.Json;
using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Connector.Demo;

/// <summary>The company is the one that was promised. Limits are those of the promise, not of one seed.</summary>
public sealed class DemoCompanyTests
{
    [Fact]
    public async Task Read_FixedSeedAndClock_IsAlwaysTheSame()
    {
        var books = await ReadAsync();
        var hash = Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(books)));

        // Recorded from the generator: when it tells another company, DemoCursor.Revision has to be raised with this line.
        Assert.True(hash == "3b2cbf92c70ecd307eabdebf0c34e536f6a033fb37a7c21cd9d251c7fc8739d9", $"The company has the hash {hash}.");
    }

    [Theory]
    [InlineData(20241)]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task Read_AnySeed_HasThePromisedSizes(int seed)
    {
        var books = await ReadAsync(seed);
        Assert.Equal(2000, books.Counterparties.Count(c => c.CreatedOn < Today));
        Assert.Equal(60, books.Counterparties.Count(c => c.Roles.HasFlag(CounterpartyRoles.Supplier)));
        Assert.Equal(15, books.Counterparties.Count(c => c.Roles == (CounterpartyRoles.Supplier | CounterpartyRoles.Customer)));
        Assert.Equal(400, books.Products.Count);
        Assert.Equal(12, books.Users.Count);
        Assert.Equal(30_000, books.Sales.Count(s => s.Date < Today));
        Assert.InRange(Today.DayNumber - books.Sales.Min(s => s.Date).DayNumber, 1040, 1150); // three years are 1096 days
        Assert.InRange(books.Purchases.Count, 2500, 3500);
        Assert.InRange(books.Persons.GroupBy(p => p.Counterparty).Max(g => g.Count()), 4, 4);
        Assert.Equal(books.Counterparties.Count, books.Persons.Select(p => p.Counterparty).Distinct().Count());
        Assert.InRange(books.SalesLines.Max(s => s.Lines.Count), 8, 8);
        Assert.Equal(1, books.SalesLines.Min(s => s.Lines.Count));
        Assert.InRange(TopFifthShare(books), 0.74, 0.86);
    }

    [Fact]
    public async Task Read_Sales_LookLikeATradersBooks()
    {
        var sales = (await ReadAsync()).Sales;
        Assert.DoesNotContain(sales, s => s.Date.DayOfWeek == DayOfWeek.Sunday);
        Assert.DoesNotContain(sales, s => s.DeliveredOn?.DayOfWeek == DayOfWeek.Sunday);
        Assert.All(sales, s => Assert.True(s.Total is { Amount: > 0, Currency: "EUR" }));
        Assert.InRange(Share(sales, s => s.Kind == SalesOrderKind.Return), 0.015, 0.025);
        Assert.InRange(Share(sales, s => s.State == OrderState.Cancelled), 0.03, 0.06);
        Assert.All(sales, s => Assert.Equal(s.State == OrderState.Cancelled, s.CancelReason is not null));
        Assert.InRange(Share(sales, s => s.DeliveredOn > s.PromisedOn), 0.05, 0.2);
        Assert.All(sales.Where(s => s.Kind == SalesOrderKind.Sale), s => Assert.InRange(1 - (s.Cost!.Value / s.Total.Amount), 0.119m, 0.351m));
        Assert.All(sales.Where(s => s.State == OrderState.Draft), s => Assert.InRange(s.Date, Today.AddDays(-6), Today));
        Assert.Contains(sales, s => s.State == OrderState.Draft);
        Assert.InRange(sales.Count(s => s.State == OrderState.Confirmed), 50, 500);
        Assert.InRange(sales.Count(s => s.Date.Month == 6) / (double)sales.Count(s => s.Date.Month == 1), 1.5, 2.6);
    }

    [Fact]
    public async Task Read_Customers_ComeAndGo()
    {
        var books = await ReadAsync();
        var byCustomer = books.Sales.Where(s => s.Kind == SalesOrderKind.Sale && s.State == OrderState.Delivered).GroupBy(s => s.Counterparty).ToList();
        var customers = books.Counterparties.Count(c => c.Roles.HasFlag(CounterpartyRoles.Customer));
        Assert.InRange(customers - byCustomer.Count, 300, 1200); // never bought, or left before the history begins
        Assert.InRange(byCustomer.Count(g => g.Count() == 1), 60, 300);
        Assert.InRange(byCustomer.Count(g => g.Max(s => s.Date) < Today.AddDays(-365)), 150, 600); // lost
        Assert.InRange(byCustomer.Count(g => g.Min(s => s.Date) > Today.AddDays(-365)), 80, 400); // new

        // A customer as regular as a clock: one equal order in each of the last 24 whole months.
        var regular = byCustomer.Where(g => g.Where(s => s.Date >= new DateOnly(2024, 11, 1) && s.Date < new DateOnly(2026, 11, 1)) is var two
            && two.Count() == 24 && two.Select(s => (s.Date.Year, s.Date.Month)).Distinct().Count() == 24 && two.Select(s => s.Total).Distinct().Count() == 1);
        Assert.InRange(regular.Count(), 30, 120);
    }

    [Fact]
    public async Task Read_Payments_HaveGoodAndBadPayers()
    {
        var payments = (await ReadAsync()).Payments;
        Assert.InRange(Share(payments, p => p.PaidOn > p.DueOn), 0.15, 0.55);
        Assert.InRange(Share(payments, p => p.PaidOn > p.DueOn!.Value.AddDays(30)), 0.01, 0.1);
        Assert.InRange(payments.Count(p => p.PaidOn is null && p.DueOn < Today), 100, 800);
        Assert.InRange(payments.Count(p => p.PaidOn is null && p.DueOn >= Today), 100, 1000);
        Assert.All(payments.Where(p => p.Number!.StartsWith("CN", StringComparison.Ordinal)), p => Assert.True(p.Amount.Amount < 0));
    }

    [Fact]
    public async Task Read_Purchases_HaveLateAndPoorSuppliers()
    {
        var books = await ReadAsync();
        var late = books.Purchases.Where(p => p.ReceivedOn is not null).GroupBy(p => p.Supplier).Where(g => g.Count() >= 20)
            .Select(g => g.Count(p => p.ReceivedOn > p.PromisedOn) / (double)g.Count()).ToList();
        Assert.True(late.Min() < 0.1 && late.Max() > 0.4, "All suppliers are alike.");
        var lines = books.PurchaseLines.SelectMany(s => s.Lines).ToList();
        Assert.Contains(lines, l => l.RejectedQuantity > 0);
        Assert.Contains(lines, l => l.ReceivedQuantity > 0 && l.ReceivedQuantity < l.Quantity);
        Assert.InRange(books.Terms.Select(t => t.Product).Distinct().Count(), 400, 400);
    }

    [Fact]
    public async Task Read_Lines_AddUpToTheirOrders()
    {
        var books = await ReadAsync();
        var totals = books.Sales.ToDictionary(s => s.Key, s => s.Total.Amount);
        Assert.Equal(totals.Count, books.SalesLines.Count);
        Assert.All(books.SalesLines, s => Assert.Equal(totals[s.Key], s.Lines.Sum(l => l.Amount)));
    }

    [Fact]
    public async Task Read_People_HaveNamesNumbersAndBirthdays()
    {
        var books = await ReadAsync();
        Assert.InRange(books.Counterparties.Select(c => c.Name).Distinct().Count() / 2000.0, 0.95, 1.01);
        foreach (var form in new[] { "ООО «", "АО «", "ИП ", "ТОВ «", "ФОП " })
        {
            Assert.Contains(books.Counterparties, c => c.Name.StartsWith(form, StringComparison.Ordinal));
        }

        Assert.Contains(books.Counterparties, c => c.Name.EndsWith(" Ltd", StringComparison.Ordinal));
        Assert.Contains(books.Counterparties, c => c.Name.Contains(" GmbH", StringComparison.Ordinal));
        Assert.InRange(books.Persons.Count(p => p.Birthday is { Month: 2, Day: 29 }), 3, 40);
        Assert.Contains(books.Persons, p => p.Birthday?.Year == 1);
        Assert.All(books.Counterparties.SelectMany(c => c.Mechanisms).Concat(books.Persons.SelectMany(p => p.Mechanisms)), m => Assert.Matches(
            m.Kind switch
            {
                ContactMechanismKind.Email => @"^[a-z0-9.-]+@[a-z0-9-]+\.example$",
                ContactMechanismKind.Website => @"^https://[a-z0-9-]+\.example$",
                _ => @"^\+?[0-9 ()-]{9,22}$",
            },
            m.Value));
        Assert.Equal(["admin", "anna", "viktor"], books.Users.Select(u => u.Login).Intersect(["anna", "viktor", "admin"]).Order(StringComparer.Ordinal));
    }

    private static readonly DateOnly Today = new(2026, 11, 18);

    private static async Task<DemoBooks> ReadAsync(int seed = 20241)
    {
        await using var host = new DemoWorld(seed).Open();
        return await DemoBooks.ReadAsync(host);
    }

    private static double Share<T>(IReadOnlyList<T> all, Func<T, bool> some) => all.Count(some) / (double)all.Count;

    /// <summary>What the best fifth of those who bought brings.</summary>
    private static double TopFifthShare(DemoBooks books)
    {
        var revenue = books.Sales.Where(s => s.State is OrderState.Confirmed or OrderState.Delivered).GroupBy(s => s.Counterparty)
            .Select(g => g.Sum(s => s.Kind == SalesOrderKind.Return ? -s.Total.Amount : s.Total.Amount)).OrderDescending().ToList();
        return (double)(revenue.Take(revenue.Count / 5).Sum() / revenue.Sum());
    }
}
