using System.Net;
using System.Text.Json;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Api;

public sealed class BearerTests(PostgresServer postgres)
{
    private static readonly Uri Orders = new("/api/v1/orders", UriKind.Relative);

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Token_OfALivingUser_OpensTheApiAndNotesItsUse(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new StoppedClock(ApiWorld.Noon));
        using var client = await app.TokenClientAsync();

        await client.JsonAsync("/api/v1/orders");

        await Eventually.EqualAsync(ApiWorld.Noon, async () =>
        {
            await using var database = app.Database();
            return (await database.Set<ApiToken>().SingleAsync()).UsedAt;
        });
    }

    [Theory]
    [InlineData("revoked")]
    [InlineData("unknown")]
    [InlineData("switched off")]
    public async Task Token_ThatIsNotGood_Is401WithTheReasonAsProblem(string flaw)
    {
        await using var app = await CrmApp.StartAsync();
        using var good = await app.TokenClientAsync();
        await using (var database = app.Database())
        {
            DateTimeOffset? now = ApiWorld.Noon;
            _ = flaw switch
            {
                "revoked" => await database.Set<ApiToken>().ExecuteUpdateAsync(s => s.SetProperty(t => t.RevokedAt, now)),
                "switched off" => await database.Set<UserAccount>().ExecuteUpdateAsync(s => s.SetProperty(a => a.IsActive, false)),
                _ => 0,
            };
        }

        using var client = flaw == "unknown" ? app.Client("never made") : good;
        using var answer = await client.GetAsync(Orders);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer realm=\"crm\", error=\"invalid_token\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        Assert.Equal("invalid-token", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("code").GetString());
    }

    [Fact]
    public async Task NoToken_Is401AndSaysHowToGetOne()
    {
        await using var app = await CrmApp.StartAsync();
        using var client = app.Client();

        using var answer = await client.GetAsync(Orders);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Bearer realm=\"crm\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Contains("crm token create", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BrowserSession_MayReadAndNotWrite()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        using var read = await browser.Http.GetAsync(Orders);
        using var written = await browser.Http.PostAsync(new Uri("/api/v1/interactions", UriKind.Relative), new StringContent("{}", null, "application/json"));

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, written.StatusCode);
    }

    [Fact]
    public async Task BadToken_BesideAGoodSession_IsStillRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        using var request = new HttpRequestMessage(HttpMethod.Get, Orders) { Headers = { { "Authorization", "Bearer nonsense" } } };

        using var answer = await browser.Http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

/// <summary>For what happens just after an answer.</summary>
internal static class Eventually
{
    public static async Task EqualAsync<T>(T expected, Func<Task<T>> read)
    {
        for (var tries = 0; tries < 100; tries++)
        {
            if (Equals(await read(), expected))
            {
                return;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        Assert.Equal(expected, await read());
    }
}
