using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Files;

/// <summary>Lines have no key: equal lines must stay as many as they are, whatever is done to the file.</summary>
public sealed class FilesLineTests : IDisposable
{
    private readonly FilesFolder _folder = new();
    private readonly TestMirror<SalesOrderLineSet> _mirror = new();
    private readonly List<string> _rows = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadChanged_PurchaseLines_MapColumns()
    {
        _folder.Write("purchase_order_lines.csv", "order,product,quantity,received_quantity,rejected_quantity,price\n1,P,10,9,1,2.5\n1,Q,3,,,\n1,Q,x,,,\n");
        var page = Assert.Single(await _folder.Open().Find<IPurchaseOrderLineSource>()!.PagesAsync(null, default));
        Assert.Equal(
            [new(new("1"), new HostKey("P"), 10, 9, 1, 2.5m), new PurchaseOrderLine(new("1"), new HostKey("Q"), 3, null, null, null)],
            Assert.Single(page.Rows).Lines);
        Assert.Equal("purchase_order_lines.csv:4", Assert.Single(page.Problems).Place);
    }

    [Fact]
    public async Task ReadChanged_OneLineChanged_ReplacesItsSetAlone()
    {
        Fill(50_000);
        await SaveAndPollAsync();
        AssertMirrorsFile();
        _rows[25_000] = "o,p,77";
        await SaveAndPollAsync();
        Assert.InRange(_mirror.Delivered, 1, 3);
        Assert.InRange(_mirror.Gone.Count, 1, 3);
        AssertMirrorsFile();
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(20_000)]
    public async Task ReadChanged_EqualLinesOnly_KeepTheirNumber(int count)
    {
        _rows.AddRange(Enumerable.Repeat("o,p,1", count));
        await SaveAndPollAsync();
        AssertMirrorsFile();
        _rows.RemoveRange(100, 50);
        await SaveAndPollAsync();
        AssertMirrorsFile();
        _rows.AddRange(Enumerable.Repeat("o,p,1", 333));
        await SaveAndPollAsync();
        AssertMirrorsFile();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ReadChanged_AnyEditsCopiesAndKills_MirrorEqualsTheFile(int seed)
    {
        var random = new Random(seed);
        Fill(15_000);
        for (var round = 0; round < 25; round++)
        {
            for (var edits = random.Next(1, random.Next(2) == 0 ? 4 : 1500); edits > 0; edits--)
            {
                var at = random.Next(_rows.Count);
                switch (random.Next(3))
                {
                    case 0:
                        _rows.Insert(at, $"o{random.Next(50)},p,{random.Next(5)}");
                        break;
                    case 1:
                        _rows.RemoveAt(at);
                        break;
                    default:
                        _rows[at] = $"o{random.Next(50)},p,{random.Next(5)}";
                        break;
                }
            }

            if (random.Next(3) == 0)
            {
                var (start, length) = (random.Next(_rows.Count / 2), random.Next(_rows.Count / 4));
                _rows.InsertRange(random.Next(_rows.Count), _rows.GetRange(start, length)); // a part of the file once more
            }

            if (random.Next(3) == 0)
                _rows.RemoveRange(random.Next(_rows.Count / 2), _rows.Count / 5);
            Save();
            await _mirror.PollAsync(Source(), random.Next(3) == 0 ? random.Next(1, 3) : int.MaxValue);
        }

        await SaveAndPollAsync();
        AssertMirrorsFile();
    }

    private ISalesOrderLineSource Source() => _folder.Open().Find<ISalesOrderLineSource>()!;

    private void Fill(int count) => _rows.AddRange(Enumerable.Range(0, count).Select(i => $"o{i / 3},p{i % 17},{i % 5}"));

    private void Save()
    {
        _folder.Wait();
        _folder.Write("sales_order_lines.csv", "order,product,quantity\n" + string.Concat(_rows.Select(r => r + "\n")), ageSeconds: 30);
    }

    private async Task SaveAndPollAsync()
    {
        Save();
        await _mirror.PollAsync(Source());
    }

    private void AssertMirrorsFile()
    {
        var lines = _mirror.Records.Values.SelectMany(s => s.Lines)
            .Select(l => FormattableString.Invariant($"{l.Order},{l.Product},{l.Quantity}"));
        Assert.Equal(_rows.Order(StringComparer.Ordinal), lines.Order(StringComparer.Ordinal));
    }
}
