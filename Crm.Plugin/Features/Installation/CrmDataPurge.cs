using Crm.Plugin.Features.Classification;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace Crm.Plugin.Features.Installation;

/// <summary>Deletes the CRM data that hang on one ERP's counterparties. Finds the tables in the model, so a new feature need not be told here.</summary>
/// <remarks>
/// A feature's table belongs to a connection by <c>connection_id</c>, to a counterparty by <c>counterparty_id</c> or <c>other_id</c>, or to
/// another table by <c>…_id</c> with that table's entity name (<c>interaction_id</c>). With the last connection every feature's table is emptied.
/// Classification documents span all ERPs: <see cref="PurgedRuns"/>; files: <see cref="PurgedFiles"/>; persons may serve counterparties of several.
/// </remarks>
internal sealed class CrmDataPurge(CrmDbContext database, PurgedFiles files)
{
    private static readonly string[] Counterparties = ["CounterpartyId", "OtherId"];
    private static readonly string[] OwnersOfItsOwn = ["ConnectionId", .. Counterparties];

    // A card goes with the ERP's person that it adds to; the CRM's own person, with the last counterparty that they served.
    private const string GoneCards = "SELECT c.id FROM person_card c WHERE c.contact_person_id IN (SELECT p.id FROM contact_person p WHERE p.connection_id = {0}) OR (c.contact_person_id IS NULL AND NOT EXISTS (SELECT 1 FROM person_place p WHERE p.person_card_id = c.id))";

    // A person's number belongs to the person, wherever it was typed: it stays with one who serves a counterparty of another ERP.
    private const string Beforehand =
        """
        UPDATE own_mechanism SET counterparty_id = (SELECT MIN(w.counterparty_id) FROM person_place w JOIN counterparty c ON c.id = w.counterparty_id WHERE w.person_card_id = own_mechanism.card_id AND c.connection_id <> {0})
        WHERE counterparty_id IN (SELECT id FROM counterparty WHERE connection_id = {0})
        AND card_id IN (SELECT w.person_card_id FROM person_place w JOIN counterparty c ON c.id = w.counterparty_id WHERE c.connection_id <> {0})
        """;

    private static readonly string[] Afterwards =
    [
        $"DELETE FROM person_place WHERE person_card_id IN ({GoneCards})",
        $"DELETE FROM own_mechanism WHERE card_id IN ({GoneCards})",
        $"DELETE FROM person_card WHERE id IN ({GoneCards})",
        // One alone is no group.
        "DELETE FROM identity_member WHERE group_id IN (SELECT m.group_id FROM identity_member m GROUP BY m.group_id HAVING COUNT(*) = 1)",
    ];

    public async Task RunAsync(int connectionId, bool isLast, CancellationToken cancellation)
    {
        var tables = Tables(database.Model);
        var (mail, contacts) = isLast ? ([], []) : await files.NamesAsync(connectionId, cancellation);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var statements = isLast
            ? tables.Select(t => $"DELETE FROM {t.GetTableName()}")
            : Statements(database.Model).Select(s => s.Sql).Concat(Afterwards);
        if (!isLast)
        {
            await new PurgedRuns(database).PurgeAsync(connectionId, cancellation);
        }

        if (!isLast)
        {
            await database.Database.ExecuteSqlRawAsync(Beforehand, [connectionId], cancellation);
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
        if (isLast)
        {
            files.DeleteAll();
        }
        else
        {
            await files.DeleteAsync(mail, contacts, cancellation);
        }
    }

    /// <summary>What is deleted with one ERP of several, in order.</summary>
    internal static IReadOnlyList<(string Table, string Sql)> Statements(IModel model)
    {
        var tables = Tables(model);
        return [.. tables.SelectMany(t => Chain(t, tables)).OrderByDescending(s => s.Depth).Select(s => (s.Table, s.Sql))];
    }

    /// <summary>The tables of features.</summary>
    internal static List<IEntityType> Tables(IModel model) =>
        [.. model.GetEntityTypes().Where(e => e.ClrType.Namespace!.StartsWith("Crm.Plugin.Features.", StringComparison.Ordinal) && e.GetTableName() is not null)];

    /// <summary>The table's own rows and, deeper and so earlier, those of the tables that hang on it.</summary>
    private static IEnumerable<(int Depth, string Table, string Sql)> Chain(IEntityType table, List<IEntityType> all)
    {
        if (ColumnOf(table, "ConnectionId") is { } connection)
        {
            return Below(table, $"{connection} = {{0}}", all, 0);
        }

        return Counterparties.Select(c => ColumnOf(table, c)).OfType<string>()
            .SelectMany(column => Below(table, $"{column} IN (SELECT id FROM counterparty WHERE connection_id = {{0}})", all, 0));
    }

    private static IEnumerable<(int Depth, string Table, string Sql)> Below(IEntityType table, string condition, List<IEntityType> all, int depth)
    {
        yield return (depth, table.GetTableName()!, $"DELETE FROM {table.GetTableName()} WHERE {condition}");
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
