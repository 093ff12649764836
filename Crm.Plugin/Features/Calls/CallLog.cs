using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>Takes what an exchange reports. Idempotent: each moment of a call is kept as it first came, whatever comes twice or late.</summary>
internal sealed class CallLog(CrmDbContext database, LivePush push, TimeProvider clock)
{
    /// <summary>Kind of the push to a user's screens.</summary>
    public const string News = "call";

    /// <summary>Kind of the push to those who look after everybody's calls.</summary>
    public const string Queue = "queue";

    /// <returns>Null when the report names a user or a call that there is not: nothing was kept.</returns>
    public async Task<CallReceipt?> RecordAsync(CallNews news, CancellationToken cancellation)
    {
        var at = news.At ?? clock.GetUtcNow();
        await database.Database.OpenConnectionAsync(cancellation);
        var userId = await UserAsync(news, cancellation);
        if (userId is null && news.User is { Length: > 0 })
        {
            return null;
        }

        var changed = new HashSet<long>();
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellation))
        {
            if (news.Event == CallMoment.Ringing || (news.Line.Length > 0 && news.Number is not null))
            {
                changed.UnionWith(await BeginAsync(news, userId, at, cancellation));
            }

            changed.UnionWith(await MoveAsync(news, at, cancellation));
            await transaction.CommitAsync(cancellation);
        }

        var calls = await database.Set<PhoneCall>().Where(c => c.CallKey == news.CallId).OrderBy(c => c.Id).Take(100).ToListAsync(cancellation);
        await push.PublishAsync([.. calls.Where(c => changed.Contains(c.Id) && c is { UserId: not null, IsInternal: false })
            .Select(c => (c.UserId!.Value, News, (string?)c.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))], cancellation);
        // After the cards: whoever is called comes first.
        if (changed.Count > 0 && calls.Any(c => !c.IsInternal))
        {
            var watching = await database.Set<UserAccount>().Where(u => u.IsActive && (u.Role == Role.CommercialDirector || u.Role == Role.Administrator)).OrderBy(u => u.Id).Take(100).Select(u => u.Id).ToListAsync(cancellation);
            await push.PublishAsync([.. watching.Select(w => (w, Queue, (string?)null))], cancellation);
        }

        var logins = await LoginsAsync(calls, cancellation);
        return calls.Count == 0 ? null : new([.. calls.Select(c => new CallAnswer(
            c.Id, c.Line, c.UserId is { } user ? logins.GetValueOrDefault(user) : null,
            c.EndedAt is not null ? CallMoment.Ended : c.AnsweredAt is not null ? CallMoment.Answered : CallMoment.Ringing))], changed.Count > 0);
    }

    private Task<List<long>> BeginAsync(CallNews news, long? userId, DateTimeOffset at, CancellationToken cancellation) => BeginAsync(
        news, news.Digits, userId, at, cancellation);

    private async Task<List<long>> BeginAsync(CallNews news, string digits, long? userId, DateTimeOffset at, CancellationToken cancellation) => await database.ReadAsync(
        """
        INSERT INTO phone_call (call_key, line, user_id, direction, number, digits, is_internal, rang_at) VALUES (@key, @line, @user, @direction, @number, @digits, @internal, @at)
        ON CONFLICT (call_key, line) DO NOTHING RETURNING id
        """,
        [
            ("@key", news.CallId), ("@line", news.Line), ("@user", userId), ("@direction", (int)news.Direction), ("@number", digits.Length == 0 ? "" : news.Number!.Trim()),
            ("@digits", digits), ("@internal", await IsOwnAsync(digits, cancellation)), ("@at", Instant.ToMicroseconds(at)),
        ],
        row => row.GetInt64(0), cancellation);

    private async Task<IEnumerable<long>> MoveAsync(CallNews news, DateTimeOffset at, CancellationToken cancellation)
    {
        (string, object?)[] parameters = [("@key", news.CallId), ("@line", news.Line), ("@at", Instant.ToMicroseconds(at)), ("@how", news.Disposition is { Length: > 0 } how ? how : null)];
        var here = news.Line.Length == 0 ? "call_key = @key" : "call_key = @key AND line = @line";
        return news.Event switch
        {
            CallMoment.Answered =>
            [
                .. await ChangeAsync($"answered_at = @at WHERE {here} AND answered_at IS NULL", parameters, cancellation),
                // Whoever else it rang at need not reach for the receiver any more.
                .. news.Line.Length == 0 ? [] : await ChangeAsync(
                    "ended_at = @at, disposition = 'elsewhere' WHERE call_key = @key AND line <> @line AND answered_at IS NULL AND ended_at IS NULL", parameters, cancellation),
            ],
            CallMoment.Ended => await ChangeAsync($"ended_at = @at, disposition = COALESCE(@how, disposition) WHERE {here} AND ended_at IS NULL", parameters, cancellation),
            _ => [],
        };
    }

    private Task<List<long>> ChangeAsync(string change, (string, object?)[] parameters, CancellationToken cancellation) =>
        database.ReadAsync($"UPDATE phone_call SET {change} RETURNING id", parameters.Where(p => change.Contains(p.Item1, StringComparison.Ordinal)), row => row.GetInt64(0), cancellation);

    private async Task<long?> UserAsync(CallNews news, CancellationToken cancellation) =>
        news.User is { Length: > 0 } login
            ? await database.Set<UserAccount>().Where(u => u.Login == login && u.IsActive).Select(u => (long?)u.Id).FirstOrDefaultAsync(cancellation)
            : await database.Set<CallLine>().Where(l => l.Extension == news.Extension).Select(l => (long?)l.UserId).FirstOrDefaultAsync(cancellation);

    /// <summary>A number of the company's own list, or another desk's extension.</summary>
    private async Task<bool> IsOwnAsync(string digits, CancellationToken cancellation)
    {
        if (digits.Length == 0)
        {
            return false;
        }

        // A company has a few dozen numbers; their spelling may lack the country, as the caller's may.
        var own = await database.Set<OwnNumber>().OrderBy(n => n.Digits).Take(CallSettings.Most).Select(n => n.Digits).ToListAsync(cancellation);
        return own.Any(o => CallRule.Likeness(o, digits) > 1) || await database.Set<CallLine>().AnyAsync(l => l.Extension == digits, cancellation);
    }

    private async Task<Dictionary<long, string>> LoginsAsync(List<PhoneCall> calls, CancellationToken cancellation)
    {
        var ids = calls.Select(c => c.UserId).OfType<long>().ToList();
        return await database.Set<UserAccount>().Where(u => ids.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.Login, cancellation);
    }
}
