using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>A call that is going on.</summary>
/// <param name="Call">The line that took it, or the one where it rang first.</param>
/// <param name="Waits">How long it has rung, or had rung when somebody took it.</param>
/// <param name="Talks">How long somebody has talked; null while it rings.</param>
/// <param name="Who">Whoever took it; while it rings, everybody at whose line it rings.</param>
/// <param name="Counterparty">Whom a user has said it is.</param>
public sealed record LiveCall(PhoneCall Call, TimeSpan Waits, TimeSpan? Talks, string Who, string? Counterparty);

/// <summary>What is going on at the telephones, and how it went within some days.</summary>
internal sealed class CallFloor(CrmDbContext database, CurrentUser user)
{
    /// <summary>More calls than this are not added up on one page.</summary>
    public const int Most = 200_000;

    /// <summary>Calls that ring, the longest first, then those in which somebody talks.</summary>
    /// <param name="whose">Null for everybody's.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<LiveCall>> GoingOnAsync(long? whose, DateTimeOffset now, CancellationToken cancellation)
    {
        var (ringing, talking) = (now - CallRule.LongestRinging, now - CallRule.LongestTalk);
        var open = database.Set<PhoneCall>().Where(c => c.RangAt > talking && c.EndedAt == null && !c.IsInternal && (c.AnsweredAt != null || c.RangAt > ringing));
        if (whose is { } id)
        {
            open = open.Where(c => c.UserId == id);
        }

        var readable = Reach.Within(database.Set<Mirror.Records.CounterpartyRecord>(), user.Rights.ReadScope, user);
        var rows = await (from c in open.OrderByDescending(c => c.RangAt).Take(500)
                          join u in database.Set<UserAccount>() on c.UserId equals u.Id into users
                          from u in users.DefaultIfEmpty()
                          join p in readable on c.CounterpartyId equals p.Id into parties
                          from p in parties.DefaultIfEmpty()
                          select new { Call = c, User = u.Name, Counterparty = p.Name }).ToListAsync(cancellation);
        return [.. rows.GroupBy(r => r.Call.CallKey).Select(g =>
        {
            var taken = g.Where(r => r.Call.AnsweredAt is not null).OrderBy(r => r.Call.AnsweredAt).ToList();
            var rang = g.Min(r => r.Call.RangAt);
            var shown = taken.Count > 0 ? taken : [.. g.OrderBy(r => r.Call.RangAt)];
            var answered = shown[0].Call.AnsweredAt;
            return new LiveCall(
                shown[0].Call, (answered ?? now) - rang, now - answered, string.Join(", ", shown.Select(r => r.User ?? r.Call.Line).Where(n => n.Length > 0).Distinct()), g.Select(r => r.Counterparty).FirstOrDefault(n => n is not null));
        }).OrderBy(c => c.Talks is not null).ThenByDescending(c => c.Waits)];
    }

    /// <summary>Figures of some days.</summary>
    /// <returns>The figures, and whether there were more calls than are added up.</returns>
    public async Task<(CallStatistics Figures, bool IsCut)> FiguresAsync(long? whose, CallPeriod period, CancellationToken cancellation)
    {
        var (from, before) = (LocalTime.StartOf(period.From, user.Zone), LocalTime.StartOf(period.To.AddDays(1), user.Zone));
        var rows = await database.ReadAsync(
            $"""
            SELECT c.call_key, u.name, c.direction, c.digits, c.rang_at, c.answered_at, c.ended_at, c.disposition FROM phone_call c LEFT JOIN user_account u ON u.id = c.user_id
            WHERE c.rang_at >= @from AND c.rang_at < @until AND c.is_internal = FALSE AND (@user = 0 OR c.user_id = @user OR (c.direction = 2 AND c.rang_at >= @before)) ORDER BY c.rang_at DESC, c.id DESC LIMIT {Most + 1}
            """,
            [("@from", Instant.ToMicroseconds(from)), ("@before", Instant.ToMicroseconds(before)), ("@until", Instant.ToMicroseconds(before + CallStatisticsRule.BackWithin)), ("@user", whose ?? 0)],
            row => new CountedCall(
                row.GetString(0), row.Text(1), (CallDirection)row.GetInt32(2), CallRule.Tail(row.GetString(3)), Instant.FromMicroseconds(row.GetInt64(4)), row.InstantOrNull(5), row.InstantOrNull(6), row.Text(7)), cancellation);
        return (CallStatisticsRule.Apply(rows.Count > Most ? rows[..Most] : rows, before, user.Zone), rows.Count > Most);
    }
}
