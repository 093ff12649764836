using System.ComponentModel;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms.Incoming;

/// <summary>What came of a gateway's report.</summary>
/// <param name="Received">Messages in it.</param>
/// <param name="New">Those that had not come before.</param>
public sealed record SmsReceipt(int Received, int New);

/// <summary>Where an HTTP gateway reports received messages. Its own secret opens it and nothing else.</summary>
internal static class SmsInApi
{
    // The gateway's secret proves who asks, and no page of ours sends it.
    public static void MapSmsApi(this IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/sms", ReceiveAsync).AllowAnonymous().DisableAntiforgery()
        .WithName("receiveSms").WithTags("Text messages").WithSummary("Reports received text messages, as a form or as JSON; reported twice, one is kept once.")
        .WithDescription("The gateway's secret stands in the header 'Authorization: Bearer SECRET', or in the query where a gateway can send no header. Which field is what is set with the gateway.")
        .Produces<SmsReceipt>().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity);

    private static async Task<IResult> ReceiveAsync(
        HttpContext http, [FromQuery, Description("The gateway's secret, where it stands in no header.")] string? secret, IServiceScopeFactory scopes, TimeProvider clock, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        var gateway = await scope.ServiceProvider.GetRequiredService<CrmDbContext>().Set<SmsGateway>().FirstOrDefaultAsync(cancellation);
        if (!SmsGatewayRequest.IsFrom(gateway, http.Request, secret))
        {
            return SmsGatewayRequest.BadSecret();
        }

        var template = SmsTemplate.Of(gateway!);
        var (messages, problem) = await SmsGatewayRequest.ReadAsync<SmsReceived>(
            http.Request, find => (SmsInRule.Of(find, template, out var missing), missing), body => (SmsInRule.FromJson(body, template, out var missing), missing), cancellation);
        if (problem is not null)
        {
            return problem;
        }

        var intake = scope.ServiceProvider.GetRequiredService<SmsIntake>();
        var fresh = 0;
        foreach (var message in messages)
        {
            fresh += await intake.TakeAsync(message, clock.GetUtcNow(), cancellation) == SmsFate.Known ? 0 : 1;
        }

        return ApiJson.Answer(new SmsReceipt(messages.Count, fresh));
    }
}
