using Crm.Plugin.Features.Classification;

namespace Crm.Plugin.Features.Retention;

/// <summary>
/// Announces customers who are likely to be lost, before the rules of the stages call them so. No clock, no database.
/// </summary>
/// <remarks>A customer is announced from two own mean intervals of silence on (and not before two weeks), until the stage turns.</remarks>
internal static class EarlyLossRule
{
    /// <summary>Own mean intervals of silence.</summary>
    public const double AnnouncedAfter = 2;

    /// <summary>Never earlier: somebody who buys each day may be on holiday.</summary>
    public const int LeastDays = 14;

    /// <summary>A year's discount of what is to come.</summary>
    public const double DiscountRate = 0.15;

    private const double WeeksPerMonth = 365.25 / 12 / 7;
    private const int Months = 36;

    /// <summary>Days of silence from which on a customer is announced; null with one purchase day.</summary>
    public static int? AnnouncedAfterDays(CustomerDays customer) =>
        customer.MeanInterval is { } mean ? Math.Max(LeastDays, (int)Math.Ceiling(AnnouncedAfter * mean)) : null;

    /// <summary>Days of silence after which the stage turns.</summary>
    public static int LostAfterDays(CustomerDays customer) =>
        (int)LossRule.Default.ThresholdDays(customer.Days[0], customer.Days[^1], customer.Days.Length);

    /// <summary>Whether the customer is announced on a day.</summary>
    public static bool IsAnnounced(CustomerDays customer, int today) =>
        AnnouncedAfterDays(customer) is { } after && today - customer.Days[^1] >= after && today - customer.Days[^1] <= LostAfterDays(customer);

    /// <summary>Orders the announced, the surest first: by the chance that they have left; without a model by their silence in own intervals.</summary>
    public static double Urgency(CustomerDays customer, int today, BgNbdModel? buying) =>
        buying is null ? (today - customer.Days[^1]) / Math.Max(1, customer.MeanInterval ?? 1) : 1 - buying.ProbabilityAlive(customer.Summary(today));

    /// <summary>All figures of one customer.</summary>
    public static LikelyLoss Describe(CustomerDays customer, int today, BgNbdModel? buying, GammaGammaModel? spending, double margin)
    {
        var summary = customer.Summary(today);
        var mean = customer.MeanInterval ?? 0;
        double? Expected(double months) => buying?.ExpectedPurchases(summary, months * WeeksPerMonth);
        var value = spending?.ExpectedValue(summary);
        double? lifetime = null;
        if (buying is not null && value is { } each)
        {
            lifetime = 0;
            var before = 0.0;
            for (var month = 1; month <= Months; month++)
            {
                var until = buying.ExpectedPurchases(summary, month * WeeksPerMonth);
                lifetime += (until - before) * each * margin / Math.Pow(1 + DiscountRate, month / 12.0);
                before = until;
            }
        }

        var last = DateOnly.FromDayNumber(customer.Days[^1]);
        return new(
            customer.Id, customer.Days.Length, last, last.AddDays((int)Math.Round(mean)), customer.IntervalDeviation,
            mean > 0 ? (today - customer.Days[^1]) / mean : 0, buying?.ProbabilityAlive(summary), Expected(3), Expected(6), Expected(12), value, lifetime,
            last.AddDays(LostAfterDays(customer) + 1));
    }
}
