using System.Net;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Tests.App;
using Microsoft.AspNetCore.Http;
using Xunit;

namespace Crm.Tests.Shell;

/// <summary>Nothing that a form had to cut is kept, whoever reads the field.</summary>
public sealed class TypedFormTests
{
    [Fact]
    public void From_TooLong_IsRefusedOnceWithTheLimitOfTheField()
    {
        var form = TypedForm.From(new FormCollection(new() { ["short"] = "abc", ["long"] = new string('x', 11), ["ticked"] = new(["aaaaaa", "bbbbbb"]) }), 10);

        Assert.Equal([("long", FormTexts.TooLong, "10, 11")], form.Refusals.Select(r => (r.Field, r.Text, string.Join(", ", r.Arguments))));
        form.Whole("long", 5);
        form.Whole("short", 5);
        Assert.Equal([("long", FormTexts.TooLong, "5, 11")], form.Refusals.Select(r => (r.Field, r.Text, string.Join(", ", r.Arguments))));
        Assert.Equal("xxxxxxxxxx", form["long"]);
    }

    [Fact]
    public async Task AllowedWebhooks_TooMany_AreRefusedNotCut()
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        await chief.OpenAsync("/notifications/policy");

        var page = await chief.SubmitAsync("/notifications/policy", new() { ["allowed"] = string.Join('\n', Enumerable.Repeat("https://hooks.trade.example/" + new string('x', 80), 20)) });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
        Assert.Contains("At most 2000 characters; this text has 2179.", page.QuerySelectorAll("[data-field=allowed]").Select(e => e.TextContent.Replace(",", "", StringComparison.Ordinal)));
    }
}
