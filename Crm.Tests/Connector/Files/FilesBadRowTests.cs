using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Files;

public sealed class FilesBadRowTests : IDisposable
{
    private readonly FilesFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("2,C,2024-02-30,1", "files.bad-date", "The column date is not a date such as 2024-12-31.")]
    [InlineData("2,C,31.12.2024,1", "files.bad-date", "The column date is not a date such as 2024-12-31.")]
    [InlineData("2,C,2024-01-01,", "files.missing-value", "The column total is empty.")]
    [InlineData("2,C,,1", "files.missing-value", "The column date is empty.")]
    [InlineData(",C,2024-01-01,1", "files.missing-value", "The column key is empty.")]
    [InlineData("2, ,2024-01-01,1", "files.missing-value", "The column counterparty is empty.")]
    [InlineData("2,C,2024-01-01,NaN", "files.bad-number", "The column total is not a number with a decimal point and no other separators.")]
    [InlineData("2,C,2024-01-01,\"1,5\"", "files.bad-number", "The column total is not a number with a decimal point and no other separators.")]
    [InlineData("2,C,2024-01-01,1 000.5", "files.bad-number", "The column total is not a number with a decimal point and no other separators.")]
    [InlineData("2,C,2024-01-01,1e5", "files.bad-number", "The column total is not a number with a decimal point and no other separators.")]
    [InlineData("2,C,2024-01-01,900000000000001", "files.bad-number", "The column total is larger than 900,000,000,000,000.")]
    [InlineData("2,C,2024-01-01", "files.too-few-fields", "The row has 3 fields; the header names 4.")]
    [InlineData("2,C,2024-01-01,1,5", "files.too-many-fields", "The row has more fields than the 4 that the header names.")]
    [InlineData("2,\"C,2024-01-01,1", "files.bad-quotes", "A quote is not closed, or text follows a closing quote.")]
    [InlineData("2,\"C\"x,2024-01-01,1", "files.bad-quotes", "A quote is not closed, or text follows a closing quote.")]
    [InlineData("2,C\0,2024-01-01,1", "files.bad-character", "The row holds a zero byte.")]
    public async Task ReadChanged_BadRow_IsReportedAndTheOthersLoad(string row, string code, string reason)
    {
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,1", row, "3,\"C\",2024-01-01,1", "4,C,2024-01-01,1"));
        var page = Assert.Single(await _folder.Open().Find<ISalesOrderSource>()!.PagesAsync(null, default));
        Assert.Equal(["1", "3", "4"], page.Rows.Select(r => r.Key.Value));
        Assert.Equal(new RowProblem("sales_orders.csv:3", code, reason), Assert.Single(page.Problems));
    }

    [Theory]
    [InlineData("state", "shipped", "The column state is none of draft, confirmed, delivered, cancelled.")]
    [InlineData("kind", "gift", "The column kind is none of sale, return.")]
    [InlineData("currency", "hryvnia", "The column currency is not a currency code of three letters.")]
    public async Task ReadChanged_UnknownWord_IsReported(string column, string value, string reason)
    {
        _folder.Write("sales_orders.csv", $"key,counterparty,date,total,{column}\n1,C,2024-01-01,1,{value}\n");
        var page = Assert.Single(await _folder.Open().Find<ISalesOrderSource>()!.PagesAsync(null, default));
        Assert.Empty(page.Rows);
        Assert.Equal(new RowProblem("sales_orders.csv:2", "files.bad-value", reason), Assert.Single(page.Problems));
    }

    [Theory]
    [InlineData("roles", "friend")]
    [InlineData("active", "maybe")]
    public async Task ReadChanged_UnknownWordOfCounterparty_IsReported(string column, string value)
    {
        _folder.Write("counterparties.csv", $"key,name,{column}\n1,C,{value}\n");
        var page = Assert.Single(await _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default));
        Assert.Equal("files.bad-value", Assert.Single(page.Problems).Code);
    }

    [Fact]
    public async Task ReadChanged_LongKey_IsReported()
    {
        _folder.Write("counterparties.csv", $"key,name\n{new string('k', 200)},ok\n{new string('k', 201)},bad\n");
        var page = Assert.Single(await _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default));
        Assert.Equal("ok", Assert.Single(page.Rows).Name);
        Assert.Equal("files.bad-key", Assert.Single(page.Problems).Code);
    }

    [Fact]
    public async Task ReadChanged_TrailingDelimiters_AreNoProblem()
    {
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,1,,"));
        var page = Assert.Single(await _folder.Open().Find<ISalesOrderSource>()!.PagesAsync(null, default));
        Assert.Single(page.Rows);
        Assert.Empty(page.Problems);
    }

    [Fact]
    public async Task ReadChanged_StrayQuoteBeforeManyRows_CostsOneRow()
    {
        var rows = Enumerable.Range(1, 300).Select(i => i == 7 ? "7,\"stray,2024-01-01,1" : $"{i},C,2024-01-01,1").ToArray();
        _folder.Write("sales_orders.csv", FilesFolder.Sales(rows));
        var page = Assert.Single(await _folder.Open().Find<ISalesOrderSource>()!.PagesAsync(null, default));
        Assert.Equal(299, page.Rows.Count);
        Assert.Equal("sales_orders.csv:8", Assert.Single(page.Problems).Place);
    }

    [Fact]
    public async Task ReadChanged_KeyTwice_LastRowCountsAndTheFirstIsReported()
    {
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,1", "2,C,2024-01-01,5", "1,C,2024-01-01,9"));
        var source = _folder.Open().Find<ISalesOrderSource>()!;
        var page = Assert.Single(await source.PagesAsync(null, default));
        Assert.Equal([9m, 5m], page.Rows.Select(r => r.Total.Amount));
        Assert.Equal(
            new RowProblem("sales_orders.csv:2", "files.duplicate-key", "The key of this row comes again in line 4; the last row counts."),
            Assert.Single(page.Problems));
        Assert.Equal(9m, Assert.Single((await source.ReadAsync([new("1")], default)).Rows).Total.Amount);
        Assert.Equal(2, (await source.SweepAsync(default))!.Count);
    }

    [Fact]
    public async Task Read_KeyOfABadRow_IsNeitherRowNorGone()
    {
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,never,1"));
        var page = await _folder.Open().Find<ISalesOrderSource>()!.ReadAsync([new("1"), new("2")], default);
        Assert.Empty(page.Rows);
        Assert.Equal([new HostKey("2")], page.Gone);
        Assert.Equal("files.bad-date", Assert.Single(page.Problems).Code);
    }

    [Fact]
    public async Task ReadChanged_CutEndOfAYoungFile_WaitsForTheRest()
    {
        var mirror = new TestMirror<SalesOrder>();
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,1", "2,C,2024-01-01,1"));
        await mirror.PollAsync(Source());
        _folder.Wait();
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,7") + "3,C,2024-0", ageSeconds: 1);
        await mirror.PollAsync(Source());
        Assert.Empty(mirror.Problems);
        Assert.Equal(["1", "2"], mirror.Records.Keys.Select(k => k.Value).Order()); // the second may come with the rest
        await Assert.ThrowsAsync<HostException>(() => mirror.SweepAsync(Source()));
        _folder.Wait();
        await mirror.PollAsync(Source());
        Assert.Equal(["1"], mirror.Records.Keys.Select(k => k.Value));
        Assert.Equal(new RowProblem("sales_orders.csv:3", "files.too-few-fields", "The row has 3 fields; the header names 4."), Assert.Single(mirror.Problems));
    }

    [Fact]
    public async Task ReadChanged_YoungEmptyFile_IsBeingWritten()
    {
        _folder.Write("sales_orders.csv", "", ageSeconds: 1);
        var failure = await Assert.ThrowsAsync<HostException>(() => Source().PagesAsync(null, default));
        Assert.Equal((HostFailure.Unavailable, "files.being-written"), (failure.Failure, failure.Code));
    }

    private ISalesOrderSource Source() => _folder.Open().Find<ISalesOrderSource>()!;
}
