using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>Planned contacts whose reminder has come, for the responsible user and the colleagues who take part.</summary>
internal sealed class ContactReminders(CrmDbContext database) : IReminderSource
{
    /// <summary>A reminder that nobody could be told of for so long is told no more.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromDays(14);

    // A contact that was moved has another key, so it is told again.
    private static string Due(string user, string join) => $"""
        SELECT i.id, {user}, i.remind_at, i.counterparty_id, i.subject, i.planned_start FROM interaction i {join}
        WHERE i.state = 0 AND i.remind_at IS NOT NULL AND i.remind_at <= @now AND i.remind_at > @since
          AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.user_id = {user} AND n.kind = 'contact' AND n.key = i.id || ':' || i.remind_at)
        """;

    private static readonly string Sql = Due("i.responsible_id", "") + " UNION ALL " +
        Due("u.user_id", "JOIN interaction_user u ON u.interaction_id = i.id AND u.is_open AND u.user_id <> i.responsible_id");

    public string Kind => NoticeKinds.Contact;

    public TimeSpan Every => TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(Sql, [("@now", Instant.ToMicroseconds(now)), ("@since", Instant.ToMicroseconds(now - Late))], cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            yield return Row(reader);
        }
    }

    private static Reminder Row(DbDataReader reader)
    {
        var (id, remindAt) = (reader.GetInt64(0), reader.GetInt64(2));
        return new(reader.GetInt64(1), string.Create(CultureInfo.InvariantCulture, $"{id}:{remindAt}"), Instant.FromMicroseconds(remindAt))
        {
            CounterpartyId = reader.GetInt64(3),
            Text = reader.Text(4),
            At = reader.InstantOrNull(5),
            Address = string.Create(CultureInfo.InvariantCulture, $"/interactions/{id}"),
        };
    }
}
