using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Crm.Plugin.Commands;

/// <summary>Looks at ports before anything is touched.</summary>
internal static class Ports
{
    /// <summary>Host and port of a listening address ('*' and '+' for all); null when it is none.</summary>
    public static (string Host, int Port)? Parse(string url)
    {
        try
        {
            var address = BindingAddress.Parse(url);
            return address.Scheme is "http" or "https" && address.Port is >= 0 and <= 65535 ? (address.Host, address.Port) : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    /// <exception cref="CommandFailure">Somebody listens there, or the system does not allow it.</exception>
    public static void EnsureFree(string urls)
    {
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (Parse(url) is (var host, > 0 and var port) && Problem(host, port) is { } problem)
            {
                var text = port.ToString(CultureInfo.InvariantCulture);
                throw problem == SocketError.AddressAlreadyInUse
                    ? new CommandFailure("crm.port-busy", $"Port {text} is in use by another program: stop that one, or choose another with --urls http://localhost:PORT.")
                    : new CommandFailure("crm.port-denied", $"This account may not listen on port {text} ({problem}): choose one above 1023 with --urls http://localhost:PORT.");
            }
        }
    }

    /// <summary>Null when the port is free.</summary>
    public static SocketError? Problem(string host, int port)
    {
        IPAddress[] addresses = host == "localhost" ? [IPAddress.Loopback, IPAddress.IPv6Loopback]
            : IPAddress.TryParse(host, out var one) ? [one]
            : [IPAddress.Any];
        foreach (var address in addresses)
        {
            using var listener = new TcpListener(address, port);
            try
            {
                listener.Start();
            }
            catch (SocketException exception) when (exception.SocketErrorCode is SocketError.AddressAlreadyInUse or SocketError.AccessDenied)
            {
                return exception.SocketErrorCode;
            }
            catch (SocketException)
            {
                // No such address here (IPv6 is off, say): the server itself decides whether it can do without.
            }
        }

        return null;
    }
}
