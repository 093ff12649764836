using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Crm.Connector.Protocols.JsonRpc;
using Crm.Contracts;
using Polly;
using Polly.Retry;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// The service account's one session: opened by the first call, opened again once when Tryton has ended it, safe for several threads.
/// Reads are repeated while the server is unavailable; writes never are.
/// </summary>
internal sealed class TrytonSession : IAsyncDisposable
{
    /// <summary>So many sessions one call opens.</summary>
    private const int MostSessions = 2;

    private readonly JsonRpcChannel channel;
    private readonly TrytonEndpoint endpoint;
    private readonly TrytonOptions options;
    private readonly ResiliencePipeline retry;
    private readonly SemaphoreSlim slots;
    private readonly SemaphoreSlim signingIn = new(1, 1);
    private Opened? current;
    private (HostException Reason, DateTimeOffset Until)? refusal;

    public TrytonSession(JsonRpcChannel channel, TrytonEndpoint endpoint, TrytonOptions options)
    {
        this.channel = channel;
        this.endpoint = endpoint;
        this.options = options;
        slots = new SemaphoreSlim(options.Parallel, options.Parallel);
        retry = Pipeline(options);
    }

    /// <summary>A read of a model: repeated while the server is unavailable. Inactive records are included.</summary>
    public async Task<JsonElement> ReadAsync(string model, string method, object?[] arguments, CancellationToken cancellation) =>
        await retry.ExecuteAsync(
            async (state, token) => await state.session.SendAsync($"model.{state.model}.{state.method}", state.arguments, token),
            (session: this, model, method, arguments), cancellation);

    /// <summary>A write: sent once.</summary>
    public Task<JsonElement> WriteAsync(string model, string method, object?[] arguments, CancellationToken cancellation) =>
        SendAsync($"model.{model}.{method}", arguments, cancellation);

    /// <summary>The server's clock, rounded down to seconds; null when it does not tell.</summary>
    public async Task<DateTimeOffset?> ServerTimeAsync(CancellationToken cancellation) =>
        (await retry.ExecuteAsync(async token => await endpoint.VersionAsync(token), cancellation)).ServerTime;

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref current, null) is { } opened)
            await TrytonSignIn.LogOutAsync(channel, opened.Address, opened.Session, CancellationToken.None);
        slots.Dispose();
        signingIn.Dispose();
    }

    private async Task<JsonElement> SendAsync(string method, object?[] arguments, CancellationToken cancellation)
    {
        await slots.WaitAsync(cancellation);
        try
        {
            var (opened, isMine) = current is { } known ? (known, false) : await OpenAsync(null, cancellation);
            var mine = isMine ? 1 : 0;
            while (true)
            {
                var answer = await CallAsync(opened, method, arguments, cancellation);
                // What another call opened may have ended meanwhile; that two fresh ones in a row end at once is no chance.
                if (answer.Status != HttpStatusCode.Unauthorized || mine == MostSessions)
                    return Result(answer, method);
                (opened, isMine) = await OpenAsync(opened, cancellation);
                mine += isMine ? 1 : 0;
            }
        }
        finally
        {
            slots.Release();
        }
    }

    private Task<JsonRpcAnswer> CallAsync(Opened opened, string method, object?[] arguments, CancellationToken cancellation) =>
        channel.CallAsync(opened.Address, opened.Session, method, w => TrytonJson.Write(w, (object?[])[.. arguments, opened.Context]), cancellation);

    /// <returns>The session to use, and whether it is a fresh one.</returns>
    private async Task<(Opened Session, bool IsNew)> OpenAsync(Opened? ended, CancellationToken cancellation)
    {
        await signingIn.WaitAsync(cancellation);
        try
        {
            if (current is { } other && other != ended)
                return (other, false);   // another thread was faster
            if (refusal is { } known && known.Until > options.Clock.GetUtcNow())
                throw known.Reason;
            current = null;
            var address = await endpoint.AddressAsync(cancellation);
            for (var sessions = 1; ; sessions++)
            {
                var (verdict, session) = await TrytonSignIn.LogInAsync(channel, address, options.User, options.Password, cancellation);
                if (session is null)
                    throw Refuse(verdict);
                // One that ends before its first question may be chance: the server was started anew just then.
                if (await ContextAsync(address, session, sessions == MostSessions, cancellation) is { } context)
                    return (current = new Opened(address, session, context), true);
            }
        }
        finally
        {
            signingIn.Release();
        }
    }

    private HostException Refuse(SignInVerdict verdict)
    {
        var reason = verdict == SignInVerdict.Locked
            ? new HostException(HostFailure.Unavailable, "tryton.login-locked", "Too many failed sign-ins of the service account; Tryton lets it in again when it has been left alone.", TrytonFault.LockTime)
            : TrytonFault.Refused("wrong-password", "Tryton does not accept CRM_HOST_USER and CRM_HOST_PASSWORD, or the user is inactive.");
        // Each further try would count and prolong the lock, for people who use the account as well.
        refusal = (reason, options.Clock.GetUtcNow() + TrytonFault.LockTime);
        return reason;
    }

    /// <returns>Null when the session has ended, unless that is the last word.</returns>
    private async Task<Dictionary<string, object?>?> ContextAsync(Uri address, AuthenticationHeaderValue session, bool isLast, CancellationToken cancellation)
    {
        const string method = "model.res.user.get_preferences";
        var answer = await channel.CallAsync(address, session, method, w => TrytonJson.Write(w, new object?[] { true, new Dictionary<string, object?>() }), cancellation);
        if (answer.Status == HttpStatusCode.Unauthorized && !isLast)
            return null;
        var preferences = Result(answer, method);
        if (preferences.ValueKind != JsonValueKind.Object)
            throw TrytonFault.BadAnswer(method, "no preferences in the answer");
        var context = preferences.EnumerateObject().ToDictionary(p => p.Name, p => (object?)p.Value);
        context["active_test"] = false;   // inactive records are hidden otherwise
        return context;
    }

    private static JsonElement Result(JsonRpcAnswer answer, string method)
    {
        if (answer.Status == HttpStatusCode.Unauthorized)
            throw TrytonFault.Refused("session-refused", $"{method}: Tryton ends the session at once, although the sign-in was right.");
        if (answer.Status != HttpStatusCode.OK)
            throw TrytonFault.Of(answer, method);
        // Not disposed: rows look into the document for as long as they live.
        var root = answer.Body!.RootElement;
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("result"u8, out var result))
            return result;
        throw root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error"u8, out var error)
            ? TrytonFault.Of(error, method)
            : TrytonFault.BadAnswer(method, "neither result nor error");
    }

    private static ResiliencePipeline Pipeline(TrytonOptions options)
    {
        var builder = new ResiliencePipelineBuilder { TimeProvider = options.Clock };
        if (options.Retries == 0)
            return builder.Build();
        return builder.AddRetry(new RetryStrategyOptions
        {
            MaxRetryAttempts = options.Retries,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromMilliseconds(500),
            MaxDelay = TimeSpan.FromSeconds(10),
            ShouldHandle = new PredicateBuilder().Handle<HostException>(e => e.Failure == HostFailure.Unavailable && !AsksForMore(e)),
            DelayGenerator = a => ValueTask.FromResult((a.Outcome.Exception as HostException)?.RetryAfter),
        }).Build();
    }

    /// <summary>A longer wait is the caller's: a poll that sleeps for minutes hides that the host is busy.</summary>
    private static bool AsksForMore(HostException e) => e.RetryAfter > TimeSpan.FromSeconds(10);

    private sealed record Opened(Uri Address, AuthenticationHeaderValue Session, IReadOnlyDictionary<string, object?> Context);
}
