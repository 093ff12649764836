using Crm.Plugin.Features.SalesHistory;

namespace Crm.Plugin.Features.Retention;

/// <summary>Purchase days of one customer.</summary>
/// <param name="Id">Counterparty.</param>
/// <param name="Days">Different days with a sale, ascending; at least one.</param>
/// <param name="Values">What was bought on each in the company's main currency; 0 on a day with other currencies only.</param>
internal sealed record CustomerDays(long Id, int[] Days, double[] Values)
{
    /// <summary>Up to a day; null when the first purchase is later.</summary>
    public CustomerDays? Until(int day)
    {
        var count = Days.AsSpan().LastIndexOfAnyInRange(int.MinValue, day) + 1;
        return count == 0 ? null : count == Days.Length ? this : new(Id, Days[..count], Values[..count]);
    }

    public PurchaseSummary Summary(int end) => PurchaseSummary.Of(Days, Values, end);

    /// <summary>Mean of the days between purchases; null with one purchase day.</summary>
    public double? MeanInterval => Days.Length < 2 ? null : (Days[^1] - Days[0]) / (double)(Days.Length - 1);

    /// <summary>Standard deviation of the days between purchases; null with fewer than two of them.</summary>
    public double? IntervalDeviation
    {
        get
        {
            if (Days.Length < 3 || MeanInterval is not { } mean)
            {
                return null;
            }

            double squares = 0;
            for (var i = 1; i < Days.Length; i++)
            {
                squares += Math.Pow(Days[i] - Days[i - 1] - mean, 2);
            }

            return Math.Sqrt(squares / (Days.Length - 2));
        }
    }
}

/// <summary>Counts the sale documents of one block by currency, up to a day.</summary>
internal sealed class CurrencyCounter(int until) : ISalesVisitor
{
    private long[] counts = [];
    private IReadOnlyList<string> currencies = [];

    public IEnumerable<(string Currency, long Documents)> Found => currencies.Zip(counts);

    /// <summary>The currency of most documents; amounts of different currencies cannot be compared. "" without a sale.</summary>
    public static string OfMost(IEnumerable<CurrencyCounter> parts) => parts.SelectMany(p => p.Found).GroupBy(f => f.Currency)
        .OrderByDescending(g => g.Sum(f => f.Documents)).ThenBy(g => g.Key, StringComparer.Ordinal).Select(g => g.Key).FirstOrDefault() ?? "";

    public void Open(IReadOnlyList<string> names) => (currencies, counts) = (names, new long[names.Count]);

    public void Begin(long id, bool isLivingCustomer, ReadOnlySpan<byte> key)
    {
        // Documents count whoever they belong to.
    }

    public void Add(in SalesEntry order) => counts[order.Currency] += order.IsSale && order.Day <= until ? 1 : 0;

    public void End()
    {
        // Nothing is kept of one customer.
    }
}

/// <summary>Collects the purchase days of the customers of one block, up to a day.</summary>
/// <param name="until">The last day that counts.</param>
/// <param name="currency">Amounts in others are not added up; the purchases count all the same.</param>
internal sealed class RetentionCollector(int until, string currency) : ISalesVisitor
{
    private readonly List<int> days = [];
    private readonly List<double> values = [];
    private bool[] isCounted = [];
    private long id;
    private bool isLiving;

    public List<CustomerDays> Customers { get; } = [];

    /// <summary>Sale documents in other currencies.</summary>
    public long OtherCurrencies { get; private set; }

    /// <summary>Sales and cost of the documents whose cost is known.</summary>
    public (double Sales, double Cost) WithCost { get; private set; }

    public void Open(IReadOnlyList<string> currencies) => isCounted = [.. currencies.Select(c => c == currency)];

    public void Begin(long memberId, bool isLivingCustomer, ReadOnlySpan<byte> key)
    {
        (id, isLiving) = (memberId, isLivingCustomer);
        days.Clear();
        values.Clear();
    }

    public void Add(in SalesEntry order)
    {
        if (!order.IsSale || order.Day > until)
        {
            return;
        }

        var amount = isCounted[order.Currency] ? order.TotalE4 / 10_000.0 : 0;
        OtherCurrencies += isCounted[order.Currency] ? 0 : 1;
        if (isCounted[order.Currency] && order.CostE4 is { } cost)
        {
            WithCost = (WithCost.Sales + amount, WithCost.Cost + (cost / 10_000.0));
        }

        if (days.Count > 0 && days[^1] == order.Day)
        {
            values[^1] += amount;
        }
        else
        {
            days.Add(order.Day);
            values.Add(amount);
        }
    }

    public void End()
    {
        if (days.Count > 0 && isLiving)
        {
            Customers.Add(new(id, [.. days], [.. values]));
        }
    }
}
