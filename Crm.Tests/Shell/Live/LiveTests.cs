using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Crm.Plugin.Security;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Shell.Live;

/// <summary>The push to a user's open screens.</summary>
public sealed class LiveTests(PostgresServer postgres)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Publish_ScreenIsOpen_IsHeardByThatUserAlone(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        await using var annas = await OpenAsync(anna);
        await using var boriss = await OpenAsync(boris);
        var push = app.Services.GetRequiredService<LivePush>();

        await push.PublishAsync(await UserAsync(app, "anna"), "call", "17", CancellationToken.None);
        await push.PublishAsync(await UserAsync(app, "boris"), "bell", null, CancellationToken.None);

        Assert.Equal(("call", "17"), (await annas.NextAsync()).News);
        Assert.Equal(("bell", null), (await boriss.NextAsync()).News);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Open_AfterAnEvent_BringsWhatWasMissedOnce(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await UserAsync(app, "anna");
        var push = app.Services.GetRequiredService<LivePush>();
        await push.PublishAsync([(id, "call", "1"), (id, "call", "2"), (id + 1000, "call", "other"), (id, "call", "3")], CancellationToken.None);
        await using var database = app.Database();
        var first = await database.Set<LiveEvent>().OrderBy(e => e.Id).Select(e => e.Id).FirstAsync(TestContext.Current.CancellationToken);

        await using var page = await OpenAsync(anna, $"/live?after={first}");
        await push.PublishAsync(id, "call", "4", CancellationToken.None);

        Assert.Equal(("call", "2"), (await page.NextAsync()).News);
        Assert.Equal(("call", "3"), (await page.NextAsync()).News);
        Assert.Equal(("call", "4"), (await page.NextAsync()).News);
    }

    [Fact]
    public async Task Publish_InAnotherProcess_IsHeardOnce()
    {
        await using var here = await CrmApp.StartAsync(DatabaseKind.PostgreSql, postgres);
        await using var there = await here.StartBesideAsync();
        using var anna = await here.SignInAsync("anna", Role.SalesManager);
        await using var page = await OpenAsync(anna);
        var id = await UserAsync(here, "anna");

        await there.Services.GetRequiredService<LivePush>().PublishAsync([.. Enumerable.Range(1, 40).Select(i => (id, "call", (string?)$"{i}"))], CancellationToken.None);
        await here.Services.GetRequiredService<LivePush>().PublishAsync(id, "call", "last", CancellationToken.None);

        var heard = new HashSet<string?>();
        while (heard.Count < 41)
        {
            Assert.True(heard.Add((await page.NextAsync()).News.Data));
        }
    }

    [Fact]
    public async Task Open_SignedOut_IsNoStream()
    {
        await using var app = await CrmApp.StartAsync();
        using var nobody = new WebBrowser(app.Address);

        using var answer = await nobody.Http.GetAsync(new Uri("/live", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);

        Assert.NotEqual("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task AccountIsSwitchedOff_StreamEnds()
    {
        await using var app = await CrmApp.StartAsync(clock: new HastyClock());
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await using var page = await OpenAsync(anna);
        await using (var database = app.Database())
        {
            await database.Set<UserAccount>().Where(a => a.Login == "anna").ExecuteUpdateAsync(a => a.SetProperty(u => u.IsActive, false), TestContext.Current.CancellationToken);
        }

        app.Services.GetRequiredService<AccountDirectory>().Forget();

        Assert.True(await page.EndsAsync());
    }

    [Fact]
    public void Note_SameEventTwice_IsKnownAndStaysKnownWhenTheOverlapIsOver()
    {
        var ledger = new LiveLedger();
        var start = DateTimeOffset.UnixEpoch;

        Assert.True(ledger.Note(5, start));
        Assert.False(ledger.Note(5, start.AddSeconds(60)));
        Assert.True(ledger.Note(4, start.AddSeconds(60))); // committed later than its number says
        Assert.False(ledger.Note(5, start.AddSeconds(61)));
        Assert.Equal(5, ledger.Floor);
    }

    private static async Task<long> UserAsync(CrmApp app, string login)
    {
        await using var database = app.Database();
        return (await database.Set<UserAccount>().SingleAsync(a => a.Login == login)).Id;
    }

    private static async Task<Page> OpenAsync(WebBrowser browser, string address = "/live")
    {
        var answer = await browser.Http.GetAsync(new Uri(address, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        return new(answer, SseParser.Create(await answer.Content.ReadAsStreamAsync()).EnumerateAsync().GetAsyncEnumerator());
    }

    private sealed class Page(HttpResponseMessage answer, IAsyncEnumerator<SseItem<string>> items) : IAsyncDisposable
    {
        public async Task<(string? Id, (string Kind, string? Data) News)> NextAsync()
        {
            while (await items.MoveNextAsync().AsTask().WaitAsync(Patience))
            {
                using var news = JsonDocument.Parse(items.Current.Data);
                var kind = news.RootElement.GetProperty("kind").GetString()!;
                if (kind != LiveStream.Beat)
                {
                    return (items.Current.EventId, (kind, news.RootElement.GetProperty("data").GetString()));
                }
            }

            throw new InvalidOperationException("The stream ended.");
        }

        public async Task<bool> EndsAsync()
        {
            while (await items.MoveNextAsync().AsTask().WaitAsync(Patience))
            {
                Assert.Contains(LiveStream.Beat, items.Current.Data, StringComparison.Ordinal);
            }

            return true;
        }

        public async ValueTask DisposeAsync()
        {
            answer.Dispose();
            await items.DisposeAsync();
        }
    }

    /// <summary>Its seconds pass a hundred times as fast for those who wait.</summary>
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / 100 : dueTime, period);
    }
}
