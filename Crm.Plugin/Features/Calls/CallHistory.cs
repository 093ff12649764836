using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>A call of the list.</summary>
/// <param name="Call">The call.</param>
/// <param name="User">Whose line it was.</param>
/// <param name="CounterpartyId">Of the contact that was logged from it.</param>
/// <param name="Counterparty">Its name.</param>
/// <param name="InteractionId">The contact that was logged from it; null while none is.</param>
public sealed record CallRow(PhoneCall Call, string? User, long? CounterpartyId, string? Counterparty, long? InteractionId);

/// <summary>How one user's calls went within some days.</summary>
/// <param name="User">Name; null for lines that are nobody's.</param>
/// <param name="Incoming">Calls that came in, those taken at another line left out.</param>
/// <param name="Missed">Of them, not answered.</param>
/// <param name="Outgoing">Calls made.</param>
/// <param name="WaitSeconds">Time until the answer, summed over the answered ones that came in.</param>
/// <param name="TalkSeconds">Time on the telephone.</param>
public sealed record CallFigures(string? User, long Incoming, long Missed, long Outgoing, long WaitSeconds, long TalkSeconds);

/// <summary>Reads past calls and how they went.</summary>
internal sealed class CallHistory(CrmDbContext database, CurrentUser user)
{
    /// <summary>Latest first; another's only for those who review everybody's work.</summary>
    /// <param name="whose">Null for everybody's.</param>
    /// <param name="missed">Only those nobody answered.</param>
    /// <param name="before">Number of the last row of the page before.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<CallRow>> ListAsync(long? whose, bool missed, long? before, int limit, CancellationToken cancellation)
    {
        var calls = database.Set<PhoneCall>().Where(c => !c.IsInternal && c.Disposition != "elsewhere" | c.Disposition == null);
        if (whose is { } id)
            calls = calls.Where(c => c.UserId == id);
        if (missed)
            calls = calls.Where(c => c.AnsweredAt == null && c.EndedAt != null && c.Direction == CallDirection.Incoming);
        if (before is { } last)
            calls = calls.Where(c => c.Id < last);
        var readable = database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user);
        return await (from c in calls.OrderByDescending(c => c.Id).Take(limit)
                      join u in database.Set<UserAccount>() on c.UserId equals u.Id into users
                      from u in users.DefaultIfEmpty()
                      join i in database.Set<Interaction>() on c.Id equals i.CallId into logged
                      from i in logged.DefaultIfEmpty()
                      join p in readable on i.CounterpartyId equals p.Id into parties
                      from p in parties.DefaultIfEmpty()
                      orderby c.Id descending
                      select new CallRow(c, u.Name, p.Id, p.Name, p == null ? null : (long?)i.Id)).ToListAsync(cancellation);
    }

    /// <summary>By user, everybody's or one's.</summary>
    public async Task<IReadOnlyList<CallFigures>> FiguresAsync(long? whose, DateTimeOffset from, CancellationToken cancellation) => await database.ReadAsync(
        $"""
        SELECT u.name,
            SUM(CASE WHEN c.direction = 1 THEN 1 ELSE 0 END), SUM(CASE WHEN c.direction = 1 AND c.answered_at IS NULL AND c.ended_at IS NOT NULL THEN 1 ELSE 0 END),
            SUM(CASE WHEN c.direction = 2 THEN 1 ELSE 0 END),
            SUM(CASE WHEN c.direction = 1 AND c.answered_at IS NOT NULL THEN c.answered_at - c.rang_at ELSE 0 END), SUM(COALESCE(c.ended_at - c.answered_at, 0))
        FROM phone_call c LEFT JOIN user_account u ON u.id = c.user_id
        WHERE c.rang_at >= @from AND c.is_internal = FALSE AND COALESCE(c.disposition, '') <> 'elsewhere' {(whose is null ? "" : "AND c.user_id = @user")}
        GROUP BY u.name ORDER BY u.name LIMIT 200
        """,
        [("@from", Instant.ToMicroseconds(from)), ("@user", whose ?? 0)],
        row => new CallFigures(row.Text(0), Sum(row.GetValue(1)), Sum(row.GetValue(2)), Sum(row.GetValue(3)), Sum(row.GetValue(4)) / 1_000_000, Sum(row.GetValue(5)) / 1_000_000), cancellation);

    private static long Sum(object value) => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture);
}
