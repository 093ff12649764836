using System.Text;
using Crm.Contracts;
using Crm.Tests.Conformance;
using CsvHelper;
using Xunit;

namespace Crm.Tests.Connector.Files;

/// <summary>The connector's own splitter against CsvHelper, on random fields quoted as RFC 4180 says.</summary>
public sealed class CsvOracleTests : IDisposable
{
    private static readonly string[] Pieces =
        ["a", "Київ", "\"", "\"\"", ",", ";", "\t", "\r\n", "\n", " ", "0", "-", "longer text of a field", "'", "é", "x\"y", "\r"];

    private static readonly System.Buffers.SearchValues<char> MustBeQuoted = System.Buffers.SearchValues.Create("\"\r\n\t,;");

    private readonly FilesFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(",", "\n", 1)]
    [InlineData(",", "\r\n", 2)]
    [InlineData(";", "\n", 3)]
    [InlineData(";", "\r\n", 4)]
    [InlineData("\t", "\n", 5)]
    [InlineData("\t", "\r\n", 6)]
    public async Task ReadChanged_RandomFields_EqualCsvHelper(string delimiter, string newLine, int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder(string.Join(delimiter, "key", "ignored", "name", "code", "address") + newLine);
        for (var i = 0; i < 3000; i++)
        {
            string[] fields = [$"k{i}", Field(random), "n" + Field(random) + "n", Field(random), Field(random)];
            text.AppendJoin(delimiter, fields.Select(f => Quote(f, random))).Append(newLine);
        }

        _folder.Write("counterparties.csv", text.ToString());
        var pages = await _folder.Open(("delimiter", delimiter)).Find<ICounterpartySource>()!.PagesAsync(null, default);
        Assert.Empty(pages.SelectMany(p => p.Problems));
        using var oracle = CsvReader.FromText(text.ToString(), CsvReaderOptions.Default with { Separator = delimiter[0], HasHeader = true });
        foreach (var row in pages.SelectMany(p => p.Rows))
        {
            Assert.True(oracle.Read());
            Assert.Equal(
                (oracle.GetString(0), Known(oracle.GetString(2)), Known(oracle.GetString(3)), Known(oracle.GetString(4))),
                (row.Key.Value, row.Name, row.Code, row.Addresses.SingleOrDefault()?.Lines));
        }

        Assert.False(oracle.Read());
    }

    /// <summary>Not CSV at all: nothing may be thrown but a host's failure, and each row is either read or reported.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ReadChanged_Garbage_ReportsEachLineOnce(int seed)
    {
        var random = new Random(seed);
        var text = new StringBuilder("key,name\n");
        for (var i = 0; i < 5000; i++)
            text.Append(Field(random)).Append(random.Next(2) == 0 ? "\n" : ",");
        text.Append("\nlast,row\n");
        _folder.Write("counterparties.csv", text.ToString());
        var pages = await _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default);
        Assert.Contains(pages.SelectMany(p => p.Rows), r => r.Key.Value == "last");
        var bad = pages.SelectMany(p => p.Problems).Where(p => p.Code != "files.duplicate-key").ToList();
        Assert.Equal(bad.Count, bad.Select(p => p.Place).Distinct().Count());
    }

    private static string? Known(string field) => field.Trim(' ', '\t', '\r', '\n') is { Length: > 0 } text ? text : null;

    private static string Quote(string field, Random random) =>
        random.Next(3) == 0 || field.AsSpan().IndexOfAny(MustBeQuoted) >= 0
            ? "\"" + field.Replace("\"", "\"\"", StringComparison.Ordinal) + "\""
            : field;

    private static string Field(Random random) => string.Concat(random.GetItems(Pieces, random.Next(5)));
}
