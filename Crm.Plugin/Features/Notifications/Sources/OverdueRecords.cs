using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>Records of the ERP whose day has passed within the last two weeks: what is older is no news, and a new installation does not bury its users.</summary>
internal abstract class OverdueRecords(CrmDbContext database, Responsibles responsibles) : IReminderSource
{
    private const int NewsDays = 14;
    private const int Morning = 8 * 60;

    public abstract string Kind { get; }

    public TimeSpan Every => TimeSpan.FromMinutes(10);

    /// <summary>Login, the day that has passed, record, counterparty, text, amount, currency – of days after @from and up to @to.</summary>
    protected abstract string Sql { get; }

    public async IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var users = await responsibles.ReadAsync(cancellation);
        var utc = DateOnly.FromDateTime(now.UtcDateTime).DayNumber;
        await using var command = await database.CommandAsync(Sql, [("@from", utc - NewsDays), ("@to", utc)], cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var day = reader.Day(1);
            if (users.TryGetValue(reader.GetString(0), out var user) && day < LocalTime.DayOf(now, user.Zone))
            {
                yield return Row(reader, user, day);
            }
        }
    }

    protected abstract string Address(long record, long counterparty);

    private Reminder Row(DbDataReader reader, Responsible user, DateOnly day)
    {
        var (record, counterparty) = (reader.GetInt64(2), reader.GetInt64(3));
        return new(user.Id, string.Create(CultureInfo.InvariantCulture, $"{record}:{day.DayNumber}:{reader.Text(6)}"), QuietRule.At(day.AddDays(1), Morning, user.Zone))
        {
            CounterpartyId = counterparty,
            Text = reader.Text(4),
            Day = day,
            AmountE4 = reader.Long(5),
            Currency = reader.Text(6),
            Address = Address(record, counterparty),
        };
    }
}

/// <summary>What a customer owes since a day, one notice for each day and currency.</summary>
internal sealed class OverdueDebts(CrmDbContext database, Responsibles responsibles) : OverdueRecords(database, responsibles)
{
    public override string Kind => NoticeKinds.Debt;

    protected override string Sql => """
        SELECT c.manager_login, p.due_on, c.id, c.id, NULL, CAST(SUM(p.amount_e4) AS bigint), p.currency
        FROM payment p JOIN counterparty c ON c.id = p.counterparty_id
        WHERE p.due_on > @from AND p.due_on <= @to AND p.paid_on IS NULL AND p.gone_at IS NULL AND c.gone_at IS NULL AND c.manager_login IS NOT NULL
        GROUP BY c.manager_login, p.due_on, c.id, p.currency HAVING SUM(p.amount_e4) > 0
        """;

    protected override string Address(long record, long counterparty) => string.Create(CultureInfo.InvariantCulture, $"/counterparties/{counterparty}");
}

/// <summary>Orders of customers that were promised and are not delivered.</summary>
internal sealed class LateDeliveries(CrmDbContext database, Responsibles responsibles) : OverdueRecords(database, responsibles)
{
    public override string Kind => NoticeKinds.LateDelivery;

    protected override string Sql => """
        SELECT COALESCE(o.manager_login, c.manager_login), o.promised_on, o.id, c.id, o.number, CAST(NULL AS bigint), NULL
        FROM sales_order o JOIN counterparty c ON c.id = o.counterparty_id
        WHERE o.promised_on > @from AND o.promised_on <= @to AND o.delivered_on IS NULL AND o.state = 1 AND o.gone_at IS NULL AND COALESCE(o.manager_login, c.manager_login) IS NOT NULL
        """;

    protected override string Address(long record, long counterparty) => string.Create(CultureInfo.InvariantCulture, $"/orders/{record}");
}

/// <summary>Orders to suppliers that were promised and have not come.</summary>
internal sealed class LateSupplies(CrmDbContext database, Responsibles responsibles) : OverdueRecords(database, responsibles)
{
    public override string Kind => NoticeKinds.LateSupply;

    protected override string Sql => """
        SELECT c.manager_login, o.promised_on, o.id, c.id, o.number, CAST(NULL AS bigint), NULL
        FROM purchase_order o JOIN counterparty c ON c.id = o.counterparty_id
        WHERE o.promised_on > @from AND o.promised_on <= @to AND o.received_on IS NULL AND o.state = 1 AND o.gone_at IS NULL AND c.manager_login IS NOT NULL
        """;

    protected override string Address(long record, long counterparty) => string.Create(CultureInfo.InvariantCulture, $"/counterparties/{counterparty}");
}
