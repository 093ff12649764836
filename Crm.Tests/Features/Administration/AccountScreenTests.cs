using System.Net;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Administration;

public sealed class AccountScreenTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Add_LocalAccount_MaySignInAndIsAudited(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var browser = await app.SignInAsync("root", Role.Administrator);
        await browser.OpenAsync("/administration/users/new");

        await browser.SubmitAsync("/administration/users/new", Form("anna", password: CrmApp.Password));

        Assert.Equal("/administration/users?done=anna", browser.Location);
        using var anna = new WebBrowser(app.Address);
        await anna.OpenAsync("/sign-in");
        await anna.SubmitAsync("/sign-in", new() { ["login"] = "anna", ["password"] = CrmApp.Password, ["returnUrl"] = "/counterparties" });
        Assert.Equal("/counterparties", anna.Location);
        Assert.Equal(["user.added anna {\"role\":\"SalesManager\"}"], await app.AuditAsync());
    }

    [Fact]
    public async Task Add_WrongInput_KeepsWhatWasTypedAndSaysWhereInTheUsersLanguage()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator, "ru");
        await browser.OpenAsync("/administration/users/new");

        var page = await browser.SubmitAsync("/administration/users/new", Form("root", password: "short"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("root", page.QuerySelector("#login")!.GetAttribute("value"));
        Assert.Equal("В пароле от 8 до 1000 знаков.", page.QuerySelector("#password-wrong")!.TextContent);
        Assert.Null(page.QuerySelector("#password")!.GetAttribute("value"));

        page = await browser.SubmitAsync("/administration/users/new", Form("root", password: CrmApp.Password));
        Assert.Equal("Такой логин уже есть.", page.QuerySelector("#login-wrong")!.TextContent);
    }

    [Fact]
    public async Task SwitchOff_EndsSignInsAndTokensAndIsAudited()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await IdAsync(app, "anna");
        await browser.OpenAsync($"/administration/users/{id}");

        await browser.SubmitAsync($"/administration/users/{id}/state", new() { ["on"] = "0" });
        await anna.OpenAsync("/counterparties");

        Assert.StartsWith("/sign-in", anna.Location, StringComparison.Ordinal);
        Assert.Contains("user.disable anna ", await app.AuditAsync());
    }

    [Theory]
    [InlineData("state", "on", "0")]
    [InlineData("", "role", "SalesManager")]
    public async Task LastAdministrator_StaysOne(string form, string field, string value)
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);
        var id = await IdAsync(app, "root");
        await browser.OpenAsync($"/administration/users/{id}");

        var fields = new Dictionary<string, string> { [field] = value };
        if (form.Length == 0)
        {
            fields["name"] = "Root";
        }

        await browser.SubmitAsync($"/administration/users/{id}{(form.Length == 0 ? "" : "/" + form)}", fields);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        await using var database = app.Database();
        var root = await database.Set<UserAccount>().SingleAsync();
        Assert.True(root.IsActive);
        Assert.Equal(Role.Administrator, root.Role);
        Assert.Empty(await app.AuditAsync());
    }

    [Fact]
    public async Task Change_Role_IsAuditedWithOldAndNewAndEndsOlderSignIns()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var id = await IdAsync(app, "anna");
        await browser.OpenAsync($"/administration/users/{id}");

        await browser.SubmitAsync($"/administration/users/{id}", new() { ["name"] = "Anna", ["email"] = "", ["role"] = "CommercialDirector" });
        await anna.OpenAsync("/counterparties");

        Assert.Equal($"/administration/users/{id}?done=changed", browser.Location);
        Assert.StartsWith("/sign-in", anna.Location, StringComparison.Ordinal);
        Assert.Equal(["user.changed anna {\"role\":[\"SalesManager\",\"CommercialDirector\"]}"], await app.AuditAsync());
    }

    [Fact]
    public async Task ErpUser_IsShownWithItsOriginAndNotChangedHere()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SeedConnectionsAsync();
        await app.AddUserAsync("olga", Role.SalesManager);
        await using (var database = app.Database())
        {
            int? connection = 3;
            await database.Set<UserAccount>().Where(a => a.Login == "olga").ExecuteUpdateAsync(s => s.SetProperty(a => a.ConnectionId, connection));
        }

        using var browser = await app.SignInAsync("root", Role.Administrator);
        var id = await IdAsync(app, "olga");
        var list = await browser.OpenAsync("/administration/users?q=OLG");
        var page = await browser.OpenAsync($"/administration/users/{id}");
        await browser.SubmitAsync($"/administration/users/{id}/password", new() { ["password"] = "a new password" });

        Assert.Contains("ERP: west", list.QuerySelector("tbody tr")!.TextContent, StringComparison.Ordinal);
        Assert.Null(page.QuerySelector("form[action$='/password']"));
        Assert.Equal(HttpStatusCode.NotFound, browser.Status);
    }

    private static Dictionary<string, string> Form(string login, string password) =>
        new() { ["login"] = login, ["name"] = "Anna", ["email"] = "", ["role"] = "SalesManager", ["password"] = password };

    private static async Task<long> IdAsync(CrmApp app, string login)
    {
        await using var database = app.Database();
        return (await database.Set<UserAccount>().SingleAsync(a => a.Login == login)).Id;
    }

    [Theory]
    [InlineData("en", "Sales manager", "Commercial director", "Administrator")]
    [InlineData("ru", "Менеджер по продажам", "Коммерческий директор", "Администратор")]
    [InlineData("uk", "Менеджер з продажу", "Комерційний директор", "Адміністратор")]
    public async Task Roles_InEveryLanguage_AreWords(string language, params string[] expected)
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator, language);

        Assert.Equal(expected, (await browser.OpenAsync("/administration/users/new")).QuerySelectorAll("#role option").Select(o => o.TextContent));
        Assert.Equal(expected, (await browser.OpenAsync("/administration/roles")).QuerySelectorAll("tbody th").Select(o => o.TextContent));
    }
}
