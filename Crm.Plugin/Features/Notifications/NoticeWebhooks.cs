using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Crm.Plugin.Jobs;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications;

/// <summary>
/// Sends notices to the address that a user chose. At least once: after a kill between sending and marking a request comes again with
/// the same <c>X-CRM-Delivery</c>, which the receiver has seen then.
/// </summary>
/// <remarks>
/// <c>X-CRM-Signature: t=SECONDS,v1=HEX</c> is HMAC-SHA256 of <c>SECONDS.BODY</c> under the user's secret. Addresses that do not begin
/// as the administrator allows are refused: the server stands inside a network that its users' browsers may not reach.
/// </remarks>
internal sealed partial class NoticeWebhooks(
    CrmDbContext database, NoticeStore notices, NoticeText texts, AccountDirectory accounts, NoticeWishes wishes, WebhookSecrets secrets, IHttpClientFactory clients, TimeProvider clock, ILogger<NoticeWebhooks> log)
{
    /// <summary>Name of its HTTP client.</summary>
    public const string Client = "notice-webhook";

    private const int BatchSize = 20;
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var sent = 0;
        while (true)
        {
            var claimed = await ClaimAsync(cancellation);
            foreach (var delivery in claimed)
            {
                var error = await SendAsync(delivery, cancellation);
                await MarkAsync(delivery, error, cancellation);
                sent += error is null ? 1 : 0;
            }

            if (claimed.Count < BatchSize)
            {
                return sent;
            }
        }
    }

    private async Task<List<Claimed>> ClaimAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var due = await database.ReadAsync(
            $"SELECT notice_id, user_id, round, attempts FROM notice_delivery WHERE state = 0 AND channel = {(int)NoticeChannels.Webhook} AND next_at <= @now ORDER BY next_at LIMIT {BatchSize}{Claims.Skip(database)}",
            [("@now", Instant.ToMicroseconds(now))], row => new Claimed(row.GetInt64(0), row.GetInt64(1), row.GetInt32(2), row.GetInt32(3) + 1), cancellation);
        foreach (var claim in due)
        {
            await Row(claim).ExecuteUpdateAsync(d => d.SetProperty(x => x.NextAt, now + Lease).SetProperty(x => x.Attempts, claim.Attempt), cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return due;
    }

    private IQueryable<NoticeDelivery> Row(Claimed claim) =>
        database.Set<NoticeDelivery>().Where(d => d.NoticeId == claim.Notice && d.Channel == NoticeChannels.Webhook && d.UserId == claim.User && d.Round == claim.Round);

    private async Task<string?> SendAsync(Claimed claim, CancellationToken cancellation)
    {
        var wanted = await wishes.ReadAsync(database, [claim.User], cancellation);
        var (user, settings) = (await accounts.FindAsync(claim.User, null, cancellation), wanted.Settings(claim.User));
        var line = user is null ? null : (await notices.ReadAsync(user, [claim.Notice], cancellation)).FirstOrDefault();
        if (user is null || line is null)
        {
            return "notice.out-of-reach!";
        }

        if (line.IsSettled)
        {
            return "notice.settled!";
        }

        if (settings?.WebhookAddress is not { } address || !WebhookRule.IsAllowed(address, wanted.Company?.AllowedWebhooks))
        {
            return "webhook.not-allowed!";
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(Body(user, line, wanted.Company?.PublicAddress), Encoding.UTF8, "application/json") };
        var seconds = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add("X-CRM-Delivery", string.Create(CultureInfo.InvariantCulture, $"{claim.Notice}.{claim.Round}"));
        request.Headers.Add("X-CRM-Signature", $"t={seconds},v1={WebhookRule.Sign(secrets.Read(settings), seconds, await request.Content.ReadAsStringAsync(cancellation))}");
        try
        {
            using var answer = await clients.CreateClient(Client).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return answer.IsSuccessStatusCode ? null : (int)answer.StatusCode is >= 400 and < 500 and not (408 or 429) ? "webhook.refused!" : "webhook.unavailable";
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException or IOException && !cancellation.IsCancellationRequested)
        {
            return "webhook.unavailable";
        }
    }

    private string Body(CurrentUser user, NoticeLine line, string? root)
    {
        using var speaking = new Speaking(user.Language);
        return JsonSerializer.Serialize(new
        {
            id = line.Id,
            kind = line.Kind,
            title = texts.Title(line, user.Zone),
            counterparty = line.Counterparty,
            at = line.At,
            day = line.Day,
            url = line.Link(root),
        });
    }

    /// <param name="claim">Which.</param>
    /// <param name="error">A code that ends in ! is not tried again.</param>
    /// <param name="cancellation">Stops.</param>
    private async Task MarkAsync(Claimed claim, string? error, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        if (error is null)
        {
            await Row(claim).ExecuteUpdateAsync(d => d.SetProperty(x => x.State, DeliveryState.Delivered).SetProperty(x => x.DeliveredAt, now).SetProperty(x => x.Error, (string?)null), cancellation);
            return;
        }

        var again = error.EndsWith('!') ? null : RetryRule.After(claim.Attempt);
        var (state, next, code) = (again is null ? DeliveryState.Failed : DeliveryState.Waiting, now + (again ?? TimeSpan.Zero), error.TrimEnd('!'));
        LogFailed(log, claim.Notice, claim.User, code, claim.Attempt);
        if (state == DeliveryState.Failed && code.StartsWith("webhook.", StringComparison.Ordinal))
        {
            await notices.PutOnBellAsync([claim.Notice], cancellation);
        }

        await Row(claim).ExecuteUpdateAsync(d => d.SetProperty(x => x.State, state).SetProperty(x => x.NextAt, next).SetProperty(x => x.Error, code), cancellation);
    }

    private sealed record Claimed(long Notice, long User, int Round, int Attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notice {Notice} did not reach the address of user {User}: {Code}, attempt {Attempt}")]
    private static partial void LogFailed(ILogger logger, long notice, long user, string code, int attempt);
}

/// <summary>What a webhook's address and signature must be. No clock, no database.</summary>
public static class WebhookRule
{
    /// <summary>Whether an http(s) address without credentials begins as one of the allowed ones, host and port being the same.</summary>
    public static bool IsAllowed(string address, string? allowed) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.UserInfo.Length == 0 &&
        (allowed ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Any(a =>
            Uri.TryCreate(a, UriKind.Absolute, out var root) && root.Scheme == url.Scheme && root.Authority.Equals(url.Authority, StringComparison.OrdinalIgnoreCase) &&
            url.AbsolutePath.StartsWith(root.AbsolutePath, StringComparison.Ordinal));

    /// <summary>HMAC-SHA256 of <c>seconds.body</c> in small hexadecimal digits.</summary>
    public static string Sign(string secret, string seconds, string body) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{seconds}.{body}")));
}

/// <summary>The users' secrets, protected by the keys of the data folder.</summary>
internal sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    private readonly IDataProtector protector = protection.CreateProtector("notice-webhook");

    public string Protect(string secret) => protector.Protect(secret);

    /// <summary>"" when there is none, or when the keys were lost: the receiver then refuses the signature, and the user sets a new one.</summary>
    public string Read(NoticeSettings settings)
    {
        try
        {
            return settings.WebhookSecret is { } kept ? protector.Unprotect(kept) : "";
        }
        catch (CryptographicException)
        {
            return "";
        }
    }
}
