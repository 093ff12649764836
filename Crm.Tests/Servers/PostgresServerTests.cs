using Npgsql;
using Xunit;

namespace Crm.Tests.Servers;

public sealed class PostgresServerTests(PostgresServer postgres)
{
    [Fact]
    public async Task CreateDatabaseAsync_Twice_GivesTwoEmptyDatabases()
    {
        var first = await postgres.CreateDatabaseAsync();
        var second = await postgres.CreateDatabaseAsync();
        await using var connection = new NpgsqlConnection(first);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("create table t(n int); select count(*) from pg_tables where schemaname = 'public'", connection);

        Assert.Equal(1L, await command.ExecuteScalarAsync());
        Assert.NotEqual(first, second);
    }
}
