using System.Text;
using Crm.Contracts;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonFaultTests
{
    [Theory]
    [InlineData(403, HostFailure.Refused, "tryton.forbidden")]
    [InlineData(404, HostFailure.Refused, "tryton.unknown-database")]
    [InlineData(429, HostFailure.Unavailable, "tryton.throttled")]
    [InlineData(500, HostFailure.Unavailable, "tryton.server-error")]
    [InlineData(502, HostFailure.Unavailable, "tryton.server-error")]
    [InlineData(308, HostFailure.Refused, "tryton.redirected")]
    [InlineData(400, HostFailure.Unreadable, "tryton.bad-answer")]
    public async Task ReadChangedAsync_HttpStatus_TellsWhoActs(int status, HostFailure failure, string code)
    {
        var e = await FailAsync(http =>
        {
            http.Response.StatusCode = status;
            http.Response.Headers.Location = "http://elsewhere.invalid/";
            return http.Response.WriteAsync("<html>Müller</html>");
        });

        Assert.Equal((failure, code), (e.Failure, e.Code));
        Assert.DoesNotContain("Müller", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["UserError",["You are not allowed to access \"Purchase\".","",null]]""", HostFailure.Refused, "tryton.access-denied")]
    [InlineData("""["UserError",["The code of party Müller must be unique.","",null]]""", HostFailure.Refused, "tryton.user-error")]
    [InlineData("""["UserWarning",["x.future","Dates of Müller in the future.",""]]""", HostFailure.Refused, "tryton.user-warning")]
    [InlineData("""["ConcurrencyException","Records were modified in the meanwhile"]""", HostFailure.Unavailable, "tryton.concurrency")]
    [InlineData("""["'party.nope'",""]""", HostFailure.Refused, "tryton.unknown-name")]
    [InlineData("""["list index out of range","Traceback: Müller"]""", HostFailure.Unreadable, "tryton.server-fault")]
    public async Task ReadChangedAsync_RpcError_TellsWhoActsWithoutTheServersWords(string error, HostFailure failure, string code)
    {
        var e = await FailAsync(http => FakeTryton.ErrorAsync(http, error));

        Assert.Equal((failure, code), (e.Failure, e.Code));
        Assert.DoesNotContain("Müller", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"id":1,"result":[{"id":1""", "tryton.not-json")]
    [InlineData("""<html>proxy</html>""", "tryton.not-json")]
    [InlineData("""{"id":1}""", "tryton.bad-answer")]
    [InlineData("""{"id":1,"result":"soon"}""", "tryton.bad-answer")]
    [InlineData("""{"id":1,"result":[{"name":"no id"}]}""", "tryton.bad-answer")]
    public async Task ReadChangedAsync_AnswerNotUnderstood_IsUnreadable(string body, string code)
    {
        var e = await FailAsync(http => FakeTryton.WriteTextAsync(http, body));

        Assert.Equal((HostFailure.Unreadable, code), (e.Failure, e.Code));
    }

    [Fact]
    public async Task ReadChangedAsync_HalfABody_IsUnavailable()
    {
        var e = await FailAsync(async http =>
        {
            http.Response.ContentLength = 1000;
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes("""{"id":1,"result":["""));
            await http.Response.Body.FlushAsync();
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);   // else the head is lost too
            http.Abort();
        });

        Assert.Equal((HostFailure.Unavailable, "tryton.cut-off"), (e.Failure, e.Code));
    }

    [Fact]
    public async Task ReadChangedAsync_ConnectionBreaksBeforeTheAnswer_IsUnavailable()
    {
        var e = await FailAsync(http =>
        {
            http.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal((HostFailure.Unavailable, "tryton.cut-off"), (e.Failure, e.Code));
    }

    [Fact]
    public async Task ReadChangedAsync_SlowAnswer_IsATimeoutNotACancellation()
    {
        var e = await FailAsync(http => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted), ("responseTimeoutSeconds", "0.3"));

        Assert.Equal((HostFailure.Unavailable, "tryton.timeout"), (e.Failure, e.Code));
    }

    [Fact]
    public async Task ReadChangedAsync_CancelledByTheCaller_IsACancellation()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(1);
        await using var host = fake.Open();
        var source = host.Find<IProductSource>()!;
        using var stop = new CancellationTokenSource();
        fake.Fault = async (http, _) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
            return true;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in source.ReadChangedAsync(null, stop.Token))
            {
            }
        });
    }

    [Fact]
    public async Task CheckAsync_NobodyListens_IsAFindingNotAnException()
    {
        await using var fake = await FakeTryton.StartAsync();
        await using var host = fake.OpenAt("http://127.0.0.1:1/db/", "right");

        var check = Assert.Single(await host.CheckAsync(TestContext.Current.CancellationToken));

        Assert.Equal(("host.reachable", CheckState.Failed), (check.Name, check.State));
        Assert.StartsWith("tryton.unreachable", check.Found, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadChangedAsync_UnavailableOnce_IsRetriedAndSucceeds()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(2);
        await using var host = fake.Open(("retries", "2"));
        var source = host.Find<IProductSource>()!;
        var failed = false;
        fake.Fault = async (http, method) =>
        {
            if (failed || method != "model.product.product.search_read")
                return false;
            failed = true;
            http.Response.StatusCode = 503;
            await http.Response.CompleteAsync();
            return true;
        };

        Assert.Equal(2, Assert.Single(await source.PagesAsync()).Rows.Count);
        Assert.True(failed);
    }

    [Fact]
    public async Task ReadChangedAsync_ThrottledWithRetryAfter_HandsTheWaitOn()
    {
        var e = await FailAsync(http =>
        {
            http.Response.StatusCode = 429;
            http.Response.Headers.RetryAfter = "120";
            return Task.CompletedTask;
        }, ("retries", "3"));

        Assert.Equal(("tryton.throttled", TimeSpan.FromSeconds(120)), (e.Code, e.RetryAfter));
    }

    private static async Task<HostException> FailAsync(Func<HttpContext, Task> answer, params (string Key, string Value)[] options)
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(3);
        await using var host = fake.Open(options);
        var source = host.Find<IProductSource>()!;
        fake.Fault = async (http, method) =>
        {
            if (method != "model.product.product.search_read")
                return false;
            await answer(http);
            return true;
        };
        return await Assert.ThrowsAsync<HostException>(() => source.PagesAsync());
    }
}
