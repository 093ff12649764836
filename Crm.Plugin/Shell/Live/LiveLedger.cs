namespace Crm.Plugin.Shell.Live;

/// <summary>Which events this process has delivered already: each may come by several ways, and their numbers need not come in order.</summary>
internal sealed class LiveLedger
{
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromMinutes(1);

    private readonly Lock gate = new();
    private readonly HashSet<long> known = [];
    private readonly Queue<(DateTimeOffset At, long Id)> order = new();
    private DateTimeOffset nextSweep = DateTimeOffset.MinValue;

    /// <summary>Every event up to this number was delivered here, or committed before this process began to look.</summary>
    public long Floor { get; private set; }

    /// <summary>False when it was delivered before.</summary>
    public bool Note(long id, DateTimeOffset now)
    {
        lock (gate)
        {
            // A transaction that began before another may commit after it: a minute is long for one INSERT.
            while (order.TryPeek(out var oldest) && oldest.At < now - Overlap)
            {
                order.Dequeue();
                known.Remove(oldest.Id);
                Floor = Math.Max(Floor, oldest.Id);
            }

            if (id <= Floor || !known.Add(id))
            {
                return false;
            }

            order.Enqueue((now, id));
            return true;
        }
    }

    /// <summary>Where this process begins to look.</summary>
    public void StartAt(long id)
    {
        lock (gate)
        {
            Floor = Math.Max(Floor, id);
        }
    }

    /// <summary>True once a minute.</summary>
    public bool IsSweepDue(DateTimeOffset now)
    {
        lock (gate)
        {
            if (now < nextSweep)
            {
                return false;
            }

            nextSweep = now + SweepEvery;
            return true;
        }
    }
}
