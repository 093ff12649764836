using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Plugin.Features.Api;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Sms;

/// <summary>A request that a gateway sends: who it is, and what it holds.</summary>
internal static class SmsGatewayRequest
{
    private const int MostBytes = 256 << 10;
    private const int MostItems = 500;

    /// <summary>Whether it carries the gateway's secret; never before one was made.</summary>
    public static bool IsFrom(SmsGateway? gateway, HttpRequest request, string? secret)
    {
        var header = request.Headers.Authorization.ToString();
        var token = secret ?? (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) ? header[7..].Trim() : "");
        return gateway?.InToken is { } hash && token.Length <= 200 && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(TokenText.Hash(token)));
    }

    public static IResult BadSecret() => ApiProblem.Of(StatusCodes.Status401Unauthorized, "sms.bad-secret", "The gateway's secret is missing or wrong; an administrator makes a new one under SMS, Gateway.");

    /// <summary>All items of a request, or why none of them is taken: half of it would be lost when the gateway does not repeat it.</summary>
    /// <param name="request">A form, or JSON.</param>
    /// <param name="ofForm">Reads the one item of a form, or names what is missing.</param>
    /// <param name="ofJson">Reads the items of a body, or names what is missing.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<(IReadOnlyList<T> Items, IResult? Problem)> ReadAsync<T>(
        HttpRequest request, Func<Func<string, string?>, (T? Item, string? Missing)> ofForm, Func<JsonElement, (IReadOnlyList<T>? Items, string? Missing)> ofJson, CancellationToken cancellation)
        where T : class
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
        IReadOnlyList<T>? items;
        if (request.HasFormContentType)
        {
            request.Body = new MemoryStream(body, 0, length);
            var form = await request.ReadFormAsync(cancellation);
            (var one, missing) = ofForm(name => form.TryGetValue(name, out var value) ? value.ToString() : null);
            items = one is null ? null : [one];
        }
        else
        {
            try
            {
                using var json = JsonDocument.Parse(body.AsMemory(0, length));
                (items, missing) = ofJson(json.RootElement);
            }
            catch (JsonException)
            {
                return ([], ApiProblem.Of(StatusCodes.Status422UnprocessableEntity, "sms.bad-message", "The body is no JSON."));
            }
        }

        return items switch
        {
            null => ([], ApiProblem.Of(StatusCodes.Status422UnprocessableEntity, "sms.bad-message", $"'{missing}' is missing, empty or too long; nothing of this report was taken.")),
            { Count: > MostItems } => ([], ApiProblem.Of(StatusCodes.Status413PayloadTooLarge, "sms.too-large", "A report has at most 500 messages.")),
            _ => (items, null),
        };
    }
}
