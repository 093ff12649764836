using System.ComponentModel;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
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
    private const int MostBytes = 256 << 10;
    private const int MostMessages = 500;

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
        var header = http.Request.Headers.Authorization.ToString();
        var token = secret ?? (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : "");
        if (gateway?.InToken is not { } hash || token.Length > 200 || !CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(TokenText.Hash(token))))
        {
            return ApiProblem.Of(StatusCodes.Status401Unauthorized, "sms.bad-secret", "The gateway's secret is missing or wrong; an administrator makes a new one under SMS, Gateway.");
        }

        var (messages, problem) = await ReadAsync(http.Request, SmsTemplate.Of(gateway), cancellation);
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

    /// <summary>All messages of a report, or why none of them is taken: half a report would be lost when the gateway does not repeat it.</summary>
    private static async Task<(IReadOnlyList<SmsReceived> Messages, IResult? Problem)> ReadAsync(HttpRequest request, SmsTemplate template, CancellationToken cancellation)
    {
        if (!request.HasFormContentType && !request.HasJsonContentType())
        {
            return ([], ApiProblem.Of(StatusCodes.Status415UnsupportedMediaType, "sms.bad-kind", "Send a form or JSON, and name it in Content-Type."));
        }

        var body = new byte[MostBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(body, body.Length, throwOnEndOfStream: false, cancellation);
        if (length > MostBytes)
        {
            return ([], ApiProblem.Of(StatusCodes.Status413PayloadTooLarge, "sms.too-large", "A report has at most 256 KB."));
        }

        string? missing;
        IReadOnlyList<SmsReceived>? messages;
        if (request.HasFormContentType)
        {
            request.Body = new MemoryStream(body, 0, length);
            var form = await request.ReadFormAsync(cancellation);
            messages = SmsInRule.Of(name => form.TryGetValue(name, out var value) ? value.ToString() : null, template, out missing) is { } one ? [one] : null;
        }
        else
        {
            try
            {
                using var json = JsonDocument.Parse(body.AsMemory(0, length));
                messages = SmsInRule.FromJson(json.RootElement, template, out missing);
            }
            catch (JsonException)
            {
                return ([], ApiProblem.Of(StatusCodes.Status422UnprocessableEntity, "sms.bad-message", "The body is no JSON."));
            }
        }

        return messages switch
        {
            null => ([], ApiProblem.Of(StatusCodes.Status422UnprocessableEntity, "sms.bad-message", $"'{missing}' is missing, empty or too long; nothing of this report was taken.")),
            { Count: > MostMessages } => ([], ApiProblem.Of(StatusCodes.Status413PayloadTooLarge, "sms.too-large", "A report has at most 500 messages.")),
            _ => (messages, null),
        };
    }
}
