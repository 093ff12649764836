using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Storage;

/// <summary>Plain SQL for the screens that are opened thirty times a day; everything else goes through LINQ.</summary>
/// <remarks>SQL is composed of constants only; values travel as parameters, named with @.</remarks>
internal static class Query
{
    /// <summary>Reads rows; the list is as long as the SQL's own LIMIT allows.</summary>
    public static async Task<List<T>> ReadAsync<T>(
        this CrmDbContext database, string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> row, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(sql, parameters, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        return await RowsAsync(reader, row, cancellation);
    }

    /// <summary>Reads the rows of several statements, parted by semicolons, in one round trip.</summary>
    public static async Task<List<List<T>>> ReadSeveralAsync<T>(
        this CrmDbContext database, string sql, IEnumerable<(string Name, object? Value)> parameters, Func<DbDataReader, T> row, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(sql, parameters, cancellation);
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        var results = new List<List<T>>();
        do
        {
            results.Add(await RowsAsync(reader, row, cancellation));
        }
        while (await reader.NextResultAsync(cancellation));
        return results;
    }

    /// <summary>A command on the context's own connection, which is open from now until the context ends.</summary>
    public static async Task<DbCommand> CommandAsync(
        this CrmDbContext database, string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellation)
    {
        var command = (await database.OpenAsync(cancellation)).CreateCommand();
        command.CommandText = sql;
        Fill(command.Parameters, command.CreateParameter, parameters);
        return command;
    }

    /// <summary>The context's own connection, open from now until the context ends.</summary>
    public static async Task<DbConnection> OpenAsync(this CrmDbContext database, CancellationToken cancellation)
    {
        var connection = database.Database.GetDbConnection();
        if (connection.State != System.Data.ConnectionState.Open)
        {
            await database.Database.OpenConnectionAsync(cancellation);
        }

        return connection;
    }

    public static void Fill(DbParameterCollection to, Func<DbParameter> make, IEnumerable<(string Name, object? Value)> parameters)
    {
        foreach (var (name, value) in parameters)
        {
            var parameter = make();
            parameter.ParameterName = name;
            parameter.Value = CleanParameters.Of(value ?? DBNull.Value);
            to.Add(parameter);
        }
    }

    public static async Task<List<T>> RowsAsync<T>(DbDataReader reader, Func<DbDataReader, T> row, CancellationToken cancellation)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(cancellation))
        {
            rows.Add(row(reader));
        }

        return rows;
    }

    /// <summary>Names for so many values of an IN list; <see cref="Values"/> carries them. At least one.</summary>
    public static string Names(int count) => string.Join(", ", Enumerable.Range(0, count).Select(i => $"@v{i}"));

    public static IEnumerable<(string Name, object? Value)> Values<T>(IEnumerable<T> values) => values.Select((value, i) => ($"@v{i}", (object?)value));

    public static string? Text(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static long? Long(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public static short? Short(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt16(column);

    public static DateOnly Day(this DbDataReader reader, int column) => DateOnly.FromDayNumber(reader.GetInt32(column));

    public static DateOnly? DayOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.Day(column);

    public static DateTimeOffset? InstantOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : Instant.FromMicroseconds(reader.GetInt64(column));
}
