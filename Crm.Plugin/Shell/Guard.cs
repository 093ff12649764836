using Crm.Plugin.Security;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.Features;

namespace Crm.Plugin.Shell;

/// <summary>Headers that every answer carries, and the screen that an unexpected failure ends on.</summary>
internal sealed partial class Guard(RequestDelegate next, FrameAncestors ancestors, ILogger<Guard> logger)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.ContentSecurityPolicy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; " +
            $"form-action 'self'; base-uri 'none'; frame-ancestors 'self' {ancestors.Value}";
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        Embed.Remember(http);
        try
        {
            await next(http);
        }
        catch (Exception failure) when (!http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted)
        {
            Failed(logger, failure, http.TraceIdentifier, http.Request.Method, http.Request.Path);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            // A screen that failed while it was drawn has set it already, and a second screen would add it again.
            http.Response.Headers.Remove("blazor-enhanced-nav");
            await AnswerAsync(http, StatusCodes.Status500InternalServerError);
            return;
        }

        if (http.Response is { HasStarted: false, StatusCode: 403 or 404 or 400 or 413, ContentLength: null, ContentType: null })
        {
            await AnswerAsync(http, http.Response.StatusCode);
        }
    }

    private static Task AnswerAsync(HttpContext http, int status) => http.Request.Path.StartsWithSegments("/api")
        ? TypedResults.Problem(statusCode: status, extensions: [new("code", CodeOf(http, status)), new("traceId", http.TraceIdentifier)]).ExecuteAsync(http)
        : Screen.Of<MessagePage>(new { Status = status }).ExecuteAsync(http);

    private static string CodeOf(HttpContext http, int status) => status switch
    {
        400 => HttpMethods.IsPost(http.Request.Method) || HttpMethods.IsPut(http.Request.Method) ? "bad-body" : "bad-request",
        403 => "forbidden",
        404 => "not-found",
        413 => "too-large",
        _ => "failed",
    };

    [LoggerMessage(Level = LogLevel.Error, Message = "Request {TraceId} {Method} {Path} failed.")]
    private static partial void Failed(ILogger logger, Exception failure, string traceId, string method, string path);
}

/// <summary>Addresses of the ERPs that may show the screens in a frame; kept up to date by the connections.</summary>
internal sealed class FrameAncestors
{
    private volatile string value = "";

    /// <summary>Origins separated by blanks.</summary>
    public string Value
    {
        get => value;
        set => this.value = value;
    }
}

/// <summary>Refuses every changing request of a signed-in browser that does not carry the antiforgery token of its own page.</summary>
internal sealed class AntiforgeryGuard(RequestDelegate next, IAntiforgery antiforgery)
{
    public async Task InvokeAsync(HttpContext http)
    {
        var safe = HttpMethods.IsGet(http.Request.Method) || HttpMethods.IsHead(http.Request.Method) || HttpMethods.IsOptions(http.Request.Method);
        // A bearer token is never sent by a browser on its own, so it needs no second proof.
        var needsProof = http.GetEndpoint()?.Metadata.GetMetadata<IAntiforgeryMetadata>()?.RequiresValidation ?? true;
        if (!safe && needsProof && !http.Request.Headers.ContainsKey("Authorization") && await RefusalAsync(http) is { } status)
        {
            http.Response.StatusCode = status;
            if (status == StatusCodes.Status413PayloadTooLarge && http.Request.IsPart())
            {
                http.Response.Headers["HX-Retarget"] = "body"; // the message is a page of its own, whatever part was asked for
            }

            return;
        }

        await next(http);
    }

    private async Task<int?> RefusalAsync(HttpContext http)
    {
        if (http.Request.ContentLength > http.Features.Get<IHttpMaxRequestBodySizeFeature>()?.MaxRequestBodySize)
        {
            return StatusCodes.Status413PayloadTooLarge;
        }

        try
        {
            return await antiforgery.IsRequestValidAsync(http) ? null : StatusCodes.Status400BadRequest;
        }
        catch (AntiforgeryValidationException unread)
        {
            // The body could not be read to its end: too long, or the sender went away.
            return unread.InnerException is InvalidDataException or BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge }
                ? StatusCodes.Status413PayloadTooLarge
                : StatusCodes.Status400BadRequest;
        }
    }
}
