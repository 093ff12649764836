using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Files;

/// <summary>A file of 12,000 rows changes on disk; each poll is made by a connector that knows nothing but the cursor.</summary>
public sealed class FilesChangeTests : IDisposable
{
    private const int Rows = 12_000;

    private readonly FilesFolder _folder = new();
    private readonly TestMirror<SalesOrder> _mirror = new();
    private readonly List<string> _rows = [.. Enumerable.Range(0, Rows).Select(i => Row(i))];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ReadChanged_Unchanged_DeliversNothing()
    {
        await SaveAndPollAsync();
        Assert.Equal(Rows, _mirror.Delivered);
        var cursor = _mirror.Cursor;
        await _mirror.PollAsync(Source());
        Assert.Equal((0, cursor), (_mirror.Delivered, _mirror.Cursor));
    }

    [Fact]
    public async Task ReadChanged_RewrittenAlike_DeliversNothing()
    {
        await SaveAndPollAsync();
        await SaveAndPollAsync();
        Assert.Equal(0, _mirror.Delivered);
    }

    [Fact]
    public async Task ReadChanged_Appended_DeliversThatRow()
    {
        await SaveAndPollAsync();
        _rows.Add(Row(Rows));
        await SaveAndPollAsync();
        Assert.Equal(1, _mirror.Delivered);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_InsertedInTheMiddle_DeliversThatRow()
    {
        await SaveAndPollAsync();
        _rows.Insert(6000, Row(Rows));
        await SaveAndPollAsync();
        Assert.Equal(1, _mirror.Delivered);
        Assert.Empty(_mirror.Gone);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_Deleted_TellsThatKey()
    {
        await SaveAndPollAsync();
        _rows.RemoveAt(6000);
        await SaveAndPollAsync();
        Assert.Equal(0, _mirror.Delivered);
        Assert.Equal([new HostKey("SO-006000")], _mirror.Gone);
        Assert.False(_mirror.Swept);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_ThousandOfEach_DeliversExactlyThose()
    {
        await SaveAndPollAsync();
        for (var i = 0; i < 1000; i++)
            _rows[i * 12] = Row(i * 12, total: 5);
        for (var i = 999; i >= 0; i--)
            _rows.RemoveAt((i * 12) + 6);
        for (var i = 0; i < 1000; i++)
            _rows.Insert(i * 11, Row(Rows + i));
        await SaveAndPollAsync();
        Assert.Equal((2000, 1000, false), (_mirror.Delivered, _mirror.Gone.Count, _mirror.Swept));
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_Resorted_DeliversNothing()
    {
        await SaveAndPollAsync();
        _rows.Reverse();
        await SaveAndPollAsync();
        Assert.Equal(0, _mirror.Delivered);
        Assert.Empty(_mirror.Gone);
        Assert.False(_mirror.Swept);
    }

    [Fact]
    public async Task ReadChanged_MoreChangesThanTheSketchHolds_ReadsChangedChunksAndSweeps()
    {
        await SaveAndPollAsync();
        for (var i = 0; i < 8000; i++)
            _rows[i] = Row(i, total: 5);
        _rows.RemoveRange(100, 50);
        await SaveAndPollAsync();
        Assert.InRange(_mirror.Delivered, 7950, 11_000);
        Assert.True(_mirror.Swept);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_SameSizeWithinTheSameSecond_IsSeen()
    {
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,1"), ageSeconds: 0);
        await _mirror.PollAsync(Source());
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,C,2024-01-01,2"), ageSeconds: 0);
        await _mirror.PollAsync(Source());
        Assert.Equal(2m, Assert.Single(_mirror.Records.Values).Total.Amount);
    }

    [Fact]
    public async Task ReadChanged_OtherColumnOrDefaultCurrency_DeliversEveryRowAgain()
    {
        await SaveAndPollAsync();
        await _mirror.PollAsync(_folder.Open(("currency", "UAH")).Find<ISalesOrderSource>()!);
        Assert.Equal(Rows, _mirror.Delivered);
        Assert.All(_mirror.Records.Values, r => Assert.Equal("UAH", r.Total.Currency));
    }

    [Fact]
    public async Task ReadChanged_LastOfTwoRowsWithOneKeyDeleted_TheOtherCountsAgain()
    {
        await SaveAndPollAsync();
        _rows.Add(Row(17, total: 99));
        await SaveAndPollAsync();
        Assert.Equal(99m, _mirror.Records[new("SO-000017")].Total.Amount);
        _rows.RemoveAt(_rows.Count - 1);
        await SaveAndPollAsync();
        Assert.Equal(17m, _mirror.Records[new("SO-000017")].Total.Amount);
        Assert.Empty(_mirror.Gone);
    }

    [Fact]
    public async Task ReadChanged_BadRowMended_IsDelivered()
    {
        _rows[5] = "SO-000005,C,never,5";
        await SaveAndPollAsync();
        Assert.Equal("sales_orders.csv:7", Assert.Single(_mirror.Problems).Place);
        _rows[5] = Row(5);
        await SaveAndPollAsync();
        Assert.Equal(1, _mirror.Delivered);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_GoodRowSpoilt_KeepsTheOldRecord()
    {
        await SaveAndPollAsync();
        _rows[5] = "SO-000005,C,never,5";
        await SaveAndPollAsync();
        Assert.Single(_mirror.Problems);
        Assert.Empty(_mirror.Gone);
        Assert.Equal(Rows, _mirror.Records.Count);
    }

    [Fact]
    public async Task ReadChanged_KilledAfterEachPage_ResumesWithoutLossOrRepeat()
    {
        Save();
        var delivered = 0;
        for (var polls = 0; polls < 20 && delivered < Rows; polls++)
        {
            await _mirror.PollAsync(Source(), stopAfter: 1);
            Assert.InRange(_mirror.Delivered, 1, 5000);
            delivered += _mirror.Delivered;
        }

        Assert.Equal(Rows, delivered);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_ChangedBetweenKillAndResume_StartsAgainAndEndsRight()
    {
        Save();
        await _mirror.PollAsync(Source(), stopAfter: 1);
        _rows.RemoveAt(3);
        _rows[1] = Row(1, total: 77);
        await SaveAndPollAsync();
        Assert.True(_mirror.Swept);
        await AssertMirrorsFileAsync();
    }

    [Fact]
    public async Task ReadChanged_AppendedBetweenKillAndResume_GoesOn()
    {
        Save();
        await _mirror.PollAsync(Source(), stopAfter: 1);
        var first = _mirror.Delivered;
        _rows.Add(Row(Rows));
        await SaveAndPollAsync();
        Assert.Equal(Rows + 1, first + _mirror.Delivered);
        await AssertMirrorsFileAsync();
    }

    [Theory]
    [InlineData("g:{0:D8}-89ab-cdef-0123-456789abcdef", false)] // fits the cursor
    [InlineData("{0:D8} a key far too long to lie in the cursor, so that a sweep is needed", true)]
    public async Task ReadChanged_LongKeyDeleted_IsToldOrSwept(string pattern, bool swept)
    {
        _rows.Clear();
        for (var i = 0; i < 100; i++)
            _rows.Add(string.Format(System.Globalization.CultureInfo.InvariantCulture, pattern, i).Replace(",", "", StringComparison.Ordinal) + ",C,2024-01-01,1");
        await SaveAndPollAsync();
        _rows.RemoveAt(50);
        await SaveAndPollAsync();
        Assert.Equal(swept, _mirror.Swept);
        Assert.Equal(swept ? 0 : 1, _mirror.Gone.Count);
        await AssertMirrorsFileAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task ReadChanged_AnyEditsAndKills_MirrorEqualsTheFile(int seed)
    {
        var random = new Random(seed);
        var next = Rows;
        for (var round = 0; round < 12; round++)
        {
            for (var edits = random.Next(1, random.Next(2) == 0 ? 5 : 4000); edits > 0; edits--)
            {
                var at = random.Next(_rows.Count);
                switch (random.Next(3))
                {
                    case 0:
                        _rows.Insert(at, Row(next++));
                        break;
                    case 1:
                        _rows.RemoveAt(at);
                        break;
                    default:
                        _rows[at] = _rows[at][.._rows[at].LastIndexOf(',')] + "," + random.Next(1000);
                        break;
                }
            }

            if (random.Next(4) == 0)
                random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_rows));
            Save();
            if (random.Next(3) == 0)
                await _mirror.PollAsync(Source(), stopAfter: random.Next(1, 3));
            else
                await _mirror.PollAsync(Source());
        }

        await SaveAndPollAsync();
        await AssertMirrorsFileAsync();
    }

    private static string Row(int number, int total = -1) =>
        FormattableString.Invariant($"SO-{number:D6},C{number % 700},2024-01-{1 + (number % 28):D2},{(total < 0 ? number : total)}");

    private ISalesOrderSource Source() => _folder.Open().Find<ISalesOrderSource>()!;

    private void Save()
    {
        _folder.Wait();
        _folder.Write("sales_orders.csv", FilesFolder.Sales([.. _rows]), ageSeconds: 30);
    }

    private async Task SaveAndPollAsync()
    {
        Save();
        await _mirror.PollAsync(Source());
    }

    private async Task AssertMirrorsFileAsync()
    {
        var expected = _rows.Select(r => r.Split(',')).ToDictionary(f => f[0], f => f[1] + f[2] + f[3]);
        var actual = _mirror.Records.Values.ToDictionary(
            r => r.Key.Value, r => FormattableString.Invariant($"{r.Counterparty}{r.Date:yyyy-MM-dd}{r.Total.Amount}"));
        Assert.Equal(expected.Count, actual.Count);
        Assert.Empty(expected.Except(actual));
        var keys = (await Source().SweepAsync(default))!;
        Assert.Equal(expected.Count, keys.Count);
        Assert.All(keys, k => Assert.Equal(_mirror.Records[k.Key].Version, k.Version));
    }
}
