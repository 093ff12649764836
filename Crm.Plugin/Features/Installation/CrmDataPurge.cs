using Crm.Plugin.Features.Classification;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Crm.Plugin.Features.Installation;

/// <summary>Deletes the CRM data that hang on one ERP's counterparties. Finds the tables in the model, so a new feature need not be told here.</summary>
/// <remarks>
/// A feature's table belongs to a connection by <c>connection_id</c>, to a counterparty by <c>counterparty_id</c>, or to another
/// table by <c>…_id</c> with that table's entity name (<c>interaction_id</c>). With the last connection every feature's table is emptied.
/// Classification documents span all ERPs: <see cref="PurgedRuns"/>.
/// </remarks>
internal sealed class CrmDataPurge(CrmDbContext database)
{
    private static readonly string[] OwnersOfItsOwn = ["ConnectionId", "CounterpartyId"];

    public async Task RunAsync(int connectionId, bool isLast, CancellationToken cancellation)
    {
        var tables = database.Model.GetEntityTypes()
            .Where(e => e.ClrType.Namespace!.StartsWith("Crm.Plugin.Features.", StringComparison.Ordinal) && e.GetTableName() is not null)
            .ToList();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var statements = isLast
            ? tables.Select(t => $"DELETE FROM {t.GetTableName()}")
            : tables.SelectMany(t => Chain(t, tables)).OrderByDescending(s => s.Depth).Select(s => s.Sql);
        if (!isLast)
        {
            await new PurgedRuns(database).PurgeAsync(connectionId, cancellation);
        }

        foreach (var sql in statements)
        {
            await database.Database.ExecuteSqlRawAsync(sql, [connectionId], cancellation);
        }

        if (isLast)
        {
            await database.Set<ApiToken>().Where(t => database.Set<UserAccount>().Any(a => a.Id == t.UserId && a.ConnectionId == connectionId)).ExecuteDeleteAsync(cancellation);
            await database.Set<UserAccount>().Where(a => a.ConnectionId == connectionId).ExecuteDeleteAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The table's own rows and, deeper and so earlier, those of the tables that hang on it.</summary>
    private static IEnumerable<(int Depth, string Sql)> Chain(IEntityType table, List<IEntityType> all)
    {
        if (ColumnOf(table, "ConnectionId") is { } connection)
        {
            return Below(table, $"{connection} = {{0}}", all, 0);
        }

        return ColumnOf(table, "CounterpartyId") is { } counterparty
            ? Below(table, $"{counterparty} IN (SELECT id FROM counterparty WHERE connection_id = {{0}})", all, 0)
            : [];
    }

    private static IEnumerable<(int Depth, string Sql)> Below(IEntityType table, string condition, List<IEntityType> all, int depth)
    {
        yield return (depth, $"DELETE FROM {table.GetTableName()} WHERE {condition}");
        foreach (var child in all.Where(c => c != table && OwnersOfItsOwn.All(n => ColumnOf(c, n) is null)))
        {
            if (ColumnOf(child, table.ClrType.Name + "Id") is not { } owner)
            {
                continue;
            }

            foreach (var deeper in Below(child, $"{owner} IN (SELECT id FROM {table.GetTableName()} WHERE {condition})", all, depth + 1))
            {
                yield return deeper;
            }
        }
    }

    private static string? ColumnOf(IEntityType table, string property) => table.FindProperty(property)?.GetColumnName();
}
