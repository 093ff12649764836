using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Shell.Live;

/// <summary>What a screen reads: a kind and what belongs to it.</summary>
internal sealed record LiveNews(string Kind, string? Data);

/// <summary>The events of one open screen as server-sent events, until the screen closes, the sign-in ends or the process stops.</summary>
internal sealed class LiveStream(LiveHub hub, AccountDirectory accounts, IDbContextFactory<CrmDbContext> databases, IHostApplicationLifetime life, TimeProvider clock)
{
    /// <summary>Kind of the events that only keep the line open through proxies.</summary>
    public const string Beat = "beat";

    private const int MostMissed = 200;
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(15);

    /// <param name="user">Whose screen.</param>
    /// <param name="stamp">Of the sign-in: the line ends when the account changes.</param>
    /// <param name="after">Number of the last event that the screen has seen; null for a screen that has just read its state.</param>
    /// <param name="closed">The screen went away.</param>
    public async IAsyncEnumerable<SseItem<LiveNews>> ReadAsync(CurrentUser user, string? stamp, long? after, [EnumeratorCancellation] CancellationToken closed)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(closed, life.ApplicationStopping);
        using var screen = hub.Open(user.Id);
        // At once, so that the browser knows the line is open and when to come back.
        yield return new(new(Beat, null)) { ReconnectionInterval = TimeSpan.FromSeconds(3) };
        var sent = new HashSet<long>();
        foreach (var missed in after is { } last ? await MissedAsync(user.Id, last, end.Token) : [])
        {
            sent.Add(missed.Id);
            yield return Item(missed);
        }

        while (await accounts.FindAsync(user.Id, stamp, end.Token) is not null && !end.IsCancellationRequested)
        {
            if (!await WaitAsync(screen, end.Token))
            {
                if (end.IsCancellationRequested || screen.Events.Completion.IsCompleted)
                {
                    yield break;
                }

                yield return new(new(Beat, null));
            }

            while (screen.Events.TryRead(out var message))
            {
                if (sent.Count == 0 || sent.Add(message.Id))
                {
                    yield return Item(message);
                }
            }
        }
    }

    private static SseItem<LiveNews> Item(LiveEvent message) =>
        new(new(message.Kind, message.Data)) { EventId = message.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    private async Task<List<LiveEvent>> MissedAsync(long userId, long after, CancellationToken cancellation)
    {
        await using var database = await databases.CreateDbContextAsync(cancellation);
        return await database.Set<LiveEvent>().Where(e => e.UserId == userId && e.Id > after).OrderBy(e => e.Id).Take(MostMissed).ToListAsync(cancellation);
    }

    /// <returns>True when there is something to read.</returns>
    private async Task<bool> WaitAsync(LiveSubscription screen, CancellationToken end)
    {
        using var beat = new CancellationTokenSource(BeatEvery, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(beat.Token, end);
        try
        {
            return await screen.Events.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
