using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonSessionTests
{
    [Fact]
    public async Task ReadChangedAsync_SessionEndedMidRead_SignsInAgainOnceAndGoesOn()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(25);
        await using var host = fake.Open(("pageSize", "10"));
        var pages = 0;
        await foreach (var page in host.Find<IProductSource>()!.ReadChangedAsync(null, TestContext.Current.CancellationToken))
        {
            pages++;
            fake.Sessions.Clear();
        }

        Assert.Equal(3, pages);
        Assert.InRange(fake.Count("common.db.login"), 2, 4);
    }

    [Fact]
    public async Task ReadChangedAsync_SessionEndsBeforeItsFirstQuestion_SignsInOnceMore()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(1);
        await using var host = fake.Open();
        var asked = 0;
        fake.Fault = (http, method) =>
        {
            var isEnded = method == "model.res.user.get_preferences" && Interlocked.Increment(ref asked) == 1;
            http.Response.StatusCode = isEnded ? 401 : http.Response.StatusCode;
            return Task.FromResult(isEnded);
        };

        var page = Assert.Single(await host.Find<IProductSource>()!.PagesAsync());

        Assert.Single(page.Rows);
        Assert.Equal(2, fake.Count("common.db.login"));
    }

    [Fact]
    public async Task ReadChangedAsync_EverySessionRefused_StopsAfterTheSecondSignIn()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.AddProducts(1);
        await using var host = fake.Open();
        var source = host.Find<IProductSource>()!;
        var before = fake.Count("common.db.login");
        fake.FailWith(401, "model.product.product.search_read", "model.product.product.search_count");

        var e = await Assert.ThrowsAsync<HostException>(() => source.PagesAsync());

        Assert.Equal((HostFailure.Refused, "tryton.session-refused"), (e.Failure, e.Code));
        Assert.InRange(fake.Count("common.db.login") - before, 1, 2);
    }

    [Fact]
    public async Task ReadChangedAsync_WrongPassword_IsRefusedAndNotTriedAgain()
    {
        await using var fake = await FakeTryton.StartAsync();
        await using var host = fake.OpenAt(fake.Address.AbsoluteUri, "wrong-secret");

        var first = await Assert.ThrowsAsync<HostException>(() => host.Find<IProductSource>()!.PagesAsync());
        await Assert.ThrowsAsync<HostException>(() => host.Find<IHostUserSource>()!.PagesAsync());

        Assert.Equal((HostFailure.Refused, "tryton.wrong-password"), (first.Failure, first.Code));
        Assert.DoesNotContain("wrong-secret", first.ToString(), StringComparison.Ordinal);
        Assert.Equal(1, fake.Count("common.db.login"));   // each try counts towards Tryton's lock
    }

    [Fact]
    public async Task ReadChangedAsync_LoginLocked_AsksToWaitFiveMinutes()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.FailWith(429, "common.db.login");
        await using var host = fake.Open(("retries", "3"));

        var e = await Assert.ThrowsAsync<HostException>(() => host.Find<IHostUserSource>()!.PagesAsync());

        Assert.Equal((HostFailure.Unavailable, "tryton.login-locked", TimeSpan.FromMinutes(5)), (e.Failure, e.Code, e.RetryAfter));
        Assert.Equal(1, fake.Count("common.db.login"));
    }

    [Fact]
    public async Task DisposeAsync_AfterUse_EndsTheSession()
    {
        await using var fake = await FakeTryton.StartAsync();
        await using (var host = fake.Open())
        {
            await host.Find<IHostUserSource>()!.PagesAsync();
            Assert.Single(fake.Sessions);
        }

        Assert.Empty(fake.Sessions);
    }

    [Theory]
    [InlineData("right", SignInVerdict.Accepted)]
    [InlineData("wrong", SignInVerdict.Rejected)]
    [InlineData("", SignInVerdict.Rejected)]
    public async Task VerifyAsync_Password_GivesTheVerdictAndLeavesNoSession(string password, SignInVerdict verdict)
    {
        await using var fake = await FakeTryton.StartAsync();
        await using var host = fake.Open();

        Assert.Equal(verdict, await host.Find<IHostSignIn>()!.VerifyAsync("anna", password, TestContext.Current.CancellationToken));
        Assert.Empty(fake.Sessions);
    }

    [Theory]
    [InlineData(429, SignInVerdict.Locked)]
    [InlineData(401, SignInVerdict.Rejected)]
    public async Task VerifyAsync_Refused_AsksExactlyOnce(int status, SignInVerdict verdict)
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.FailWith(status, "common.db.login");
        await using var host = fake.Open(("retries", "3"));

        Assert.Equal(verdict, await host.Find<IHostSignIn>()!.VerifyAsync("anna", "right", TestContext.Current.CancellationToken));
        Assert.Equal(1, fake.Count("common.db.login"));
    }

    [Fact]
    public async Task VerifyAsync_SecondFactorAskedFor_IsRejected()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.Fault = async (http, method) => method == "common.db.login"
            && await FakeTryton.ErrorAsync(http, """["LoginException",["sms_code","Code for anna","char"]]""");
        await using var host = fake.Open();

        Assert.Equal(SignInVerdict.Rejected, await host.Find<IHostSignIn>()!.VerifyAsync("anna", "right", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Open_SeveralDatabases_AsksForTheNameInTheAddress()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.Databases = ["one", "two"];
        await using var host = fake.Open();
        await using var named = fake.OpenAt(fake.Address + "two/", "right");

        var e = await Assert.ThrowsAsync<HostException>(() => host.Find<IHostUserSource>()!.PagesAsync());

        Assert.Equal((HostFailure.Refused, "tryton.which-database"), (e.Failure, e.Code));
        Assert.Single(await named.Find<IHostUserSource>()!.PagesAsync());
    }

    [Fact]
    public async Task Find_ModuleMissing_OffersTheRestAndTheCheckSaysWhich()
    {
        await using var fake = await FakeTryton.StartAsync();
        fake.Missing.Add("purchase.purchase");
        fake.Closed.Add("account.invoice");
        await using var host = fake.Open();

        Assert.Null(host.Find<IPurchaseOrderSource>());
        Assert.Null(host.Find<IPaymentSource>());
        Assert.NotNull(host.Find<ISalesOrderSource>());
        Assert.NotNull(host.Find<ICounterpartyWriter>());
        Assert.Null(host.Find<ISalesOrderWriter>()); // nothing writes orders yet
        var checks = (await host.CheckAsync(TestContext.Current.CancellationToken)).ToDictionary(c => c.Name);
        Assert.Equal(CheckState.Warning, checks["host.rights.purchases"].State);
        Assert.Contains("purchase.purchase not there", checks["host.rights.purchases"].Found, StringComparison.Ordinal);
        Assert.Contains("no right to read account.invoice", checks["host.rights.invoices"].Found, StringComparison.Ordinal);
        Assert.Equal(CheckState.Ok, checks["host.rights.sales"].State);
        Assert.Equal(CheckState.Warning, checks["host.rights.menu"].State);
    }
}
