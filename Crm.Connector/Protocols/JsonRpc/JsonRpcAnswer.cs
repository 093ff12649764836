using System.Net;
using System.Text.Json;

namespace Crm.Connector.Protocols.JsonRpc;

/// <summary>What came back for one call.</summary>
/// <param name="Status">HTTP status; <paramref name="Body"/> is there only with 200.</param>
/// <param name="Body">The whole answer; whoever takes it disposes it.</param>
/// <param name="RetryAfter">How long the server asks to wait.</param>
/// <param name="ServerTime">The server's clock in whole seconds, rounded down; null when it did not tell.</param>
internal sealed record JsonRpcAnswer(HttpStatusCode Status, JsonDocument? Body, TimeSpan? RetryAfter, DateTimeOffset? ServerTime);
