using System.Diagnostics;
using Crm.Plugin.Commands;
using Crm.Tests.App;

namespace Crm.Tests.Commands;

/// <summary>Runs a command in this process, as an administrator would type it without a terminal.</summary>
internal sealed class CrmCommand
{
    /// <summary>Added to the command's environment; nothing else is in it.</summary>
    public Dictionary<string, string> Variables { get; } = [];

    /// <summary>Where manifests and connectors lie; the built plugin by default.</summary>
    public string ProgramFolder { get; init; } = PluginProgram.Folder;

    /// <summary>What is typed when asked; null for a command without a terminal.</summary>
    public Queue<string>? Typed { get; init; }

    public string Out { get; private set; } = "";

    public string Error { get; private set; } = "";

    public Terminal Terminal(TextWriter output, TextWriter error) => new()
    {
        Out = output,
        Error = error,
        IsInteractive = Typed is not null,
        Variable = Variables.GetValueOrDefault,
        ProgramFolder = ProgramFolder,
        ReadLine = () => Typed?.Dequeue(),
        ReadSecret = () => Typed?.Dequeue(),
    };

    public async Task<int> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, Terminal(output, error));
        Out = output.ToString();
        Error = error.ToString();
        return code;
    }
}

/// <summary>The plugin's own executable in a process of its own.</summary>
internal sealed class CrmProcess : IAsyncDisposable
{
    private readonly Process process;
    private readonly TaskCompletionSource<string> address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> output = [];
    private readonly List<string> error = [];

    private CrmProcess(Process process) => this.process = process;

    public string Out => Text(output);

    public string Error => Text(error);

    public static CrmProcess Start(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var info = new ProcessStartInfo("dotnet") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])[PluginProgram.Path, .. arguments])
        {
            info.ArgumentList.Add(argument);
        }

        foreach (var name in info.Environment.Keys.Where(k => k.StartsWith("CRM_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in variables ?? new Dictionary<string, string>())
        {
            info.Environment[name] = value;
        }

        var running = new CrmProcess(Process.Start(info)!);
        running.process.StandardInput.Close();
        running.process.OutputDataReceived += (_, line) => running.Keep(running.output, line.Data);
        running.process.ErrorDataReceived += (_, line) => running.Keep(running.error, line.Data);
        running.process.BeginOutputReadLine();
        running.process.BeginErrorReadLine();
        return running;
    }

    /// <summary>The printed address of the screens.</summary>
    public async Task<Uri> AddressAsync()
    {
        var ended = process.WaitForExitAsync();
        if (await Task.WhenAny(address.Task, ended, Task.Delay(TimeSpan.FromMinutes(2), TimeProvider.System)) != address.Task)
        {
            throw new InvalidOperationException($"crm serve printed no address: {Out}{Error}");
        }

        return new Uri(await address.Task);
    }

    public async Task<int> ExitAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        await process.WaitForExitAsync(limit.Token);
        return process.ExitCode;
    }

    /// <summary>Asks it to stop, as systemd does.</summary>
    public async Task<int> TerminateAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"])!;
        await kill.WaitForExitAsync();
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private void Keep(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }

        if (line.StartsWith("CRM is at ", StringComparison.Ordinal))
        {
            address.TrySetResult(line.Split(' ')[3]);
        }
    }

    private static string Text(List<string> lines)
    {
        lock (lines)
        {
            return string.Concat(lines.Select(l => l + "\n"));
        }
    }
}

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("crm-command-").FullName;

    public string Of(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Path, recursive: true);
    }
}
