using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Crm.Plugin.Shell.Live;

/// <summary>The screens that are open in this process, by user.</summary>
internal sealed class LiveHub
{
    /// <summary>More windows than anybody watches: the one opened first is closed, and asks again when it is looked at.</summary>
    private const int MostScreens = 16;

    private readonly ConcurrentDictionary<long, List<LiveSubscription>> screens = new();

    public bool IsWatched => !screens.IsEmpty;

    public LiveSubscription Open(long userId)
    {
        var subscription = new LiveSubscription(this, userId);
        screens.AddOrUpdate(userId, _ => [subscription], (_, open) =>
        {
            foreach (var oldest in open.Take(open.Count - MostScreens + 1))
            {
                oldest.End();
            }

            return [.. open.Skip(Math.Max(0, open.Count - MostScreens + 1)), subscription];
        });
        return subscription;
    }

    public void Deliver(LiveEvent message)
    {
        foreach (var subscription in screens.TryGetValue(message.UserId, out var open) ? open : [])
        {
            subscription.Offer(message);
        }
    }

    internal void Close(LiveSubscription subscription)
    {
        while (screens.TryGetValue(subscription.UserId, out var open))
        {
            List<LiveSubscription> rest = [.. open.Where(s => s != subscription)];
            if (rest.Count > 0 ? screens.TryUpdate(subscription.UserId, rest, open) : screens.TryRemove(new(subscription.UserId, open)))
            {
                return;
            }
        }
    }
}

/// <summary>One open screen.</summary>
internal sealed class LiveSubscription(LiveHub hub, long userId) : IDisposable
{
    // A screen that does not read loses the oldest: each event only says "look again".
    private readonly Channel<LiveEvent> waiting = Channel.CreateBounded<LiveEvent>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });

    public long UserId => userId;

    public ChannelReader<LiveEvent> Events => waiting.Reader;

    public void Offer(LiveEvent message) => waiting.Writer.TryWrite(message);

    public void End() => waiting.Writer.TryComplete();

    public void Dispose()
    {
        End();
        hub.Close(this);
    }
}
