using System.Data.Common;
using System.Globalization;
using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>A user's own notices; what hangs on a counterparty only as long as the user may read it.</summary>
internal sealed class NoticeStore(CrmDbContext database, NoticeWishes wishes, TimeProvider clock)
{
    /// <summary>The bell shows more as 99+.</summary>
    public const int MostCounted = 100;

    private const int MostDigests = 20_000;

    private static readonly string OnBell = $"(n.channels & {(int)NoticeChannels.Bell}) = {(int)NoticeChannels.Bell}";

    private static readonly string InDigest = $"n.done_at IS NULL AND n.read_at IS NULL AND n.told_at IS NOT NULL AND n.digested_at IS NULL AND (n.channels & {(int)NoticeChannels.Digest}) = {(int)NoticeChannels.Digest}";

    private static string Columns(string settled) => $"""
        SELECT n.id, n.kind, c.name, n.text, n.day, n.at, n.amount_e4, n.currency, n.address, n.told_at, n.read_at, o.name, {settled}
        FROM notice n LEFT JOIN counterparty c ON c.id = n.counterparty_id LEFT JOIN user_account o ON o.id = n.origin_user_id
        """;

    /// <summary>Told on the bell and not put away, latest first.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="after">Where the page before ended; null for the first.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<List<NoticeLine>> ListAsync(CurrentUser user, (long At, long Id)? after, int limit, CancellationToken cancellation) => database.ReadAsync(
        $"""
        {Columns("0")} WHERE n.user_id = @user AND n.done_at IS NULL AND n.told_at IS NOT NULL AND {OnBell} AND n.told_at <= @at AND (n.told_at < @at OR n.id < @id) AND {Readable(user)}
        ORDER BY n.told_at DESC, n.id DESC LIMIT {limit.ToString(CultureInfo.InvariantCulture)}
        """,
        [("@user", user.Id), ("@at", after?.At ?? long.MaxValue), ("@id", after?.Id ?? long.MaxValue), .. Reach.Parameters(user.Rights.ReadScope, user)], Line, cancellation);

    /// <summary>Those of these that the user may still read, in no order; each says whether it is settled.</summary>
    public Task<List<NoticeLine>> ReadAsync(CurrentUser user, IEnumerable<long> ids, CancellationToken cancellation) => database.ReadAsync(
        $"{Columns($"CASE WHEN n.done_at IS NOT NULL THEN 1 ELSE {wishes.Settled} END")} WHERE n.id IN ({Claims.List(ids)}) AND n.user_id = @user AND {Readable(user)}",
        [("@user", user.Id), .. Reach.Parameters(user.Rights.ReadScope, user)], Line, cancellation);

    /// <summary>Users for whom something waits to be told in a digest, each with the instant since which the first of it waits.</summary>
    public Task<List<(long User, DateTimeOffset Since)>> DigestUsersAsync(CancellationToken cancellation) =>
        database.ReadAsync($"SELECT n.user_id, MIN(n.told_at) FROM notice n WHERE {InDigest} GROUP BY n.user_id LIMIT {MostDigests}", [], row => (row.GetInt64(0), Instant.FromMicroseconds(row.GetInt64(1))), cancellation);

    /// <summary>What waits for a user's digest, was not read meanwhile and still has its reason; oldest first.</summary>
    /// <param name="user">Whose.</param>
    /// <param name="kinds">Only of these kinds.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<List<NoticeLine>> DigestAsync(CurrentUser user, IReadOnlyList<string> kinds, int limit, CancellationToken cancellation) => kinds.Count == 0 ? Task.FromResult<List<NoticeLine>>([]) : database.ReadAsync(
        $"""
        {Columns("0")} WHERE {InDigest} AND n.user_id = @user AND n.kind IN ({string.Join(", ", kinds.Select((_, i) => $"@kind{i}"))}) AND {wishes.Settled} = 0 AND {Readable(user)}
        ORDER BY n.told_at, n.id LIMIT {limit.ToString(CultureInfo.InvariantCulture)}
        """,
        [("@user", user.Id), .. kinds.Select((k, i) => ($"@kind{i}", (object?)k)), .. Reach.Parameters(user.Rights.ReadScope, user)], Line, cancellation);

    /// <summary>These were in a digest that is sent with the caller's transaction.</summary>
    public Task<int> DigestedAsync(IEnumerable<long> ids, CancellationToken cancellation)
    {
        var (digested, now) = (ids.ToList(), (DateTimeOffset?)clock.GetUtcNow());
        return database.Set<Notice>().Where(n => digested.Contains(n.Id)).ExecuteUpdateAsync(n => n.SetProperty(x => x.DigestedAt, now), cancellation);
    }

    /// <summary>What could not reach its user in the chosen way stands on the bell after all: nothing told is seen by nobody.</summary>
    public Task<int> PutOnBellAsync(IEnumerable<long> ids, CancellationToken cancellation)
    {
        var lost = ids.ToList();
        return database.Set<Notice>().Where(n => lost.Contains(n.Id)).ExecuteUpdateAsync(n => n.SetProperty(x => x.Channels, x => x.Channels | NoticeChannels.Bell), cancellation);
    }

    /// <summary>Unread ones on the bell, counted up to <see cref="MostCounted"/>.</summary>
    public async Task<int> UnreadAsync(CurrentUser user, CancellationToken cancellation) => (await database.ReadAsync(
        $"""
        SELECT COUNT(*) FROM (SELECT n.id FROM notice n LEFT JOIN counterparty c ON c.id = n.counterparty_id
        WHERE n.user_id = @user AND n.done_at IS NULL AND n.read_at IS NULL AND n.told_at IS NOT NULL AND {OnBell} AND {Readable(user)} LIMIT {MostCounted}) unread
        """,
        [("@user", user.Id), .. Reach.Parameters(user.Rights.ReadScope, user)], row => (int)row.GetInt64(0), cancellation)).Single();

    /// <summary>Marks one as read.</summary>
    /// <returns>Where its record is shown; null when the notice is not the user's or leads nowhere.</returns>
    public async Task<string?> OpenAsync(CurrentUser user, long id, CancellationToken cancellation)
    {
        var now = (DateTimeOffset?)clock.GetUtcNow();
        await Own(user, id).Where(n => n.ReadAt == null).ExecuteUpdateAsync(n => n.SetProperty(x => x.ReadAt, now), cancellation);
        return await Own(user, id).Select(n => n.Address).FirstOrDefaultAsync(cancellation);
    }

    public Task<int> ReadAllAsync(CurrentUser user, CancellationToken cancellation)
    {
        var now = (DateTimeOffset?)clock.GetUtcNow();
        return database.Set<Notice>().Where(n => n.UserId == user.Id && n.DoneAt == null && n.ReadAt == null && n.ToldAt != null && (n.Channels & NoticeChannels.Bell) == NoticeChannels.Bell).ExecuteUpdateAsync(n => n.SetProperty(x => x.ReadAt, now), cancellation);
    }

    /// <summary>Puts one away.</summary>
    public Task<int> DoneAsync(CurrentUser user, long id, CancellationToken cancellation)
    {
        var now = (DateTimeOffset?)clock.GetUtcNow();
        return Own(user, id).Where(n => n.DoneAt == null).ExecuteUpdateAsync(n => n.SetProperty(x => x.DoneAt, now).SetProperty(x => x.ReadAt, x => x.ReadAt ?? now).SetProperty(x => x.PlanAt, (DateTimeOffset?)null), cancellation);
    }

    /// <summary>Hides one until an instant; then it is told again through every chosen channel.</summary>
    public Task<int> SnoozeAsync(CurrentUser user, long id, DateTimeOffset until, CancellationToken cancellation)
    {
        var (at, now) = ((DateTimeOffset?)until, (DateTimeOffset?)clock.GetUtcNow());
        return Own(user, id).Where(n => n.DoneAt == null).ExecuteUpdateAsync(
            n => n.SetProperty(x => x.PlanAt, at).SetProperty(x => x.ToldAt, (DateTimeOffset?)null).SetProperty(x => x.ReadAt, now), cancellation);
    }

    private IQueryable<Notice> Own(CurrentUser user, long id) => database.Set<Notice>().Where(n => n.Id == id && n.UserId == user.Id);

    private static string Readable(CurrentUser user) => $"(n.counterparty_id IS NULL OR {Reach.Sql(user.Rights.ReadScope, "c", user)})";

    private static NoticeLine Line(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Kind = row.GetString(1),
        Counterparty = row.Text(2),
        Text = row.Text(3),
        Day = row.DayOrNull(4),
        At = row.InstantOrNull(5),
        AmountE4 = row.Long(6),
        Currency = row.Text(7),
        Address = row.Text(8),
        ToldAt = row.InstantOrNull(9) ?? DateTimeOffset.UnixEpoch,
        IsRead = !row.IsDBNull(10),
        OriginName = row.Text(11),
        IsSettled = row.GetInt32(12) == 1,
    };
}
