using System.CommandLine;
using System.CommandLine.Parsing;
using System.Runtime.InteropServices;
using Crm.Plugin.Features.Classification;

namespace Crm.Plugin.Commands;

/// <summary>Everything that an administrator types: exit code 0 done, 1 refused or failed with one line, 2 wrong usage.</summary>
internal static class CommandLine
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int WrongUsage = 2;

    public static async Task<int> RunAsync(string[] arguments, Terminal terminal, CancellationToken cancellation = default)
    {
        await using var opened = new OpenedContext(terminal);
        var parsed = Root(terminal, opened).Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors.Select(e => e.Message).Distinct())
            {
                await terminal.Error.WriteLineAsync($"crm: {error}");
            }

            await terminal.Error.WriteLineAsync($"Try: crm {Path(parsed.CommandResult)}--help");
            return WrongUsage;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration { Output = terminal.Out, Error = terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return await FailAsync(terminal, new("crm.stopped", "Stopped. What was done is kept; the same command goes on from there."));
        }
        catch (Exception exception)
        {
            if (Failures.Explain(exception) is { } known)
            {
                return await FailAsync(terminal, known);
            }

            if (terminal.Variable("CRM_TRACE") is not null)
            {
                await terminal.Error.WriteLineAsync(exception.ToString());
            }

            return await FailAsync(terminal, new("crm.unexpected", $"{exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")} Set CRM_TRACE=1 to see where."));
        }

        void Stop(PosixSignalContext context)
        {
            context.Cancel = true;
            stop.Cancel();
        }
    }

    private static RootCommand Root(Terminal terminal, OpenedContext opened)
    {
        var serve = ServeCommand.Create(terminal);
        var root = new RootCommand("CRM beside the ERP that a company already runs. Without a command: serve.\n\nExit codes: 0 done, 1 refused or failed (one line on standard error says why), 2 wrong usage.")
        {
            CommonOptions.Data,
            serve,
            InstallCommand.Create(terminal),
            UninstallCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            SyncCommand.Create(terminal),
            ClassifyCommand.Create(opened.OpenAsync, CommonOptions.Data),
            UserCommand.Create(terminal),
            TokenCommand.Create(terminal),
        };
        foreach (var option in serve.Options)
        {
            root.Options.Add(option);
        }

        root.Action = serve.Action;
        return root;
    }

    private static async Task<int> FailAsync(Terminal terminal, CommandFailure failure)
    {
        await terminal.Error.WriteLineAsync($"crm: {failure.Message} [{failure.Code}]");
        return Failed;
    }

    private static string Path(CommandResult? result) =>
        result is null or { Command: RootCommand } ? "" : $"{Path(result.Parent as CommandResult)}{result.Command.Name} ";

    /// <summary>Services for a command of a feature, which knows nothing of terminals; closed when the command has ended.</summary>
    private sealed class OpenedContext(Terminal terminal) : IAsyncDisposable
    {
        private CommandContext? context;

        public async Task<IServiceProvider> OpenAsync(DirectoryInfo? data, CancellationToken cancellation) =>
            (context ??= await CommandContext.OpenAsync(CommandContext.OptionsFor(data, terminal, runJobs: false), terminal, cancellation)).Services;

        public ValueTask DisposeAsync() => context?.DisposeAsync() ?? ValueTask.CompletedTask;
    }
}
