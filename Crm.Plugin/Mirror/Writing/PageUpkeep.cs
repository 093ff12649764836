using Crm.Plugin.Mirror.Searching;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>What follows from a page beyond its own table: references that waited for its rows, search texts and phones.</summary>
internal sealed class PageUpkeep(
    MirrorSession session, MirrorTable table, MirrorSql sql, MirrorPhase phase, (string, object?)[] values)
{
    private readonly bool keepsSearch =
        phase.SearchIsBuilt && SearchFollows(table.Entity);

    private bool touchedAny;

    /// <summary>Whether new rows must be numbered for <see cref="AfterUpdateAsync"/>.</summary>
    public bool NeedsIds => keepsSearch;

    /// <summary>Whether counterparties are found by what such a record says.</summary>
    public static bool SearchFollows(MirrorEntity entity) => entity is MirrorEntity.Counterparties or MirrorEntity.ContactPersons;

    public static Task PrepareAsync(MirrorSession session, CancellationToken cancellation) =>
        session.StageAsync(MirrorSql.Touched, [MirrorColumn.Long("id")], null, cancellation);

    /// <summary>Remembers whom the changed persons spoke for.</summary>
    public Task BeforeUpdateAsync(CancellationToken cancellation) =>
        TouchPersonsAsync($"SELECT id FROM {sql.Stage} WHERE old_version IS NOT NULL", cancellation);

    public async Task AfterUpdateAsync(bool someAreNew, CancellationToken cancellation)
    {
        if (someAreNew && phase.IndexesAreBuilt && !phase.IsFirstRead)
        {
            await WaitingReferences.ResolveAsync(session, table.Name, $"SELECT host_key FROM {sql.Stage} WHERE old_version IS NULL", values, cancellation);
        }

        await TouchPersonsAsync($"SELECT id FROM {sql.Stage}", cancellation);
        if (keepsSearch && table.Entity == MirrorEntity.Counterparties)
        {
            touchedAny |= await session.ExecuteAsync($"INSERT INTO {MirrorSql.Touched} (id) SELECT id FROM {sql.Stage}", cancellation) > 0;
        }
    }

    /// <summary>Remembers whom the vanished persons spoke for. A vanished counterparty stays to be found: its contact log does.</summary>
    public Task BeforeGoneAsync(CancellationToken cancellation) => TouchPersonsAsync(sql.GoneIds, cancellation);

    public async Task FinishAsync(CancellationToken cancellation)
    {
        if (touchedAny)
        {
            await SearchUpkeep.RefreshAsync(session, MirrorSql.Touched, cancellation);
        }
    }

    private async Task TouchPersonsAsync(string ids, CancellationToken cancellation)
    {
        if (keepsSearch && table.Entity == MirrorEntity.ContactPersons)
        {
            touchedAny |= await session.ExecuteAsync(
                $"INSERT INTO {MirrorSql.Touched} (id) SELECT DISTINCT counterparty_id FROM contact_person WHERE counterparty_id IS NOT NULL AND id IN ({ids})",
                cancellation,
                values) > 0;
        }
    }
}
