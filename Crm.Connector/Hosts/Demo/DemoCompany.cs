using System.Collections.Concurrent;

namespace Crm.Connector.Hosts.Demo;

/// <summary>
/// The company of one seed: everything that ever happens in it is fixed, the clock only decides how much of it shows.
/// Months are made when somebody looks at them and kept; safe for parallel readers.
/// </summary>
internal sealed class DemoCompany(int seed, TimeProvider clock)
{
    /// <summary>Sales orders, returns among them, that a first reader finds from before its first day.</summary>
    public const int HistoryOrders = 30_000;

    private static readonly long Opened = Moments.At(new DateOnly(2000, 1, 1));
    private readonly ConcurrentDictionary<int, List<SalesDocument>> sales = new();
    private readonly ConcurrentDictionary<int, List<PurchaseDocument>> purchases = new();
    private readonly ConcurrentDictionary<int, Trade> trades = new();
    private readonly ConcurrentDictionary<DateOnly, long> begins = new();
    private SupplierCharacter[]? suppliers;

    public int Seed => seed;

    /// <summary>Seconds since 1970.</summary>
    public long Now => clock.GetUtcNow().ToUnixTimeSeconds();

    public IReadOnlyList<Good> Goods { get; } = GoodsList.Make(seed);

    public IReadOnlyList<SupplierCharacter> Suppliers => suppliers ??= Supply.Make(seed, Goods);

    public Trade Trade(int number) => trades.GetOrAdd(number, n => Demo.Trade.Of(seed, n));

    /// <summary>Counterparties that a reader with this anchor knows by the instant: 2,000 at the anchor's midnight, and those born since.</summary>
    public IEnumerable<Trade> Parties(DateOnly anchor, long until)
    {
        var oldest = Math.Max(Demo.Trade.Faithful, Demo.Trade.LastBornBefore(anchor) - Demo.Trade.Newest) + 1;
        var newest = Demo.Trade.LastBornBefore(Moments.Day(until).AddDays(1));
        return Enumerable.Range(1, Demo.Trade.Faithful)
            .Concat(Enumerable.Range(oldest, Math.Max(0, newest - oldest + 1)))
            .Select(Trade)
            .Where(t => t.Born <= until);
    }

    /// <summary>Those who may order in the month that begins with this day.</summary>
    public IEnumerable<Trade> BuyersIn(DateOnly first)
    {
        var oldest = Demo.Trade.FirstBuyingOn(first);
        var newest = Demo.Trade.LastBornBefore(first.AddMonths(1));
        return Enumerable.Range(1, Demo.Trade.Faithful)
            .Concat(Enumerable.Range(oldest, Math.Max(0, newest - oldest + 1)))
            .Select(Trade)
            .Where(t => t.Habit is not (Habit.None or Habit.Potential) && t.Leaves > first);
    }

    /// <summary>Sales documents that a reader with this anchor sees, oldest month first; those created after the instant may be among them.</summary>
    public IEnumerable<SalesDocument> Sales(DateOnly anchor, long until)
    {
        var begin = BeginOf(anchor);

        // A return is kept with the month of its order, which may have been before the begin.
        return MonthsBetween(begin, until, before: 2).SelectMany(SalesOf).Where(d => d.Created >= begin);
    }

    /// <summary>Purchase orders that a reader with this anchor sees; those created after the instant may be among them.</summary>
    public IEnumerable<PurchaseDocument> Purchases(DateOnly anchor, long until)
    {
        var begin = BeginOf(anchor);
        return MonthsBetween(begin, until, before: 0).SelectMany(PurchasesOf).Where(d => d.Created >= begin);
    }

    public SalesDocument? FindSale(string number) =>
        TryMonth(number, out var month) ? SalesOf(month).Find(d => d.Number == number) : null;

    public PurchaseDocument? FindPurchase(string number) =>
        TryMonth(number, out var month) ? PurchasesOf(month).Find(d => d.Number == number) : null;

    public Trade? FindParty(string key) =>
        key.StartsWith("C-", StringComparison.Ordinal) && TryNumber(key.AsSpan(2), out var number) && number > 0 && DemoCounterparties.KeyOf(number) == key
            ? Trade(number)
            : null;

    public static bool TryNumber(ReadOnlySpan<char> text, out int number) =>
        int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number) && number < 100_000;

    /// <summary>When the history of a reader with this anchor begins: 30,000 sales documents before its first midnight, about three years.</summary>
    private long BeginOf(DateOnly anchor) => begins.GetOrAdd(anchor, day =>
    {
        var midnight = Moments.At(day);
        var month = Moments.MonthOf(day);
        var created = new List<long>(HistoryOrders + 2000);
        for (var left = 2; left > 0 && Moments.At(Moments.FirstOf(month)) >= Opened; month--)
        {
            created.AddRange(SalesOf(month).Select(d => d.Created).Where(c => c < midnight));
            left -= created.Count >= HistoryOrders ? 1 : 0; // one month more, for its returns
        }

        created.Sort();
        return created[Math.Max(0, created.Count - HistoryOrders)];
    });

    private List<SalesDocument> SalesOf(int month) => sales.GetOrAdd(month, m => SalesMonth.Make(this, m));

    private List<PurchaseDocument> PurchasesOf(int month) => purchases.GetOrAdd(month, m => PurchaseMonth.Make(this, m));

    private static IEnumerable<int> MonthsBetween(long from, long to, int before)
    {
        var first = Moments.MonthOf(Moments.Day(from)) - before;
        return Enumerable.Range(first, Math.Max(0, Moments.MonthOf(Moments.Day(to)) - first + 1));
    }

    /// <summary>The month in a document number such as SO-261121-017; years 2000 to 2099.</summary>
    private static bool TryMonth(string number, out int month)
    {
        month = 0;
        if (number.Length < 9 || number[2] != '-'
            || !DateOnly.TryParseExact("20" + number[3..9], "yyyyMMdd", System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.None, out var day))
        {
            return false;
        }

        month = Moments.MonthOf(day);
        return true;
    }
}
