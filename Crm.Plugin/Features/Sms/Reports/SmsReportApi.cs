using System.ComponentModel;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Features.Sms.Incoming;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms.Reports;

/// <summary>What came of a request with delivery reports.</summary>
/// <param name="Received">Reports in it.</param>
/// <param name="Noted">Those that changed the fate of a message.</param>
/// <param name="Unknown">Those of messages that the CRM did not send.</param>
public sealed record SmsReportReceipt(int Received, int Noted, int Unknown);

/// <summary>Where an HTTP gateway reports what became of messages. The secret for received messages opens it.</summary>
internal static class SmsReportApi
{
    // The gateway's secret proves who asks, and no page of ours sends it.
    public static void MapSmsReports(this IEndpointRouteBuilder routes) => routes.MapPost("/api/v1/sms/reports", ReceiveAsync).AllowAnonymous().DisableAntiforgery()
        .WithName("reportSms").WithTags("Text messages").WithSummary("Reports what became of sent text messages, as a form or as JSON; repeated or out of order, it does no harm.")
        .WithDescription("The gateway's secret stands in the header 'Authorization: Bearer SECRET', or in the query where a gateway can send no header. Which field is what, and which words mean delivered and undeliverable, is set with the gateway.")
        .Produces<SmsReportReceipt>().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status413PayloadTooLarge)
        .ProducesProblem(StatusCodes.Status415UnsupportedMediaType).ProducesProblem(StatusCodes.Status422UnprocessableEntity).ProducesProblem(StatusCodes.Status503ServiceUnavailable);

    private static async Task<IResult> ReceiveAsync(
        HttpContext http, [FromQuery, Description("The gateway's secret, where it stands in no header.")] string? secret, IServiceScopeFactory scopes, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        var gateway = await scope.ServiceProvider.GetRequiredService<CrmDbContext>().Set<SmsGateway>().FirstOrDefaultAsync(cancellation);
        if (!SmsGatewayRequest.IsFrom(gateway, http.Request, secret))
        {
            return SmsGatewayRequest.BadSecret();
        }

        var template = SmsReportTemplate.Of(gateway!);
        var (reports, problem) = await SmsGatewayRequest.ReadAsync<SmsReport>(
            http.Request, find => (SmsReportRule.Of(find, template, out var missing), missing), body => (SmsReportRule.FromJson(body, template, out var missing), missing), cancellation);
        if (problem is not null)
        {
            return problem;
        }

        var store = scope.ServiceProvider.GetRequiredService<SmsReports>();
        var byGatewayKey = gateway!.AnswerId is not null;
        var fates = new List<SmsReportFate>();
        foreach (var report in reports)
        {
            fates.Add(await store.NoteAsync(report, byGatewayKey, cancellation));
        }

        if (byGatewayKey && fates.Contains(SmsReportFate.Unknown) && await store.IsHandingOverAsync(cancellation))
        {
            http.Response.Headers.RetryAfter = "5";
            return ApiProblem.Of(StatusCodes.Status503ServiceUnavailable, "sms.report-early", "A message is just being handed over, its number is not kept yet: report once more.");
        }

        return ApiJson.Answer(new SmsReportReceipt(reports.Count, fates.Count(f => f == SmsReportFate.Noted), fates.Count(f => f == SmsReportFate.Unknown)));
    }
}
