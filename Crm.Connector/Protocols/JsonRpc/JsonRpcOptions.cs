namespace Crm.Connector.Protocols.JsonRpc;

/// <summary>How a JSON-RPC server is reached.</summary>
/// <param name="Host">First part of error codes ("tryton").</param>
/// <param name="ConnectTimeout">Until the connection stands.</param>
/// <param name="ResponseTimeout">From sending the request to the last byte of the answer.</param>
/// <param name="Clock">Measures both.</param>
internal sealed record JsonRpcOptions(string Host, TimeSpan ConnectTimeout, TimeSpan ResponseTimeout, TimeProvider Clock);
