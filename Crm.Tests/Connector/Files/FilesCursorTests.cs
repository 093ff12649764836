using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Connector.Files;

/// <summary>A cursor outlives the release that wrote it: reading everything anew after each upgrade would take minutes and mark nothing.</summary>
public sealed class FilesCursorTests : IDisposable
{
    /// <summary>Of the three rows below, as release 0.1 wrote it.</summary>
    private const string Earlier =
        "f1:YgxlgIC/ofdTf3rc52CcX9zr+JCdfxMjAwPDrTLpq9ZvjdaD2BBlo+RoCAyzEBhN3MMrQkfjc3jF56hvRkNgNARIC4HRMpC08BpVPRoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaA"
        + "qMhMBoCoyEwGgKjIYA9BEbnn7GHy6joaAiMhsBoCIyGAP4QGK0/8IfPqOxoCIyGwGgIjIbAaAiMhsBoCIyGwGgIjIbAwIXAaH9l4MJ+1ObREBgNgdEQGA2B0RAYDYHREBgNgdEQGA2B0RAYDYHREBgNgdEQGA2B0RAYDYHREBgNgdEQGA2B0"
        + "RAYDYHREBgNgdEQICYERud1iQmlUTWDKQRG0+xgig36uGU0zukTzqNgNARGQ2A0BEZDYDQEhkIIbHcwu6VrGHNkKLh11I2jITDSQkD74Zz+xYmLO0eav0f9OxoCoyEwGgKjITAaAqMhMBoCIz0EcpIu7FobMjF8pIfDqP9HQ2A0BEZDYDQER"
        + "kNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQEB"
        + "j4ERvc/D3wcjLpgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZKCIyewzlSYnrUn6MhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgLUCoHRewipFZKj5oyGwGgIjIbAaAiMhsBoCIyGwGgIjIbAa"
        + "AiMhsBoCIyGwGgIjIbAaAiMhsBoCIyGwGgIjIbAaAiMhsBoCIyGwGgIjIbAaAiMhsBoCIyGwGgIjIbAaAiMhsBoCIyGwGgIjILREBgNgdEQGA2B0RAYDYHREBgNgdEQGA2B0RAYDYHREBgNgdEQGA2B0RAYiSEweh7qSIz1UT+PhsBoCNAzB"
        + "EbvvaFnaI/aNRoCAxMCo+efDEy4j9o6GgKjITAKRkNgNARwhcAiqYxeXHKj4kMvBI5zlH4deq4edfFoCIyGwGgIUCcE/t9aOIk6Jo2aMhoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaA"
        + "qMhMBoCoyEwGgKjITCSQ2B0/nkkx/6o30dDYDQERkOA/BAYXcNJftiN6hwNgdEQGA2B0RAYDYHREBgNgdEQGA2B0RCgbQiM7iGkbfiOmj4aAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwG"
        + "gKjITAaAqMhMBoClIbA6DpUSkNwVD+9Q2B07w29Q3zg7RtdfzLwcTAKRkNgNARGQ2A0BEZDYLCEAJPhYHHJqDtGQ2A0BNBDgMkYXWSUPxoCoyEwGgKjITAaAqMhMBoCoyEwEkKAyWgk+HLUj6MhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjI"
        + "TAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgJDIQRG9z8PhVgadeNoCIyGw"
        + "GgIjIbAaAiMhsBoCIyGwGgIDI8QGD2Hc3jE46gvRkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BEZDYDQERkNgNARGQ2A0BOgXAqP3ENIvrEdtGg2B0RAYDYHREBgNgdEQGA2BUTAaAqMhMBoCoyEwGgKjITAaAqMhM"
        + "BoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITAaAqMhMBoCoyEwGgKjITD8QmD0PNThF6ejPhoNgdEQGFwhMHrvzeCKj1HXjIYALUJg9"
        + "PwTWoTqqJmjITAaAoDRIwQA";

    private readonly FilesFolder _folder = new();

    [Fact]
    public async Task ReadChanged_CursorOfAnEarlierRelease_DeliversTheDifferenceAlone()
    {
        _folder.Write("sales_orders.csv", FilesFolder.Sales("1,c1,2026-01-05,10", "2,c1,2026-01-06,25", "4,c2,2026-01-08,40"));
        var pages = new List<HostPage<SalesOrder>>();
        await foreach (var page in _folder.Open().Find<ISalesOrderSource>()!.ReadChangedAsync(Earlier, TestContext.Current.CancellationToken))
        {
            pages.Add(page);
        }

        Assert.Equal(["2", "4"], pages.SelectMany(p => p.Rows).Select(r => r.Key.Value));
        Assert.Equal([new HostKey("3")], pages.SelectMany(p => p.Gone));
        Assert.False(pages[^1].SweepAdvised);
    }

    public void Dispose() => _folder.Dispose();
}
