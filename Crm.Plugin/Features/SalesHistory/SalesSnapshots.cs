using System.Data.Common;
using Crm.Plugin.Storage;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>One moment of the database, read through one connection.</summary>
internal sealed class SalesSnapshot(CrmDbContext database, DbTransaction transaction) : IAsyncDisposable
{
    public CrmDbContext Database => database;

    public DbConnection Connection => database.Database.GetDbConnection();

    public DbTransaction Transaction => transaction;

    public SalesHistoryReader Sales => new(Connection, transaction);

    public async ValueTask DisposeAsync()
    {
        await transaction.DisposeAsync();
        await database.DisposeAsync();
    }
}

/// <summary>Opens snapshots in which the packed orders are there.</summary>
internal sealed class SalesSnapshots(IDbContextFactory<CrmDbContext> contexts, SalesHistoryBuild build)
{
    /// <summary>What a synchronisation writes meanwhile is in the next snapshot, whole.</summary>
    public async Task<SalesSnapshot> OpenAsync(CancellationToken cancellation)
    {
        await build.EnsureAsync(SalesHistoryBuild.MostTouched, cancellation);
        var database = await contexts.CreateDbContextAsync(cancellation);
        await database.Database.OpenConnectionAsync(cancellation);
        var connection = database.Database.GetDbConnection();
        var transaction = connection is SqliteConnection sqlite
            ? sqlite.BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellation);
        await database.Database.UseTransactionAsync(transaction, cancellation);
        return new(database, transaction);
    }
}
