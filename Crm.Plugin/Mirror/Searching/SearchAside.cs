using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>
/// The search tables of an SQLite database in a file of their own, for as long as they are built: SQLite takes one writer for each
/// file, and the orders are being written meanwhile. When it is full, its pages are copied as they are.
/// </summary>
internal sealed class SearchAside : IAsyncDisposable
{
    private static readonly string[] Copied =
        ["phone", "phone_fragment", "counterparty_search_data", "counterparty_search_idx", "counterparty_search_docsize"];

    private readonly MirrorSession database;
    private readonly string path;

    private SearchAside(MirrorSession database, MirrorSession session, string path)
    {
        this.database = database;
        this.path = path;
        Session = session;
    }

    /// <summary>Over the tables <c>phone</c>, <c>phone_fragment</c> and <c>counterparty_search</c> alone.</summary>
    public MirrorSession Session { get; }

    /// <param name="database">The plugin's own; its search tables hold nothing.</param>
    /// <param name="connectionId">Tells files apart.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<SearchAside> OpenAsync(MirrorSession database, int connectionId, CancellationToken cancellation)
    {
        var path = $"{((SqliteConnection)database.Connection).DataSource}-search-{connectionId}";
        Delete(path); // of a build that was killed
        var definitions = await database.QueryAsync(
            "SELECT sql FROM sqlite_master WHERE type = 'table' AND name IN ('phone', 'phone_fragment', 'counterparty_search')", r => r.GetString(0), cancellation);
        var session = await MirrorSession.OpenAsync(new(DatabaseKind.Sqlite, new SqliteConnectionStringBuilder { DataSource = path }.ConnectionString), cancellation);
        var aside = new SearchAside(database, session, path);
        try
        {
            // Worth nothing until it is full: after a fault it is thrown away, not repaired.
            await session.ExecuteAsync("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA cache_size=-16384; " + string.Join("; ", definitions), cancellation);
            return aside;
        }
        catch
        {
            await aside.DisposeAsync();
            throw;
        }
    }

    /// <summary>Copies everything into the database, at once or not at all.</summary>
    /// <returns>False: the database's own tables are no longer empty, and nothing was copied.</returns>
    public async Task<bool> PublishAsync(CancellationToken cancellation)
    {
        // A connection of its own, so that no other holds what it remembers of the search index for true.
        await using var session = await database.OpenAnotherAsync(cancellation);
        await session.LetGoAsync(cancellation); // what is copied from end to end needs no cache
        await session.ExecuteAsync("ATTACH @path AS aside", cancellation, ("@path", path));
        return await session.InTransactionAsync(
            async () =>
            {
                if (await session.NumberAsync("SELECT 1 WHERE EXISTS (SELECT 1 FROM main.phone) OR EXISTS (SELECT 1 FROM main.counterparty_search_docsize)", cancellation) is not null)
                {
                    return false;
                }

                foreach (var table in Copied)
                {
                    await session.ExecuteAsync($"DELETE FROM main.{table}; INSERT INTO main.{table} SELECT * FROM aside.{table}", cancellation);
                }

                return true;
            },
            cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await Session.DisposeAsync();
        Delete(path);
    }

    private static void Delete(string path)
    {
        foreach (var suffix in (string[])["", "-wal", "-shm", "-journal"])
        {
            File.Delete(path + suffix);
        }
    }
}
