using System.Data.Common;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>One database connection of the mirror's own, with the provider's fast way in. Not for two threads at once.</summary>
/// <remarks>
/// Its commits may be lost with the power: a page and the cursor behind it commit together, so the next read brings it again.
/// </remarks>
internal abstract class MirrorSession(DbConnection connection, DatabaseOptions options) : IAsyncDisposable
{
    public DbConnection Connection { get; } = connection;

    public DatabaseKind Kind { get; } = options.Kind;

    public static async Task<MirrorSession> OpenAsync(DatabaseOptions options, CancellationToken cancellation) =>
        options.Kind == DatabaseKind.Sqlite
            ? await SqliteMirrorSession.ConnectAsync(options, cancellation)
            : await PostgresMirrorSession.ConnectAsync(options, cancellation);

    /// <summary>Opens one more on the same database.</summary>
    public Task<MirrorSession> OpenAnotherAsync(CancellationToken cancellation) => OpenAsync(options, cancellation);

    /// <summary>Runs the work in one transaction; on any exception nothing of it is kept.</summary>
    public async Task<TResult> InTransactionAsync<TResult>(Func<Task<TResult>> work, CancellationToken cancellation)
    {
        await ExecuteAsync(Begin, cancellation);
        try
        {
            var result = await work();
            await ExecuteAsync("COMMIT", CancellationToken.None);
            return result;
        }
        catch
        {
            await RollBackAsync();
            throw;
        }
    }

    /// <summary>Adds many rows by the provider's fastest way. Runs inside the caller's transaction.</summary>
    public abstract Task LoadAsync(string table, IReadOnlyList<MirrorColumn> columns, Action<IBulkLoad> fill, CancellationToken cancellation);

    /// <summary>Adds the rows of a first read straight to their table; a record that is there is updated. Runs inside the caller's transaction.</summary>
    /// <param name="table">Of records without lines.</param>
    /// <param name="sql">Of the table.</param>
    /// <param name="isKeyed">False: the table's unique key is made when the read ends, see <see cref="MirrorKeys"/>.</param>
    /// <param name="values">@c and @now.</param>
    /// <param name="fill">Hands over the columns of <see cref="MirrorSql.StageColumns"/>; may be called twice.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Rows added or changed.</returns>
    public abstract Task<long> AddAsync(
        MirrorTable table, MirrorSql sql, bool isKeyed, (string Name, object? Value)[] values, Action<IBulkLoad> fill, CancellationToken cancellation);

    /// <summary>Makes a temporary table unless this session has it, and empties it. Not inside a transaction: rolling back would take the table too.</summary>
    /// <param name="table">Name.</param>
    /// <param name="columns">Columns.</param>
    /// <param name="key">The column that is unique; null for none.</param>
    /// <param name="cancellation">Cancels.</param>
    public abstract Task StageAsync(string table, IReadOnlyList<MirrorColumn> columns, string? key, CancellationToken cancellation);

    public async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    public async Task<long?> NumberAsync(string sql, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        return await command.ExecuteScalarAsync(cancellation) is { } value and not DBNull
            ? Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }

    public async Task<List<TRow>> QueryAsync<TRow>(
        string sql, Func<DbDataReader, TRow> map, CancellationToken cancellation, params (string Name, object? Value)[] parameters)
    {
        await using var command = Command(sql, parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var result = new List<TRow>();
        while (await reader.ReadAsync(cancellation))
        {
            result.Add(map(reader));
        }

        return result;
    }

    public DbCommand Command(string sql, params (string Name, object? Value)[] parameters)
    {
        var command = Connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        foreach (var (name, value) in parameters)
        {
            AddParameter(command, name, value);
        }

        return command;
    }

    /// <summary>Lets go of what makes adding rows fast before work of another kind, so that the memory of both is never taken at once.</summary>
    public abstract Task LetGoAsync(CancellationToken cancellation);

    /// <summary>Lets the planner know the tables that were just filled.</summary>
    public abstract Task AnalyzeAsync(CancellationToken cancellation);

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return Connection.DisposeAsync();
    }

    /// <summary>Starts a transaction that may write at once.</summary>
    protected abstract string Begin { get; }

    protected abstract void AddParameter(DbCommand command, string name, object? value);

    private async Task RollBackAsync()
    {
        if (Connection.State != System.Data.ConnectionState.Open)
        {
            return;
        }

        try
        {
            await ExecuteAsync("ROLLBACK", CancellationToken.None);
        }
        catch (DbException)
        {
            // The engine rolled back by itself or the connection broke, which rolls back too; the first exception tells why.
        }
    }
}

/// <summary>Takes the rows of one bulk load.</summary>
internal interface IBulkLoad : IRowSink
{
    /// <summary>Begins a row; every column must follow.</summary>
    void Begin();

    /// <summary>Ends it.</summary>
    void End();
}

internal static class MirrorValues
{
    /// <summary>A whole number among the parameters of a statement.</summary>
    public static long Number(this (string Name, object? Value)[] values, string name) =>
        Convert.ToInt64(values.First(v => v.Name == name).Value, System.Globalization.CultureInfo.InvariantCulture);
}
