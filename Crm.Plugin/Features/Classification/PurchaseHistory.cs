namespace Crm.Plugin.Features.Classification;

/// <summary>When a counterparty counts as lost.</summary>
/// <param name="AfterDays">Never before so many days without a purchase.</param>
/// <param name="Factor">Nor before so many times the counterparty's own mean interval.</param>
public readonly record struct LossRule(int AfterDays, decimal Factor)
{
    /// <summary>180 days, 3 intervals.</summary>
    public static LossRule Default => new(180, 3);

    /// <summary>Days without a purchase after which (not on which) the counterparty is lost.</summary>
    /// <param name="firstDay">Day of the first purchase.</param>
    /// <param name="lastDay">Day of the last purchase.</param>
    /// <param name="purchaseDays">Number of different purchase days; one day alone has no interval.</param>
    public decimal ThresholdDays(int firstDay, int lastDay, int purchaseDays) =>
        purchaseDays < 2 ? AfterDays : Math.Max(AfterDays, Factor * (lastDay - firstDay) / (purchaseDays - 1));

    /// <summary>The whole days of <see cref="ThresholdDays"/>: a silence of whole days is longer than the one exactly when it is longer than the other.</summary>
    public int WholeThresholdDays(int firstDay, int lastDay, int purchaseDays)
    {
        if (purchaseDays < 2)
        {
            return AfterDays;
        }

        Span<int> bits = stackalloc int[4];
        decimal.GetBits(Factor, bits);
        var scale = (bits[3] >> 16) & 0xFF;
        // A factor such as 3 or 2.5 is a small whole number over a power of ten, and whole numbers divide many times as fast.
        return (bits[0], bits[1], bits[2], scale) is (>= 0, 0, 0, <= 4)
            ? (int)Math.Min(int.MaxValue, Math.Max(AfterDays, (long)bits[0] * (lastDay - firstDay) / (PowersOfTen[scale] * (purchaseDays - 1))))
            : (int)Math.Min(int.MaxValue, decimal.Floor(ThresholdDays(firstDay, lastDay, purchaseDays)));
    }

    private static ReadOnlySpan<long> PowersOfTen => [1, 10, 100, 1_000, 10_000];
}

/// <summary>
/// What the purchases of one counterparty say, taken up one by one in the order of their dates. No clock, no database, no list.
/// </summary>
/// <remarks>
/// A gap so long that a run in it would have called the counterparty lost ends one relationship and begins another:
/// the one-time band counts the purchases of the present relationship only, else somebody who came back once would be
/// regular at once. The intervals are those of all purchases up to then, so a customer of one purchase a year is lost at
/// most once.
/// </remarks>
public struct PurchaseHistory
{
    private readonly LossRule _loss;
    private readonly int _lostAsOf;

    /// <summary>Begins without a purchase.</summary>
    /// <param name="loss">When a gap is a loss.</param>
    /// <param name="lostAsOfDay">
    /// Day of the last approved run when that called the counterparty lost, perhaps by hand; purchases after it begin a new relationship. Null else.
    /// </param>
    public PurchaseHistory(LossRule loss, int? lostAsOfDay)
    {
        _loss = loss;
        _lostAsOf = lostAsOfDay ?? int.MaxValue;
    }

    /// <summary>Sale documents altogether.</summary>
    public int Purchases { get; private set; }

    /// <summary>Different days with a sale document.</summary>
    public int Days { get; private set; }

    /// <summary>Sale documents of the present relationship.</summary>
    public int PurchasesSinceReturn { get; private set; }

    /// <summary>Day of the first sale document.</summary>
    public int FirstDay { get; private set; }

    /// <summary>Day of the last one.</summary>
    public int LastDay { get; private set; }

    /// <summary>There was a relationship before the present one.</summary>
    public bool HasReturned { get; private set; }

    /// <summary>See <see cref="LossRule.WholeThresholdDays"/>, from all purchases so far.</summary>
    public readonly int ThresholdDays => _loss.WholeThresholdDays(FirstDay, LastDay, Days);

    /// <summary>Whether the silence since the last purchase is a loss on this day; false before the first purchase.</summary>
    public readonly bool IsLost(int day) =>
        Purchases > 0 && day - LastDay > _loss.AfterDays && day - LastDay > ThresholdDays;

    /// <summary>Takes up one sale document.</summary>
    /// <param name="day">Not before the one taken up last.</param>
    public void Add(int day)
    {
        if (Purchases == 0)
        {
            FirstDay = day;
            Days = 1;
            HasReturned = day > _lostAsOf;
        }
        else if (day != LastDay)
        {
            // The longest silence that a run could have seen ended the day before this purchase.
            if (IsLost(day - 1) || (LastDay <= _lostAsOf && day > _lostAsOf))
            {
                HasReturned = true;
                PurchasesSinceReturn = 0;
            }

            Days++;
        }

        LastDay = day;
        Purchases++;
        PurchasesSinceReturn++;
    }
}
