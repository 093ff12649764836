using System.Net;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Security;

public sealed class SignInTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task SignIn_RightPassword_OpensTheAskedPage(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.AddUserAsync("anna", Role.SalesManager);
        using var browser = new WebBrowser(app.Address);

        await browser.OpenAsync("/no-such-page");
        Assert.StartsWith("/sign-in?returnUrl=", browser.Location, StringComparison.Ordinal);
        await browser.SubmitAsync("/sign-in", new() { ["login"] = "anna", ["password"] = CrmApp.Password, ["returnUrl"] = "/no-such-page" });

        Assert.Equal("/no-such-page", browser.Location);
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }

    [Fact]
    public async Task SignIn_WrongPassword_IsRefusedWithoutSayingWhat()
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddUserAsync("anna", Role.SalesManager);
        using var browser = new WebBrowser(app.Address);
        await browser.OpenAsync("/sign-in?lang=ru");

        var known = await browser.SubmitAsync("/sign-in?lang=ru", new() { ["login"] = "anna", ["password"] = "wrong" });
        Assert.Equal(HttpStatusCode.Unauthorized, browser.Status);
        var unknown = await browser.SubmitAsync("/sign-in?lang=ru", new() { ["login"] = "nobody", ["password"] = "wrong" });

        Assert.Equal("Неверный логин или пароль.", known.QuerySelector("[role=alert]")!.TextContent);
        Assert.Equal("Неверный логин или пароль.", unknown.QuerySelector("[role=alert]")!.TextContent);
    }

    [Fact]
    public async Task SignIn_SixFailures_LocksEvenTheRightPassword()
    {
        await using var app = await CrmApp.StartAsync();
        await app.AddUserAsync("anna", Role.SalesManager);
        using var browser = new WebBrowser(app.Address);
        await browser.OpenAsync("/sign-in");
        for (var i = 0; i < 6; i++)
        {
            await browser.SubmitAsync("/sign-in", new() { ["login"] = "anna", ["password"] = "wrong" });
        }

        var page = await browser.SubmitAsync("/sign-in", new() { ["login"] = "anna", ["password"] = CrmApp.Password });

        Assert.Equal("Too many failed attempts. Wait five minutes and try again.", page.QuerySelector("[role=alert]")!.TextContent);
    }

    [Fact]
    public async Task Post_WithoutAntiforgeryToken_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = new WebBrowser(app.Address);

        using var answer = await browser.Http.PostAsync("/sign-in", new FormUrlEncodedContent([new("login", "a"), new("password", "b")]));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Account_SwitchedOff_EndsItsSignIn()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        await using (var database = app.Database())
        {
            await database.Set<UserAccount>().ExecuteUpdateAsync(s => s.SetProperty(a => a.IsActive, false));
        }

        ((AccountDirectory)app.Services.GetService(typeof(AccountDirectory))!).Forget();
        await browser.OpenAsync("/no-such-page");

        Assert.StartsWith("/sign-in", browser.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EveryAnswer_CarriesTheContentSecurityPolicy()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = new WebBrowser(app.Address);

        using var answer = await browser.Http.GetAsync(new Uri("/sign-in", UriKind.Relative));

        Assert.Contains("frame-ancestors 'self'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }
}
