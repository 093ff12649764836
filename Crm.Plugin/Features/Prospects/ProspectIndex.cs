using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Lets prospects be found the moment they are kept: the mirror's ledger, by which others follow changes, says nothing of them.</summary>
internal sealed class ProspectIndex(CrmDbContext database, SearchFollow search, DuplicateKeys keys)
{
    /// <summary>In the transaction that changes them.</summary>
    public async Task NoteAsync(IReadOnlyCollection<long> counterparties, CancellationToken cancellation)
    {
        foreach (var id in counterparties)
        {
            await SearchFollow.MarkAsync(database, id, null, null, cancellation);
        }

        await keys.RefreshAsync(counterparties, cancellation);
        await keys.CompareAsync(counterparties, cancellation);
    }

    /// <summary>After it; left undone, a job does it within seconds.</summary>
    public async Task FollowAsync(CancellationToken cancellation)
    {
        database.ChangeTracker.Clear();
        await search.RunAsync(cancellation);
    }
}
