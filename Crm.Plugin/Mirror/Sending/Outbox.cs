using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Mirror.Sending;

/// <summary>A record of ours that waits until an ERP has it.</summary>
internal interface IOutgoing
{
    long Id { get; }

    /// <summary>Tries that were begun.</summary>
    int Attempts { get; }

    /// <summary>Null when it waits for nothing.</summary>
    DateTimeOffset? NextTryAt { get; }
}

/// <summary>Takes from an outbox what is due.</summary>
internal static class Outbox
{
    /// <summary>How long a claim lasts: longer than an ERP is waited for.</summary>
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Sends what is due, one after the other, each by one process. A claim that its process did not live to end runs out; the next try finds
    /// what the first may have made, by the same key.
    /// </summary>
    /// <param name="database">Where the outbox is.</param>
    /// <param name="waiting">Of the whole outbox those that may be sent.</param>
    /// <param name="same">The record while it is what it was when it was read: one that somebody changed meanwhile is left for the next turn.</param>
    /// <param name="send">True when the ERP has it.</param>
    /// <param name="most">Of one turn; what is left is for the next one.</param>
    /// <param name="clock">Of the claims.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>How many an ERP has now.</returns>
    public static async Task<int> SendDueAsync<T>(
        this CrmDbContext database, IQueryable<T> waiting, Func<T, IQueryable<T>> same, Func<T, Task<bool>> send, int most, TimeProvider clock, CancellationToken cancellation)
        where T : class, IOutgoing
    {
        var now = clock.GetUtcNow();
        var due = await waiting.Where(r => r.NextTryAt <= now).OrderBy(r => r.NextTryAt).ThenBy(r => r.Id).Take(most).ToListAsync(cancellation);
        var taken = 0;
        foreach (var record in due)
        {
            DateTimeOffset? until = clock.GetUtcNow() + Claim; // of this one: those before it may have taken long
            if (await same(record).Where(r => r.NextTryAt == record.NextTryAt)
                .ExecuteUpdateAsync(r => r.SetProperty(x => x.NextTryAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation) > 0)
            {
                taken += await send(record) ? 1 : 0;
                database.ChangeTracker.Clear();
            }
        }

        return taken;
    }
}
