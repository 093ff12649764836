using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Crm.Tests.Servers;

/// <summary>Where a conversation is held.</summary>
internal enum HoldPlace
{
    /// <summary>What is sent does not reach the server.</summary>
    BeforeServer = 1,

    /// <summary>It does, and the server's answer does not reach the sender.</summary>
    AfterServer = 2,
}

/// <summary>A conversation that is held.</summary>
/// <param name="SenderPort">The sender's end.</param>
/// <param name="ServerPort">The port that the server sees.</param>
internal sealed record HeldConversation(int SenderPort, int ServerPort);

/// <summary>Whether some octets, as they come from the sender, are what conversations are held at.</summary>
internal delegate bool IsHeldAt(ReadOnlySpan<byte> octets);

/// <summary>Stands between senders and a server, and can hold one conversation at what is sent.</summary>
internal sealed class HoldingProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> conversations = [];
    private readonly int serverPort;
    private readonly IsHeldAt isHeldAt;
    private Order? order;

    public HoldingProxy(int serverPort, IsHeldAt isHeldAt)
    {
        (this.serverPort, this.isHeldAt) = (serverPort, isHeldAt);
        listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Holds the next conversation, of anybody; ends when one is held.</summary>
    public Task<HeldConversation> HoldNextAsync(HoldPlace place)
    {
        var next = new Order(place);
        order = next;
        return next.Held.Task;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await Task.WhenAll(conversations);
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                conversations.Add(ConverseAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task ConverseAsync(TcpClient sender)
    {
        using var server = new TcpClient { NoDelay = true };
        sender.NoDelay = true;
        using var own = sender;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(stop.Token);
        try
        {
            await server.ConnectAsync(IPAddress.Loopback, serverPort, end.Token);
            var isHeld = new TaskCompletionSource();
            var names = new HeldConversation(((IPEndPoint)sender.Client.RemoteEndPoint!).Port, ((IPEndPoint)server.Client.LocalEndPoint!).Port);
            await Task.WhenAny(ToServerAsync(sender.GetStream(), server.GetStream(), names, isHeld, end.Token), ToSenderAsync(server.GetStream(), sender.GetStream(), isHeld, end.Token));
            await end.CancelAsync();
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException or SocketException)
        {
            // One of both has gone.
        }
    }

    private async Task ToServerAsync(NetworkStream from, NetworkStream to, HeldConversation names, TaskCompletionSource isHeld, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        HoldPlace? held = null;
        for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (held is null && isHeldAt(buffer.AsSpan(0, read)) && Interlocked.Exchange(ref order, null) is { } mine)
            {
                held = mine.Place;
                isHeld.SetResult();
                mine.Held.SetResult(names);
            }

            if (held is not HoldPlace.BeforeServer)
            {
                await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
            }
        }
    }

    private static async Task ToSenderAsync(NetworkStream from, NetworkStream to, TaskCompletionSource isHeld, CancellationToken cancellation)
    {
        var buffer = new byte[64 << 10];
        for (int read; (read = await from.ReadAsync(buffer, cancellation)) > 0;)
        {
            if (isHeld.Task.IsCompleted)
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellation);
            }

            await to.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private sealed record Order(HoldPlace Place)
    {
        public TaskCompletionSource<HeldConversation> Held { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
