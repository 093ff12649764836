using System.Net;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Administration;

public sealed class RightsScreenTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Roles_Saved_HoldAtOnceAndAreAuditedWithOldAndNew(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var browser = await app.SignInAsync("root", Role.Administrator);
        await browser.OpenAsync("/administration/roles");

        var page = await browser.SubmitAsync("/administration/roles", Rights("Own", "Own", "None"));

        Assert.Equal("Own", page.QuerySelector("select[name='SalesManager.read'] option[selected]")!.GetAttribute("value"));
        Assert.Equal(["role.changed SalesManager {\"read\":[\"All\",\"Own\"],\"write\":[\"All\",\"Own\"],\"export\":[\"Own\",\"None\"]}"], await app.AuditAsync());
        await using var database = app.Database();
        Assert.Equal(Role.SalesManager, (await database.Set<RoleRights>().SingleAsync()).Role);
    }

    [Fact]
    public async Task Roles_WritingMoreThanIsSeen_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("root", Role.Administrator);
        await browser.OpenAsync("/administration/roles");

        var page = await browser.SubmitAsync("/administration/roles", Rights("Own", "All", "Own"));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("All", page.QuerySelector("select[name='SalesManager.write'] option[selected]")!.GetAttribute("value"));
        Assert.Empty(await app.AuditAsync());
    }

    [Fact]
    public async Task Token_Revoked_OpensNothingAndIsAudited()
    {
        await using var app = await CrmApp.StartAsync();
        using var client = await Api.ApiWorld.TokenClientAsync(app);
        using var browser = await app.SignInAsync("root", Role.Administrator);
        var page = await browser.OpenAsync("/administration/tokens");
        Assert.Contains("anna", page.QuerySelector("tbody tr")!.TextContent, StringComparison.Ordinal);

        await browser.SubmitAsync(page.QuerySelector("tbody form")!.GetAttribute("action")!, []);

        using var answer = await client.GetAsync(new Uri("/api/v1/orders", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal(["token.revoked 1 "], await app.AuditAsync());
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Audit_Filtered_ShowsOnlyThatAndExportsIt(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await using (var database = app.Database())
        {
            database.Add(Entry("user.added", "user", "anna"));
            database.Add(Entry("user.added", "user", "=1+1"));
            database.Add(Entry("role.changed", "role", "SalesManager"));
            await database.SaveChangesAsync();
        }

        using var browser = await app.SignInAsync("root", Role.Administrator);
        var byAction = await browser.OpenAsync("/administration/audit?action=user.added");
        var byRecord = await browser.OpenAsync("/administration/audit?subject=user&id=anna&user=boss");
        await browser.OpenAsync("/administration/audit.csv?subject=user");

        Assert.Equal(2, byAction.QuerySelectorAll("tbody tr").Length);
        Assert.Contains("Account added", Assert.Single(byRecord.QuerySelectorAll("tbody tr")).TextContent, StringComparison.Ordinal);
        var lines = browser.Source.Trim().Split("\r\n");
        Assert.Equal("number,at,user,action,subject,id,detail", lines[0].TrimStart('\uFEFF'));
        Assert.EndsWith(",2026-11-22T12:00:00.000Z,boss,user.added,user,'=1+1,\"{\"\"role\"\":\"\"SalesManager\"\"}\"", lines[1], StringComparison.Ordinal);
        Assert.Equal(3, lines.Length);
        Assert.Equal("audit.exported  {\"filter\":\"?subject=user\"}", (await app.AuditAsync())[^1]);
    }

    private static AuditEntry Entry(string action, string subject, string id) => new()
    {
        At = AdministrationWorld.Noon,
        UserLogin = "boss",
        Action = action,
        Subject = subject,
        SubjectId = id,
        Detail = "{\"role\":\"SalesManager\"}",
    };

    private static Dictionary<string, string> Rights(string read, string write, string export)
    {
        var form = new Dictionary<string, string> { ["SalesManager.read"] = read, ["SalesManager.write"] = write, ["SalesManager.export"] = export };
        foreach (var role in new[] { "CommercialDirector", "Administrator" })
        {
            foreach (var right in new[] { "read", "write", "export" })
            {
                form[$"{role}.{right}"] = "All";
            }
        }

        return form;
    }
}
