using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Features.Care;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>
/// Customers whom nobody has contacted for longer than a rule of care allows, for who is responsible: once for each silence. A few at
/// a time, important and lately neglected ones first, so that a new rule does not bury anybody; the list of care has them all.
/// </summary>
internal sealed class OverdueCares(CrmDbContext database, Responsibles responsibles, IMemoryCache memory) : IReminderSource
{
    private const int MostAtOnce = 10;
    private const int Morning = 8 * 60;

    public string Kind => NoticeKinds.Care;

    public TimeSpan Every => TimeSpan.FromHours(6);

    public async IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var rules = await CareRuleSet.ReadAsync(database, memory, cancellation);
        if (rules.Rules.Count == 0)
        {
            yield break;
        }

        var users = (await responsibles.ReadAsync(cancellation)).Values.ToDictionary(u => u.Id);
        await using var command = await database.CommandAsync(
            $"""
            SELECT r.user_id, r.id, r.last, r.cut FROM (
                SELECT u.id AS user_id, o.id, o.last, o.cut, ROW_NUMBER() OVER (PARTITION BY u.id ORDER BY COALESCE(o.importance, 9), COALESCE(o.last, 0) DESC, o.id) AS place
                FROM (SELECT d.id, d.manager_login, d.importance, d.cut, {OverdueCareSql.Last} AS last FROM ({OverdueCareSql.Watched(rules, now, "c.manager_login IS NOT NULL")}) d WHERE {OverdueCareSql.IsOverdue}) o
                JOIN user_account u ON u.login = o.manager_login AND u.is_active
                WHERE NOT EXISTS (SELECT 1 FROM notice n WHERE n.user_id = u.id AND n.kind = '{NoticeKinds.Care}' AND n.key = o.id || ':' || COALESCE(o.last, 0))) r
            WHERE r.place <= {MostAtOnce}
            """, rules.Parameters, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!users.TryGetValue(reader.GetInt64(0), out var user))
            {
                continue;
            }

            var (counterparty, last) = (reader.GetInt64(1), reader.Long(2));
            yield return new(user.Id, string.Create(CultureInfo.InvariantCulture, $"{counterparty}:{last ?? 0}"), QuietRule.At(LocalTime.DayOf(now, user.Zone), Morning, user.Zone))
            {
                CounterpartyId = counterparty,
                Text = OverdueCareSql.Days(reader.GetInt64(3), now).ToString(CultureInfo.InvariantCulture),
                At = last is { } at ? Instant.FromMicroseconds(at) : null,
                Address = string.Create(CultureInfo.InvariantCulture, $"/counterparties/{counterparty}"),
            };
        }
    }
}
