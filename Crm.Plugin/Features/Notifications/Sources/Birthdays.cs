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
        if (users.Count == 0)
        {
            yield break;
        }

        // Days of birth that are kept on a day which is near enough in any zone: the index finds them, whatever number of persons there is.
        var utc = DateOnly.FromDateTime(now.UtcDateTime);
        var born = string.Join(',', BirthdayRule.Kept(utc.AddDays(-1), users.Values.Max(u => u.BirthdayDays) + 2).Select(k => string.Create(CultureInfo.InvariantCulture, $"({k.Birthday.DayNumber})")).Distinct());
        const string Told = "c.is_active AND c.gone_at IS NULL AND c.manager_login IS NOT NULL AND (w.left_on IS NULL OR w.left_on > @today)";
        await using var command = await database.CommandAsync(
            $"""
            WITH born (day) AS (VALUES {born})
            SELECT p.id, p.name, p.birthday, c.id, c.manager_login FROM born CROSS JOIN contact_person p JOIN counterparty c ON c.id = p.counterparty_id
            LEFT JOIN person_card k ON k.contact_person_id = p.id LEFT JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id = c.id
            WHERE p.birthday = born.day AND k.birthday IS NULL AND p.is_active AND p.gone_at IS NULL AND {Told}
            UNION ALL
            SELECT p.id, p.name, k.birthday, c.id, c.manager_login FROM born CROSS JOIN person_card k JOIN contact_person p ON p.id = k.contact_person_id JOIN counterparty c ON c.id = p.counterparty_id
            LEFT JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id = c.id
            WHERE k.birthday = born.day AND p.is_active AND p.gone_at IS NULL AND {Told}
            UNION ALL
            SELECT -k.id, k.name, k.birthday, c.id, c.manager_login FROM born CROSS JOIN person_card k JOIN person_place w ON w.person_card_id = k.id JOIN counterparty c ON c.id = w.counterparty_id
            WHERE k.birthday = born.day AND k.contact_person_id IS NULL AND {Told}
            """, [("@today", utc.DayNumber)], cancellation);
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
