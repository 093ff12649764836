using System.Collections.Concurrent;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>Requests to a user's own address.</summary>
public sealed class NoticeWebhookTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Webhook_ReceiverFailsOnce_GetsTheSameSignedDeliveryAgain(DatabaseKind kind)
    {
        var requests = new ConcurrentQueue<(string Delivery, string Signature, string Body)>();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        await using var receiver = builder.Build();
        receiver.MapPost("/hook", async (HttpRequest request) =>
        {
            using var reader = new StreamReader(request.Body);
            requests.Enqueue((request.Headers["X-CRM-Delivery"].ToString(), request.Headers["X-CRM-Signature"].ToString(), await reader.ReadToEndAsync()));
            return requests.Count == 1 ? Results.StatusCode(503) : Results.Ok();
        });
        await receiver.StartAsync();
        var clock = new FixedClock(NoticeWorld.At("2026-11-23T09:00:00Z"));
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var root = receiver.Urls.Single();
        await app.SaveAsync(
            new NoticeSettings { UserId = 0, AllowedWebhooks = root },
            new NoticeSettings { UserId = anna.Id, WebhookAddress = root + "/hook", WebhookSecret = app.Services.GetRequiredService<WebhookSecrets>().Protect("0123456789abcdef") });
        await app.ChooseAsync(anna.Id, "contact", NoticeChannels.Webhook);
        await app.PlanAsync(await app.AddCounterpartyAsync("Acme"), anna.Id, clock.Now);

        await app.TellAsync();
        Assert.Equal((DeliveryState.Waiting, 1, "webhook.unavailable"), (await app.DeliveriesAsync()).Select(d => (d.State, d.Attempts, d.Error)).Single());
        await app.TellAsync(); // not before its time
        clock.Now += TimeSpan.FromMinutes(1);
        await app.TellAsync();
        clock.Now += TimeSpan.FromHours(1);
        await app.TellAsync();

        Assert.Equal((DeliveryState.Delivered, 2), (await app.DeliveriesAsync()).Select(d => (d.State, d.Attempts)).Single());
        Assert.Equal(2, requests.Count);
        Assert.Single(requests.Select(r => r.Delivery).Distinct());
        Assert.Single(requests.Select(r => r.Body).Distinct());
        Assert.Contains("\"title\":\"23/11/2026 09:00: Call about the offer\"", requests.First().Body, StringComparison.Ordinal);
        foreach (var (_, signature, body) in requests)
        {
            var parts = signature.Split(',').Select(p => p.Split('=')[1]).ToArray();
            Assert.Equal(WebhookRule.Sign("0123456789abcdef", parts[0], body), parts[1]);
        }
    }
}
