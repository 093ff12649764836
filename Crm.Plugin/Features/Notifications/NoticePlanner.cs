using System.Globalization;
using System.Text;
using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Chooses the channels of notices that are due: what the user wants, outside quiet hours. The bell has them as soon as they are planned.</summary>
/// <remarks>Rows are claimed by locking them for the length of one transaction: a second process takes others, a killed one leaves nothing half done.</remarks>
internal sealed class NoticePlanner(IDbContextFactory<CrmDbContext> databases, AccountDirectory accounts, NoticeWishes wishes, LivePush push, TimeProvider clock)
{
    /// <summary>What open screens are told when the bell has something new.</summary>
    public const string Live = "notices";

    private const int BatchSize = 1_000;
    private const int MostBatches = 20;

    /// <returns>How many notices were told.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var told = 0;
        var changed = new HashSet<long>();
        await using var database = await databases.CreateDbContextAsync(cancellation);
        for (var batch = 0; batch < MostBatches; batch++)
        {
            var (taken, users, count) = await BatchAsync(database, cancellation);
            told += count;
            changed.UnionWith(users);
            if (taken < BatchSize)
            {
                break;
            }
        }

        // After the commits: whoever is woken reads the list itself. Not being woken costs a look at the bell, never a notice.
        await push.PublishAsync([.. changed.Select(user => (user, Live, (string?)null))], cancellation);
        return told;
    }

    private async Task<(int Taken, IReadOnlyCollection<long> Users, int Told)> BatchAsync(CrmDbContext database, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var moment = Instant.ToMicroseconds(now);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var due = await database.ReadAsync(
            $"SELECT n.id, n.user_id, n.kind, n.round, {wishes.Settled} FROM notice n WHERE n.plan_at IS NOT NULL AND n.plan_at <= @now ORDER BY n.plan_at, n.id LIMIT {BatchSize}{Claims.Skip(database)}",
            [("@now", moment)], row => (Id: row.GetInt64(0), User: row.GetInt64(1), Kind: row.GetString(2), Round: row.GetInt32(3), IsSettled: row.GetInt32(4) == 1), cancellation);
        if (due.Count == 0)
        {
            return (0, [], 0);
        }

        var wanted = await wishes.ReadAsync(database, [.. due.Select(d => d.User).Distinct()], cancellation);
        var deliveries = new List<(long Notice, NoticeChannels Channel, int Round, long User)>();
        var later = new List<(long Notice, long At)>();
        var tell = new List<(long Notice, NoticeChannels Channels)>();
        var unwanted = new List<long>();
        foreach (var notice in due)
        {
            var user = await accounts.FindAsync(notice.User, null, cancellation);
            var channels = user is null ? NoticeChannels.None : wanted.Channels(notice.User, notice.Kind);
            // Between the day that it was written and now it may have waited out a night or a snooze.
            if (user is null || channels == NoticeChannels.None || notice.IsSettled)
            {
                unwanted.Add(notice.Id);
                continue;
            }

            var at = wanted.Settings(notice.User) is { } s ? QuietRule.NextAllowed(now, user.Zone, s.QuietFrom, s.QuietTo) : now;
            if (at > now)
            {
                later.Add((notice.Id, Instant.ToMicroseconds(at)));
                continue;
            }

            tell.Add((notice.Id, channels));
            deliveries.AddRange(Single(channels).Select(c => (notice.Id, c, notice.Round + 1, notice.User)));
        }

        foreach (var group in later.GroupBy(l => l.At))
        {
            await ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"UPDATE notice SET plan_at = {group.Key} WHERE id IN ({Claims.List(group.Select(g => g.Notice))})"), cancellation);
        }

        foreach (var group in tell.GroupBy(t => t.Channels))
        {
            await ExecuteAsync(database, string.Create(
                CultureInfo.InvariantCulture,
                $"UPDATE notice SET plan_at = NULL, told_at = {moment}, read_at = NULL, digested_at = NULL, channels = {(int)group.Key}, round = round + 1 WHERE id IN ({Claims.List(group.Select(g => g.Notice))})"), cancellation);
        }

        await DeliverAsync(database, deliveries, moment, cancellation);

        if (unwanted.Count > 0)
        {
            // Put away at once, so that it can be found but is nowhere shown.
            await ExecuteAsync(database, string.Create(CultureInfo.InvariantCulture, $"UPDATE notice SET plan_at = NULL, done_at = {moment} WHERE id IN ({Claims.List(unwanted)})"), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return (due.Count, [.. deliveries.Where(d => d.Channel == NoticeChannels.Bell).Select(d => d.User).Distinct()], tell.Count);
    }

    private static IEnumerable<NoticeChannels> Single(NoticeChannels channels) =>
        Enum.GetValues<NoticeChannels>().Where(c => c is not NoticeChannels.None && channels.HasFlag(c));

    private static async Task DeliverAsync(CrmDbContext database, List<(long Notice, NoticeChannels Channel, int Round, long User)> deliveries, long moment, CancellationToken cancellation)
    {
        if (deliveries.Count == 0)
        {
            return;
        }

        var sql = new StringBuilder("INSERT INTO notice_delivery (notice_id, channel, round, user_id, state, next_at, delivered_at) VALUES ");
        sql.AppendJoin(", ", deliveries.Select(d => d.Channel is NoticeChannels.Bell or NoticeChannels.Digest
            ? string.Create(CultureInfo.InvariantCulture, $"({d.Notice}, {(int)d.Channel}, {d.Round}, {d.User}, {(int)DeliveryState.Delivered}, {moment}, {moment})")
            : string.Create(CultureInfo.InvariantCulture, $"({d.Notice}, {(int)d.Channel}, {d.Round}, {d.User}, {(int)DeliveryState.Waiting}, {moment}, NULL)")));
        await ExecuteAsync(database, sql.Append(" ON CONFLICT DO NOTHING").ToString(), cancellation);
    }

    private static async Task ExecuteAsync(CrmDbContext database, string sql, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(sql, [], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
