using Crm.Tests.Conformance;
using Crm.Tests.Servers;
using Npgsql;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

/// <summary>
/// One database for all conformance tests, which run one after the other: the tests compare before and after, so what earlier ones
/// changed does not matter to them. Small, because each test reads it whole several times.
/// </summary>
public sealed class TrytonConformanceDatabase(TrytonServer tryton)
{
    public const string Name = "Tryton conformance";

    private TrytonDatabase? database;

    internal async ValueTask<ConformanceWorld> StartAsync()
    {
        if (database is null)
        {
            var copy = await tryton.StartWithNorthwindAsync();
            await ShrinkAsync(copy);
            database = copy;
        }

        return new TrytonWorld(database);
    }

    /// <summary>Leaves the first 40 shipped sales and the 21 open ones; three of these become drafts by copying.</summary>
    private static async Task ShrinkAsync(TrytonDatabase copy)
    {
        await using (var connection = new NpgsqlConnection(copy.ConnectionString + ";Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(
                """
                delete from stock_move m using sale_line l where m.origin = 'sale.line,' || l.id and l.sale between 41 and 809;
                delete from stock_move m where m.origin like 'stock.move,%' and not exists (select from stock_move o where m.origin = 'stock.move,' || o.id);
                delete from sale_line where sale between 41 and 809;
                delete from sale_sale where id between 41 and 809;
                """, connection) { CommandTimeout = 300 };
            await command.ExecuteNonQueryAsync();
        }

        await copy.Rpc.ModelAsync("sale.sale", "copy", TrytonRpc.Array(1, 2, 3));
    }
}

[CollectionDefinition(TrytonConformanceDatabase.Name)]
public sealed class TrytonConformanceGroup : ICollectionFixture<TrytonConformanceDatabase>;
