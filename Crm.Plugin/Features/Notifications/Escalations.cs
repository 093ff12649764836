using System.Globalization;
using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Tells a user's superior of what the user has not looked at within the time that the company set for its kind; once.</summary>
internal sealed class Escalations(CrmDbContext database, NoticeWishes wishes, IEnumerable<NoticeKind> kinds, TimeProvider clock)
{
    private const int BatchSize = 200;

    /// <returns>How many superiors' notices are new.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var company = await wishes.ReadAsync(database, [], cancellation);
        var added = 0;
        foreach (var kind in kinds)
        {
            if (company.EscalateAfterMinutes(kind.Code) is { } minutes)
            {
                added += await KindAsync(kind, clock.GetUtcNow(), TimeSpan.FromMinutes(minutes), cancellation);
            }
        }

        return added;
    }

    private async Task<int> KindAsync(NoticeKind kind, DateTimeOffset now, TimeSpan after, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        // A contact that was held or called off meanwhile is nobody's concern any more.
        var open = kind.StandsWhile is { } condition ? $"AND {condition}" : "";
        var ids = await database.ReadAsync(
            $"""
            SELECT n.id FROM notice n WHERE n.kind = @kind AND n.told_at <= @before AND n.told_at IS NOT NULL AND n.read_at IS NULL AND n.done_at IS NULL
            AND n.escalated_at IS NULL AND n.origin_user_id IS NULL {open} ORDER BY n.told_at LIMIT {BatchSize}{Claims.Skip(database)}
            """,
            [("@kind", kind.Code), ("@before", Instant.ToMicroseconds(now - after))], row => row.GetInt64(0), cancellation);
        var (added, superiors) = (0, new Dictionary<long, long?>());
        foreach (var notice in await database.Set<Notice>().Where(n => ids.Contains(n.Id)).ToListAsync(cancellation))
        {
            if (!superiors.TryGetValue(notice.UserId, out var superior))
            {
                superiors[notice.UserId] = superior = await SuperiorAsync(notice.UserId, cancellation);
            }

            if (superior is { } chief)
            {
                added += await NoticeCollector.AddAsync(database, kind.Code, [Copy(notice, chief, now)], now, cancellation, notice.UserId);
            }
        }

        await database.Set<Notice>().Where(n => ids.Contains(n.Id)).ExecuteUpdateAsync(n => n.SetProperty(x => x.EscalatedAt, now), cancellation);
        await transaction.CommitAsync(cancellation);
        return added;
    }

    private static Reminder Copy(Notice notice, long superior, DateTimeOffset now) =>
        new(superior, string.Create(CultureInfo.InvariantCulture, $"escalated:{notice.Id}"), now)
        {
            CounterpartyId = notice.CounterpartyId,
            Text = notice.Text,
            Day = notice.Day,
            At = notice.At,
            AmountE4 = notice.AmountE4,
            Currency = notice.Currency,
            Address = notice.Address,
        };

    /// <summary>A commercial director of the user's team, else the company's first; nobody above a director.</summary>
    private async Task<long?> SuperiorAsync(long userId, CancellationToken cancellation)
    {
        var account = await database.Set<UserAccount>().FirstOrDefaultAsync(a => a.Id == userId, cancellation);
        if (account is null or { Role: Role.CommercialDirector })
        {
            return null;
        }

        var directors = await database.Set<UserAccount>().Where(a => a.IsActive && a.Role == Role.CommercialDirector && a.Id != userId).OrderBy(a => a.Id).Take(1_000).Select(a => new { a.Id, a.Login }).ToListAsync(cancellation);
        var team = directors.Count == 0 ? [] : await TeamStore.LoginsAsync(database, account, cancellation);
        return (directors.FirstOrDefault(d => team.Contains(d.Login, StringComparer.Ordinal)) ?? directors.FirstOrDefault())?.Id;
    }
}
