using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Internal plans whose reminder has come, for their owner and the colleagues who take part.</summary>
internal sealed class InternalReminders(CrmDbContext database) : IReminderSource
{
    /// <summary>What is told.</summary>
    public static NoticeKind Notice { get; } = new("internal", "Plans without a counterparty", "{2}: {1}", "users-group", NoticeChannels.Bell)
    {
        // Held, called off or moved meanwhile. The number follows "/calendar/internal/".
        StandsWhile = "(SELECT p.starts_at FROM internal_plan p WHERE p.id = CAST(SUBSTR(n.address, 20) AS bigint) AND p.state = 0) = n.at",
    };

    /// <summary>A reminder that nobody could be told of for so long is told no more.</summary>
    private static readonly TimeSpan Late = TimeSpan.FromDays(14);

    private static string Due(string user, string join) => $"""
        SELECT p.id, {user}, p.remind_at, p.subject, p.starts_at FROM internal_plan p {join}
        WHERE p.state = 0 AND p.remind_at IS NOT NULL AND p.remind_at <= @now AND p.remind_at > @since
          AND NOT EXISTS (SELECT 1 FROM notice n WHERE n.user_id = {user} AND n.kind = 'internal' AND n.key = p.id || ':' || p.remind_at)
        """;

    private static readonly string Sql = Due("p.owner_id", "") + " UNION ALL " + Due("u.user_id", "JOIN internal_plan_user u ON u.internal_plan_id = p.id");

    public string Kind => Notice.Code;

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
            Text = reader.Text(3),
            At = reader.InstantOrNull(4),
            Address = string.Create(CultureInfo.InvariantCulture, $"/calendar/internal/{id}"),
        };
    }
}
