using System.Net;
using Crm.Plugin.Jobs;
using Crm.Plugin.Jobs.Hangfire;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Jobs.Hangfire;

public sealed class HangfireDashboardTests
{
    [Fact]
    public async Task Dashboard_WhoMayNot_IsKeptOut()
    {
        await using var app = await CrmApp.StartAsync();
        using var director = await app.SignInAsync("boris", Role.CommercialDirector);
        using var nobody = new WebBrowser(app.Address);
        foreach (var path in (string[])["", "/recurring", "/jobs/enqueued", "/servers"])
        {
            await director.OpenAsync(HangfireFeature.Dashboard + path);
            Assert.Equal(HttpStatusCode.Forbidden, director.Status);
            Assert.DoesNotContain("hangfireConfig", director.Source, StringComparison.Ordinal);
            await nobody.OpenAsync(HangfireFeature.Dashboard + path);
            Assert.StartsWith("/sign-in", nobody.Location, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Dashboard_Administrator_SeesAndStartsJobs()
    {
        await using var app = await CrmApp.StartAsync(runJobs: true);
        using var admin = await app.SignInAsync("chief", Role.Administrator);
        var job = new Gauge();
        await app.Services.GetRequiredService<IJobScheduler>().RecurAsync("for-the-test", JobTimes.At("0 0 3 1 1 ?"), job.RunAsync, CancellationToken.None);

        var screen = await admin.OpenAsync("/administration/jobs");
        Assert.Contains("for-the-test", admin.Source, StringComparison.Ordinal);
        Assert.Contains("mail-out", admin.Source, StringComparison.Ordinal);
        Assert.NotNull(screen.QuerySelector($"a[href='{HangfireFeature.Dashboard}']"));

        var page = await admin.OpenAsync(HangfireFeature.Dashboard + "/recurring");
        Assert.Equal(HttpStatusCode.OK, admin.Status);
        Assert.Contains("for-the-test", page.Body!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, await TriggerAsync(admin, null, ""));
        var header = page.QuerySelector("meta[name=csrf-header]")!.GetAttribute("content")!;
        Assert.Equal(HttpStatusCode.NoContent, await TriggerAsync(admin, header, page.QuerySelector("meta[name=csrf-token]")!.GetAttribute("content")!));
        Assert.True(await job.BeganAsync());
        Assert.Equal(1, job.Most);
    }

    [Fact]
    public async Task Dashboard_Policy_IsLooserForStylesAlone()
    {
        await using var app = await CrmApp.StartAsync();
        using var admin = await app.SignInAsync("chief", Role.Administrator);
        var ours = await PolicyAsync(admin, "/administration/jobs");
        var theirs = await PolicyAsync(admin, HangfireFeature.Dashboard);

        Assert.Contains("style-src 'self';", ours, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'self'", theirs, StringComparison.Ordinal);
        Assert.Equal(ours.Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal), theirs);
    }

    private static async Task<string> PolicyAsync(WebBrowser browser, string path)
    {
        using var answer = await browser.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return answer.Headers.GetValues("Content-Security-Policy").Single();
    }

    private static async Task<HttpStatusCode> TriggerAsync(WebBrowser browser, string? header, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, HangfireFeature.Dashboard + "/recurring/trigger")
        {
            Content = new FormUrlEncodedContent([new("jobs[]", "for-the-test")]),
        };
        if (header is not null)
        {
            request.Headers.Add(header, token);
        }

        using var answer = await browser.Http.SendAsync(request);
        return answer.StatusCode;
    }
}
