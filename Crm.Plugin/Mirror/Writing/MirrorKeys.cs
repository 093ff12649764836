using Crm.Plugin.Storage;
using Npgsql;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// The unique keys of the mirror's tables on PostgreSQL. There a table that is filled without its key fills several times faster,
/// so the key is made when the first read ends; SQLite, which gains nothing by it, has it from the beginning.
/// </summary>
internal static class MirrorKeys
{
    private const string Twice = "stage_twice";

    /// <summary>Whether the table has its key.</summary>
    public static async Task<bool> IsMadeAsync(MirrorSession session, MirrorTable table, CancellationToken cancellation) =>
        session.Kind == DatabaseKind.Sqlite
        || await session.NumberAsync(
            "SELECT 1 FROM pg_indexes WHERE indexname = @name AND schemaname = ANY (current_schemas(false))", cancellation, ("@name", Name(table))) is not null;

    /// <summary>
    /// Makes the key. A host may have handed over one record twice, because it was changed or moved while it was being paged:
    /// the first one stays, with the content of the last one, for a contact may have been logged with it meanwhile.
    /// </summary>
    public static async Task MakeAsync(MirrorSession session, MirrorTable table, CancellationToken cancellation)
    {
        if (await IsMadeAsync(session, table, cancellation))
        {
            return;
        }

        try
        {
            await CreateAsync(session, table, cancellation);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            await session.StageAsync(Twice, [MirrorColumn.Int("connection_id"), MirrorColumn.Text("host_key"), MirrorColumn.Long("first"), MirrorColumn.Long("last")], null, cancellation);
            await session.InTransactionAsync(
                async () =>
                {
                    await MergeAsync(session, table, cancellation);
                    return await CreateAsync(session, table, cancellation);
                },
                cancellation);
        }
    }

    private static Task<int> CreateAsync(MirrorSession session, MirrorTable table, CancellationToken cancellation) =>
        session.ExecuteAsync($"CREATE UNIQUE INDEX IF NOT EXISTS {Name(table)} ON {table.Name} (connection_id, host_key)", cancellation);

    private static async Task MergeAsync(MirrorSession session, MirrorTable table, CancellationToken cancellation)
    {
        var columns = table.Columns.SelectMany(c => c.Target is null ? (string[])[c.Name] : [c.IdName, c.Name]).Prepend("read_at").Prepend("version");
        await session.ExecuteAsync(
            $"INSERT INTO {Twice} SELECT connection_id, host_key, MIN(id), MAX(id) FROM {table.Name} GROUP BY connection_id, host_key HAVING COUNT(*) > 1", cancellation);
        await session.ExecuteAsync(
            $"UPDATE {table.Name} t SET gone_at = NULL{string.Concat(columns.Select(c => $", {c} = l.{c}"))} FROM {Twice} w JOIN {table.Name} l ON l.id = w.last WHERE t.id = w.first", cancellation);
        await session.ExecuteAsync(
            $"DELETE FROM {table.Name} t USING {Twice} w WHERE t.connection_id = w.connection_id AND t.host_key = w.host_key AND t.id <> w.first", cancellation);
    }

    private static string Name(MirrorTable table) => $"ux_{table.Name}_host_key";
}
