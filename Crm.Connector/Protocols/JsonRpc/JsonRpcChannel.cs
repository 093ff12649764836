using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Crm.Contracts;

namespace Crm.Connector.Protocols.JsonRpc;

/// <summary>
/// Sends JSON-RPC requests over HTTP and tells what went wrong on the way. Knows neither sessions nor the meaning of results; safe for
/// several threads.
/// </summary>
internal sealed class JsonRpcChannel : IDisposable
{
    private readonly JsonRpcOptions options;
    private readonly HttpClient http;
    private long lastId;

    public JsonRpcChannel(JsonRpcOptions options)
    {
        this.options = options;
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,   // a redirected POST would carry the session elsewhere
            AutomaticDecompression = DecompressionMethods.All,
            ConnectTimeout = options.ConnectTimeout,
            UseCookies = false,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),   // follows a moved DNS name
        };
        http = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Calls once, without a retry.</summary>
    /// <param name="address">Where the method lives.</param>
    /// <param name="authorization">Sent as it is; null for none.</param>
    /// <param name="method">Name, also used in messages.</param>
    /// <param name="writeParameters">Writes the value of <c>params</c>.</param>
    /// <param name="cancellation">Ends the call with <see cref="OperationCanceledException"/>; a time-out is a <see cref="HostException"/>.</param>
    public async Task<JsonRpcAnswer> CallAsync(
        Uri address, AuthenticationHeaderValue? authorization, string method, Action<Utf8JsonWriter> writeParameters, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(options.ResponseTimeout, options.Clock);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = Body(method, writeParameters) };
            request.Headers.Authorization = authorization;
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, both.Token);
            var body = response.StatusCode == HttpStatusCode.OK ? await ParseAsync(response, method, both.Token) : null;
            return new JsonRpcAnswer(response.StatusCode, body, RetryAfter(response), response.Headers.Date);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            // The handler reports its own connect time-out as a cancellation too.
            throw limit.IsCancellationRequested
                ? Fault(HostFailure.Unavailable, "timeout", $"{method}: no whole answer within {options.ResponseTimeout.TotalSeconds:0.#} s.", e)
                : Fault(HostFailure.Unavailable, "unreachable", $"{method}: no connection within {options.ConnectTimeout.TotalSeconds:0.#} s.", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError == HttpRequestError.SecureConnectionError)
        {
            throw Fault(HostFailure.Refused, "certificate", $"{method}: no secure connection to {address.Host}: its certificate is not trusted or TLS is not spoken there.", e);
        }
        catch (HttpRequestException e) when (e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.ProxyTunnelError)
        {
            throw Fault(HostFailure.Unavailable, "unreachable", $"{method}: {address.Host}:{address.Port} cannot be reached ({e.HttpRequestError}).", e);
        }
        catch (HttpRequestException e)
        {
            throw Fault(HostFailure.Unavailable, "cut-off", $"{method}: the connection broke before the answer came.", e);
        }
    }

    public void Dispose() => http.Dispose();

    private ByteArrayContent Body(string method, Action<Utf8JsonWriter> writeParameters)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteNumber("id"u8, Interlocked.Increment(ref lastId));
            writer.WriteString("method"u8, method);
            writer.WritePropertyName("params"u8);
            writeParameters(writer);
            writer.WriteEndObject();
        }

        // Whole and with its length: some servers refuse chunked requests (HTTP 411).
        var content = new ByteArrayContent(buffer.GetBuffer(), 0, (int)buffer.Length);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return content;
    }

    private async Task<JsonDocument> ParseAsync(HttpResponseMessage response, string method, CancellationToken cancellation)
    {
        byte[] bytes;
        try
        {
            bytes = await response.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Fault(HostFailure.Unavailable, "cut-off", $"{method}: the answer broke off.", e);
        }

        try
        {
            return JsonDocument.Parse(bytes);
        }
        catch (JsonException e)
        {
            throw Fault(HostFailure.Unreadable, "not-json", $"{method}: the answer of {bytes.Length} bytes is not JSON; is this the right address?", e);
        }
    }

    private TimeSpan? RetryAfter(HttpResponseMessage response) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > options.Clock.GetUtcNow() => date - options.Clock.GetUtcNow(),
        _ => null,
    };

    private HostException Fault(HostFailure failure, string what, string message, Exception inner) =>
        new(failure, $"{options.Host}.{what}", message, inner: inner);
}
