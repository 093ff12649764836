using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Crm.Tests.Servers;

/// <summary>
/// A server that lives no longer than the test process, however that one ends: a shell waits on a pipe that only the test
/// process holds open, and stops the server and removes its folder when the pipe closes.
/// </summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private readonly Process shell;
    private readonly StringBuilder output = new();
    private int disposed;

    private ServerProcess(Process shell) => this.shell = shell;

    /// <summary>True when the server has ended by itself.</summary>
    public bool HasExited => shell.HasExited;

    /// <summary>The last two thousand characters that the server printed.</summary>
    public string Output
    {
        get
        {
            lock (output)
                return output.ToString();
        }
    }

    /// <summary>Starts a server.</summary>
    /// <param name="command">Program and arguments.</param>
    /// <param name="signal">What makes the server stop at once.</param>
    /// <param name="folder">Removed after the server has stopped; null for none.</param>
    /// <param name="user">Runs as this user; null for the current one.</param>
    /// <param name="environment">Added to the inherited environment.</param>
    public static ServerProcess Start(
        IReadOnlyList<string> command, string signal, string? folder, string? user, IReadOnlyDictionary<string, string>? environment = null)
    {
        // $1 signal, $2 folder, the rest the command.
        const string script = """
            signal=$1; folder=$2; shift 2
            exec 3<&0
            "$@" </dev/null 3<&- & server=$!
            (cat <&3 >/dev/null; kill -$signal $server 2>/dev/null) & pipe=$!
            wait $server
            kill $pipe 2>/dev/null
            [ -z "$folder" ] || rm -rf "$folder"
            """;
        var info = new ProcessStartInfo
        {
            FileName = user is null ? "/bin/sh" : "setpriv",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder ?? Path.GetTempPath(),
        };
        if (user is not null)
        {
            foreach (var argument in (string[])["--reuid", user, "--regid", user, "--init-groups", "--", "/bin/sh"])
                info.ArgumentList.Add(argument);
        }

        foreach (var argument in (string[])["-c", script, "server", signal, folder ?? "", .. command])
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        var server = new ServerProcess(Process.Start(info)!);
        server.shell.OutputDataReceived += server.Keep;
        server.shell.ErrorDataReceived += server.Keep;
        server.shell.BeginOutputReadLine();
        server.shell.BeginErrorReadLine();
        return server;
    }

    /// <summary>A port that nobody listened to a moment ago.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Runs a tool to its end.</summary>
    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(
        IReadOnlyList<string> command, string? user = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] all = user is null ? [.. command] : ["setpriv", "--reuid", user, "--regid", user, "--init-groups", "--", .. command];
        var info = new ProcessStartInfo(all[0])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath(),
        };
        foreach (var argument in all.Skip(1))
            info.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
            info.Environment[name] = value;
        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var error = process.StandardError.ReadToEndAsync();
        var text = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? text : throw new InvalidOperationException($"{command[0]} ended with {process.ExitCode}: {await error}{text}");
    }

    /// <summary>Waits until the server answers.</summary>
    /// <param name="answers">Asks it once; false or a network error means not yet.</param>
    /// <param name="atMost">After that, or when it ends by itself, the wait fails with what it printed.</param>
    public async Task ReadyAsync(Func<CancellationToken, Task<bool>> answers, TimeSpan atMost)
    {
        using var limit = new CancellationTokenSource(atMost);
        while (true)
        {
            if (HasExited || limit.IsCancellationRequested)
                throw new InvalidOperationException($"The server did not come up: {Output}");
            try
            {
                if (await answers(limit.Token))
                    return;
            }
            catch (Exception e) when (e is HttpRequestException or SocketException or Npgsql.NpgsqlException or OperationCanceledException)
            {
                // Not listening yet; the loop's limit says when to give up.
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, 1) != 0)
            return;
        if (!shell.HasExited)
            shell.StandardInput.Close();
        await shell.WaitForExitAsync();
        shell.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (output)
        {
            output.AppendLine(line.Data);
            if (output.Length > 4_000)
                output.Remove(0, output.Length - 2_000);
        }
    }
}
