using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>Birthdays of contact persons, the ERP's and the CRM's own, told to the user who is responsible for the counterparty, so many days ahead as that user wants; once a year.</summary>
internal sealed class Birthdays(CrmDbContext database, Responsibles responsibles) : IReminderSource
{
    private const int Morning = 8 * 60;

    public string Kind => NoticeKinds.Birthday;

    public TimeSpan Every => TimeSpan.FromMinutes(15);

    public async IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var users = await responsibles.ReadAsync(cancellation);
        await using var command = await database.CommandAsync(
            """
            SELECT p.id, p.name, COALESCE(k.birthday, p.birthday), c.id, c.manager_login FROM contact_person p JOIN counterparty c ON c.id = p.counterparty_id
            LEFT JOIN person_card k ON k.contact_person_id = p.id
            LEFT JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id = c.id
            WHERE COALESCE(k.birthday, p.birthday) IS NOT NULL AND p.is_active AND p.gone_at IS NULL AND c.is_active AND c.gone_at IS NULL AND c.manager_login IS NOT NULL
            AND (w.left_on IS NULL OR w.left_on > @today)
            UNION ALL
            SELECT -k.id, k.name, k.birthday, c.id, c.manager_login FROM person_card k JOIN person_place w ON w.person_card_id = k.id JOIN counterparty c ON c.id = w.counterparty_id
            WHERE k.contact_person_id IS NULL AND k.birthday IS NOT NULL AND c.is_active AND c.gone_at IS NULL AND c.manager_login IS NOT NULL
            AND (w.left_on IS NULL OR w.left_on > @today)
            """, [("@today", DateOnly.FromDateTime(now.UtcDateTime).DayNumber)], cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            if (!users.TryGetValue(reader.GetString(4), out var user))
            {
                continue;
            }

            var today = LocalTime.DayOf(now, user.Zone);
            var next = BirthdayRule.Next(reader.Day(2), today);
            if (next.DayNumber - today.DayNumber > user.BirthdayDays)
            {
                continue;
            }

            var counterparty = reader.GetInt64(3);
            yield return new(user.Id, string.Create(CultureInfo.InvariantCulture, $"{reader.GetInt64(0)}:{next.Year}"), QuietRule.At(today, Morning, user.Zone))
            {
                CounterpartyId = counterparty,
                Text = reader.GetString(1),
                Day = next,
                Address = string.Create(CultureInfo.InvariantCulture, $"/counterparties/{counterparty}"),
            };
        }
    }
}
