using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>Keeps search texts and phones in step with the page that is being stored.</summary>
internal static class SearchUpkeep
{
    private const int Part = 1000;

    /// <param name="session">In the page's transaction.</param>
    /// <param name="touched">A temporary table of counterparty ids, which may repeat.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task RefreshAsync(MirrorSession session, string touched, CancellationToken cancellation)
    {
        var ids = await session.QueryAsync($"SELECT DISTINCT id FROM {touched}", r => r.GetInt64(0), cancellation);
        await LockAsync(session, cancellation);
        await RefreshAsync(session, ids, cancellation);
    }

    /// <summary>Lets no other transaction refresh until this one ends: two that write one counterparty's text would both add it. SQLite has one writer anyway.</summary>
    public static Task LockAsync(MirrorSession session, CancellationToken cancellation) => session.Kind == DatabaseKind.Sqlite ? Task.CompletedTask
        : session.ExecuteAsync("SELECT pg_advisory_xact_lock(@space, 0)", cancellation, ("@space", SyncClaim.LockSpace)); // 0 is no connection's number

    /// <param name="session">In a transaction that holds the lock.</param>
    /// <param name="ids">Of counterparties, each once.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task RefreshAsync(MirrorSession session, IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        foreach (var part in ids.Chunk(Part))
        {
            var list = string.Join(",", part);
            var documents = await SearchDocument.ReadAsync(session, $"c.id IN ({list})", $"p.counterparty_id IN ({list})", cancellation);
            await SearchTables.RemoveTextsAsync(session, list, cancellation);
            await SearchTables.AddTextsAsync(session, documents, cancellation);
            await RefreshPhonesAsync(session, list, documents, cancellation);
        }
    }

    /// <summary>Leaves numbers alone that stay: most changes of a counterparty do not touch them, and each costs a dozen entries.</summary>
    private static async Task RefreshPhonesAsync(
        MirrorSession session, string list, IReadOnlyList<SearchDocument> documents, CancellationToken cancellation)
    {
        var wanted = documents.SelectMany(d => d.Phones.Select(p => (d.Id, Line: p))).ToHashSet();
        var gone = new List<(long Id, string Digits)>();
        foreach (var (id, owner, line) in await session.QueryAsync(
            $"SELECT id, counterparty_id, person_id, typed, digits, is_own FROM phone WHERE counterparty_id IN ({list})",
            r => (r.GetInt64(0), r.GetInt64(1), new PhoneLine(r.IsDBNull(2) ? null : r.GetInt64(2), r.GetString(3), r.GetString(4), r.GetBoolean(5))),
            cancellation))
        {
            if (!wanted.Remove((owner, line)))
            {
                gone.Add((id, line.Digits));
            }
        }

        await SearchTables.RemovePhonesAsync(session, gone, cancellation);
        if (wanted.Count == 0)
        {
            return;
        }

        await SearchTables.AddPhonesAsync(session, wanted, cancellation);
        // What was just added has no entries yet; its ids are the largest ones of these counterparties.
        var added = await session.QueryAsync(
            $"SELECT id, digits FROM phone WHERE counterparty_id IN ({list}) ORDER BY id DESC LIMIT {wanted.Count}",
            r => (r.GetInt64(0), r.GetString(1)),
            cancellation);
        await SearchTables.AddFragmentsAsync(session, added, cancellation);
    }
}
