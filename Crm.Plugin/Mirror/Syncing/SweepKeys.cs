using Crm.Contracts;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>The host's living keys in a temporary table on disk, for the length of one sweep.</summary>
internal sealed class SweepKeys : IAsyncDisposable
{
    private static readonly IReadOnlyList<MirrorColumn> Columns = [MirrorColumn.Long("no"), MirrorColumn.Text("host_key"), MirrorColumn.Text("version")];

    private readonly MirrorSession session;
    private long count;

    private SweepKeys(MirrorSession session) => this.session = session;

    public static string Table => "sweep_key";

    public static async Task<SweepKeys> OpenAsync(MirrorSession session, CancellationToken cancellation)
    {
        // Not unique: a host that lists a key twice (records moved while it paged) is no reason to give up.
        await session.ExecuteAsync(
            session.Kind == DatabaseKind.Sqlite
                ? $"DROP TABLE IF EXISTS temp.{Table}; CREATE TEMP TABLE {Table} (no INTEGER PRIMARY KEY, host_key TEXT NOT NULL, version TEXT NOT NULL); CREATE INDEX temp.ix_{Table} ON {Table} (host_key);"
                : $"DROP TABLE IF EXISTS {Table}; CREATE TEMP TABLE {Table} (no bigint PRIMARY KEY, host_key text COLLATE \"C\" NOT NULL, version text COLLATE \"C\" NOT NULL); CREATE INDEX ix_{Table} ON {Table} (host_key);",
            cancellation);
        return new(session);
    }

    public Task AddAsync(IReadOnlyList<KeyVersion> keys, CancellationToken cancellation) =>
        session.LoadAsync(
            Table,
            Columns,
            load =>
            {
                foreach (var key in keys)
                {
                    load.Begin();
                    load.Long(++count);
                    load.Text(key.Key.Value);
                    load.Text(key.Version);
                    load.End();
                }
            },
            cancellation);

    public async ValueTask DisposeAsync()
    {
        if (session.Connection.State == System.Data.ConnectionState.Open)
        {
            await session.ExecuteAsync($"DROP TABLE IF EXISTS {Table}", CancellationToken.None);
        }
    }
}
