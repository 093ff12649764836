using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.Sms.Incoming;
using Crm.Plugin.Jobs;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms;

/// <summary>Hands queued text messages to the gateway. The message's number travels with it ({id}), by which a gateway knows a repetition.</summary>
internal sealed partial class SmsSender(CrmDbContext database, IDataProtectionProvider protection, IHttpClientFactory clients, TimeProvider clock, ILogger<SmsSender> log)
{
    /// <summary>Name of its HTTP client.</summary>
    public const string Client = "sms-gateway";

    private const int BatchSize = 50;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);
    private readonly IDataProtector protector = protection.CreateProtector("sms-gateway");

    public string Protect(string secret) => protector.Protect(secret);

    /// <returns>How many messages the gateway took.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var sent = 0;
        if (await database.Set<SmsGateway>().FirstOrDefaultAsync(cancellation) is not { Kind: not SmsGatewayKind.None } gateway)
        {
            return 0;
        }

        while (true)
        {
            var claimed = await ClaimAsync(cancellation);
            foreach (var message in claimed)
            {
                sent += await OneAsync(gateway, message, cancellation);
            }

            if (claimed.Count < BatchSize)
            {
                return sent;
            }
        }
    }

    private async Task<List<SmsOut>> ClaimAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var ids = await database.ReadAsync(
            $"SELECT id FROM sms_out WHERE state = 0 AND next_at <= @now ORDER BY next_at, id LIMIT {BatchSize}{Claims.Skip(database)}", [("@now", Instant.ToMicroseconds(now))], row => row.GetInt64(0), cancellation);
        await database.Set<SmsOut>().Where(m => ids.Contains(m.Id)).ExecuteUpdateAsync(m => m.SetProperty(x => x.NextAt, now + Lease).SetProperty(x => x.Attempts, x => x.Attempts + 1).SetProperty(x => x.Error, (string?)null), cancellation);
        await transaction.CommitAsync(cancellation);
        return await database.Set<SmsOut>().Where(m => ids.Contains(m.Id)).OrderBy(m => m.Id).ToListAsync(cancellation);
    }

    private async Task<int> OneAsync(SmsGateway gateway, SmsOut message, CancellationToken cancellation)
    {
        if (await database.Set<SmsSuppression>().AnyAsync(s => s.Number == message.Number, cancellation)
            || await People.DoNotContact.HoldsQueuedAsync(database, message.CounterpartyId, message.InteractionId, cancellation))
        {
            await MarkAsync(message, SmsState.Suppressed, "sms.suppressed", null, cancellation);
            return 0;
        }

        var (error, key) = gateway.Kind == SmsGatewayKind.Spool ? (await SpoolAsync(gateway, message, cancellation), null) : await AskAsync(gateway, message, cancellation);
        if (error is null)
        {
            await MarkAsync(message, SmsState.Sent, null, null, cancellation, key);
            return 1;
        }

        var again = error.EndsWith('!') ? null : RetryRule.After(message.Attempts);
        LogFailed(log, message.Id, error.TrimEnd('!'), message.Attempts);
        await MarkAsync(message, again is null ? SmsState.Failed : SmsState.Queued, error.TrimEnd('!'), again, cancellation);
        return 0;
    }

    /// <summary>Written beside and then renamed: who watches the folder never sees half a message; sent again, it replaces itself.</summary>
    private static async Task<string?> SpoolAsync(SmsGateway gateway, SmsOut message, CancellationToken cancellation)
    {
        try
        {
            var path = Path.Combine(gateway.Folder!, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"crm-{message.Id}"));
            await File.WriteAllTextAsync(path + ".part", $"To: {message.Number}\n{(SmsRule.Measure(message.Text).IsUnicode ? "Alphabet: UTF-8\n" : "")}\n{message.Text}", new UTF8Encoding(false), cancellation);
            File.Move(path + ".part", path + ".sms", overwrite: true);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "sms.folder-unwritable";
        }
    }

    private async Task<(string? Error, string? Key)> AskAsync(SmsGateway gateway, SmsOut message, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(gateway.Body is null ? HttpMethod.Get : HttpMethod.Post, Filled(gateway.Url!, message, Uri.EscapeDataString));
        if (gateway.Body is { } body)
        {
            var isJson = body.TrimStart().StartsWith('{') || body.TrimStart().StartsWith('[');
            request.Content = new StringContent(Filled(body, message, isJson ? Json : Uri.EscapeDataString), Encoding.UTF8, isJson ? "application/json" : "application/x-www-form-urlencoded");
        }

        try
        {
            if (gateway.Secret is { } secret)
            {
                request.Headers.TryAddWithoutValidation("Authorization", protector.Unprotect(secret));
            }

            using var answer = await clients.CreateClient(Client).SendAsync(request, cancellation);
            return answer.IsSuccessStatusCode ? (null, gateway.AnswerId is { } path ? await KeyAsync(answer, path, cancellation) : null)
                : ((int)answer.StatusCode is 408 or 429 or >= 500 ? "sms.gateway-unavailable" : (int)answer.StatusCode is 401 or 403 ? "sms.gateway-sign-in" : "sms.gateway-refused!", null);
        }
        catch (CryptographicException)
        {
            return ("sms.secret-lost", null);
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException && !cancellation.IsCancellationRequested)
        {
            return ("sms.gateway-unavailable", null);
        }
    }

    /// <summary>The gateway's own number of the message; null when its answer holds none. The message is sent either way, and never once more for a number.</summary>
    private static async Task<string?> KeyAsync(HttpResponseMessage answer, string path, CancellationToken cancellation)
    {
        try
        {
            using var json = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            return SmsInRule.Value(json.RootElement, path) is { Length: > 0 and <= SmsInRule.LongestId } key ? CleanText.Of(key) : null;
        }
        catch (Exception failure) when (failure is JsonException or HttpRequestException or IOException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return null;
        }
    }

    private static string Filled(string template, SmsOut message, Func<string, string> escape) => template
        .Replace("{to}", escape(message.Number), StringComparison.Ordinal)
        .Replace("{id}", message.Id.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal)
        .Replace("{text}", escape(message.Text), StringComparison.Ordinal);

    private static string Json(string value) => JsonSerializer.Serialize(value)[1..^1];

    private Task<int> MarkAsync(SmsOut message, SmsState state, string? error, TimeSpan? again, CancellationToken cancellation, string? key = null)
    {
        var now = clock.GetUtcNow();
        var (sentAt, next) = (state == SmsState.Sent ? now : (DateTimeOffset?)null, now + (again ?? TimeSpan.Zero));
        // The gateway may have reported on it in the meantime: then it has it, whatever its answer said.
        return database.Set<SmsOut>().Where(m => m.Id == message.Id && (state == SmsState.Sent || m.Delivery == SmsDelivery.Unknown))
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.State, state).SetProperty(x => x.Error, error).SetProperty(x => x.SentAt, sentAt).SetProperty(x => x.NextAt, next).SetProperty(x => x.GatewayKey, x => key ?? x.GatewayKey), cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Text message {Message} was not sent: {Code}, attempt {Attempt}")]
    private static partial void LogFailed(ILogger logger, long message, string code, int attempt);
}
