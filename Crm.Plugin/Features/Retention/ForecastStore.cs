using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Retention;

/// <summary>What is expected of one customer.</summary>
/// <param name="Expected">All figures.</param>
/// <param name="FirstOn">The first purchase.</param>
/// <param name="MeanDays">Mean of the days between purchases; null with one purchase day.</param>
/// <param name="IsAnnounced">Likely to be lost: silent beyond its own rhythm, but not yet lost.</param>
/// <param name="AnnouncedAfterDays">Days of silence from which on it is announced; null with one purchase day.</param>
/// <param name="Report">The evaluation whose model was used.</param>
internal sealed record CustomerForecast(LikelyLoss Expected, DateOnly FirstOn, double? MeanDays, bool IsAnnounced, int? AnnouncedAfterDays, RetentionReport Report);

/// <summary>Tells what is expected of one customer: its own purchase days in the model of the last evaluation. Nothing is fitted.</summary>
internal sealed class ForecastStore(CrmDbContext database, RetentionEvaluation evaluation)
{
    private const int MostDays = 5000;

    /// <param name="counterpartyId">One that the reader may see.</param>
    /// <param name="today">The last day that counts.</param>
    /// <param name="cancellation">Cancels the query.</param>
    /// <returns>Null before the first evaluation and of those who never bought.</returns>
    public async Task<CustomerForecast?> ReadAsync(long counterpartyId, DateOnly today, CancellationToken cancellation)
    {
        if (await evaluation.LastAsync(cancellation) is not { } last)
        {
            return null;
        }

        var days = await database.ReadAsync(
            $"""
            SELECT date, SUM(CASE WHEN currency = @currency THEN total_e4 ELSE 0 END) FROM sales_order
            WHERE counterparty_id = @id AND date <= @today AND kind = {(int)Contracts.SalesOrderKind.Sale} AND {SalesHistory.SalesSource.Counting}
            GROUP BY date ORDER BY date DESC LIMIT {MostDays}
            """,
            [("@id", counterpartyId), ("@today", today.DayNumber), ("@currency", last.Report.Currency)],
            row => (Day: row.GetInt32(0), Value: Convert.ToDouble(row.GetValue(1), System.Globalization.CultureInfo.InvariantCulture) / 10_000), cancellation);
        if (days.Count == 0)
        {
            return null;
        }

        var customer = new CustomerDays(counterpartyId, [.. days.Select(d => d.Day).Reverse()], [.. days.Select(d => d.Value).Reverse()]);
        return new(
            EarlyLossRule.Describe(customer, today.DayNumber, last.Report.Buying, last.Report.Spending, last.Report.Margin),
            DateOnly.FromDayNumber(customer.Days[0]), customer.MeanInterval, EarlyLossRule.IsAnnounced(customer, today.DayNumber),
            EarlyLossRule.AnnouncedAfterDays(customer), last.Report);
    }
}
