namespace Crm.Plugin.Export;

/// <summary>Writes a table row by row into a file that people open elsewhere.</summary>
public interface ITableWriter : IAsyncDisposable
{
    /// <summary>Writes one row: texts, numbers (<see cref="decimal"/>, <see cref="long"/>), days or nothing.</summary>
    Task RowAsync(IReadOnlyList<object?> cells);
}
