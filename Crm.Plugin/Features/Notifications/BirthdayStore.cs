using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Notifications;

/// <summary>A birthday that is to come.</summary>
/// <param name="After">Days after the first day of the list.</param>
/// <param name="PersonId">The ERP's person; that of the CRM's own with a minus before it.</param>
/// <param name="Name">Of the person.</param>
/// <param name="NameFolded">As the list is sorted.</param>
/// <param name="Birthday">Day of birth; see <see cref="BirthdayRule.Age"/> for its year.</param>
/// <param name="CounterpartyId">For whom they speak.</param>
/// <param name="CounterpartyName">Its name.</param>
/// <param name="ManagerLogin">Who is responsible for it; null for nobody.</param>
public sealed record ComingBirthday(int After, long PersonId, string Name, string NameFolded, DateOnly Birthday, long CounterpartyId, string CounterpartyName, string? ManagerLogin);

/// <summary>Where a page of birthdays ended.</summary>
public sealed record BirthdayCursor(int After, string Name, long PersonId, long CounterpartyId);

/// <summary>Birthdays of the ERP's contact persons and of the CRM's own, as far as the reader's rights reach.</summary>
internal sealed class BirthdayStore(CrmDbContext database, CurrentUser user)
{
    /// <summary>Most days ahead that can be asked for.</summary>
    public const int MostDays = 60;

    /// <summary>Who has a birthday on a day or soon after, by day and name.</summary>
    /// <param name="mine">Only persons of the reader's own counterparties.</param>
    /// <param name="from">The first day, of the reader's calendar.</param>
    /// <param name="days">How many follow it, 0–<see cref="MostDays"/>.</param>
    /// <param name="after">The last row of the page before; null from the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<ComingBirthday>> ReadAsync(bool mine, DateOnly from, int days, BirthdayCursor? after, int limit, CancellationToken cancellation)
    {
        var scope = user.Rights.ReadScope;
        // Every day of birth that counts stands in the question, so that the index finds them; a month ahead is some four thousand numbers.
        var born = string.Join(',', BirthdayRule.Kept(from, Math.Clamp(days, 0, MostDays)).Select(k => string.Create(CultureInfo.InvariantCulture, $"({k.Birthday.DayNumber},{k.After})")));
        var counterparty = $"c.is_active AND c.gone_at IS NULL AND {Reach.Sql(scope, "c", user)} {(mine ? "AND c.manager_login = @me" : "")}";
        const string Speaks = "(w.left_on IS NULL OR w.left_on > @today)";
        return await database.ReadAsync(
            $"""
            WITH born (day, place) AS (VALUES {born})
            SELECT r.place, r.person, r.name, r.folded, r.birthday, r.counterparty, r.counterparty_name, r.manager FROM (
                SELECT born.place, p.id AS person, p.name, p.name_folded AS folded, p.birthday, c.id AS counterparty, c.name AS counterparty_name, c.manager_login AS manager
                FROM born JOIN contact_person p ON p.birthday = born.day JOIN counterparty c ON c.id = p.counterparty_id
                LEFT JOIN person_card k ON k.contact_person_id = p.id LEFT JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id = c.id
                WHERE k.birthday IS NULL AND p.is_active AND p.gone_at IS NULL AND {Speaks} AND {counterparty}
                UNION ALL
                SELECT born.place, p.id, p.name, p.name_folded, k.birthday, c.id, c.name, c.manager_login
                FROM born JOIN person_card k ON k.birthday = born.day JOIN contact_person p ON p.id = k.contact_person_id JOIN counterparty c ON c.id = p.counterparty_id
                LEFT JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id = c.id
                WHERE p.is_active AND p.gone_at IS NULL AND {Speaks} AND {counterparty}
                UNION ALL
                SELECT born.place, -k.id, k.name, k.name_folded, k.birthday, c.id, c.name, c.manager_login
                FROM born JOIN person_card k ON k.birthday = born.day JOIN person_place w ON w.person_card_id = k.id JOIN counterparty c ON c.id = w.counterparty_id
                WHERE k.contact_person_id IS NULL AND {Speaks} AND {counterparty}) r
            WHERE (r.place, r.folded, r.person, r.counterparty) > (@place, @name, @person, @counterparty)
            ORDER BY r.place, r.folded, r.person, r.counterparty LIMIT @limit
            """,
            [
                ("@me", user.Login), ("@today", from.DayNumber), ("@place", after?.After ?? -1), ("@name", after?.Name ?? ""), ("@person", after?.PersonId ?? 0), ("@counterparty", after?.CounterpartyId ?? 0),
                ("@limit", limit), .. Reach.Parameters(scope, user),
            ],
            row => new ComingBirthday(row.GetInt32(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.Day(4), row.GetInt64(5), row.GetString(6), row.Text(7)), cancellation);
    }

    /// <summary>How many days ahead the reader wants to be told.</summary>
    public async Task<int> DaysAsync(CancellationToken cancellation) =>
        (await database.ReadAsync("SELECT birthday_days FROM notice_settings WHERE user_id = @user", [("@user", user.Id)], row => row.GetInt32(0), cancellation)) is [var days, ..] ? days : new NoticeSettings().BirthdayDays;
}
