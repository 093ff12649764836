namespace Crm.Tests.Jobs.Hangfire;

/// <summary>A job that counts itself.</summary>
internal sealed class Gauge(TimeSpan takes = default)
{
    private int inside;
    private int most;
    private int ended;

    /// <summary>How many ran at the same time, at most.</summary>
    public int Most => most;

    public int Ended => ended;

    /// <summary>Set when a run begins.</summary>
    public SemaphoreSlim Begun { get; } = new(0);

    public async Task RunAsync(IServiceProvider services, CancellationToken cancellation)
    {
        var now = Interlocked.Increment(ref inside);
        for (var seen = most; now > seen && Interlocked.CompareExchange(ref most, now, seen) != seen; seen = most)
        {
        }

        Begun.Release();
        try
        {
            await Task.Delay(takes, TimeProvider.System, cancellation);
            Interlocked.Increment(ref ended);
        }
        finally
        {
            Interlocked.Decrement(ref inside);
        }
    }

    public Task<bool> BeganAsync(double seconds = 30) => Begun.WaitAsync(TimeSpan.FromSeconds(seconds));
}
