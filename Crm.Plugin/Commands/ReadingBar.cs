using System.Globalization;
using Crm.Plugin.Mirror.Syncing;
using Spectre.Console;

namespace Crm.Plugin.Commands;

/// <summary>Shows how far a read is: a bar where a terminal can draw over itself, else a plain line every few seconds.</summary>
internal static class ReadingBar
{
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(5);

    public static async Task<T> ShowAsync<T>(Terminal terminal, TimeProvider clock, Func<IProgress<SyncProgress>, Task<T>> work)
    {
        if (!terminal.HasProgressBar)
        {
            return await work(new Lines(terminal, clock));
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Error) });
        return await console.Progress().HideCompleted(false).Columns(
                new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn())
            .StartAsync(context => work(new Bars(context)));
    }

    /// <summary>Text such as <c>reading sales orders: 120,000 rows, 35,000 a second, 40 % done, 0:12 left</c>.</summary>
    internal static string Text(SyncProgress progress)
    {
        var done = progress.Fraction is { } fraction ? string.Create(CultureInfo.InvariantCulture, $", {fraction * 100:0} % done") : "";
        var left = progress.Left is { } time ? string.Create(CultureInfo.InvariantCulture, $", {(int)time.TotalMinutes}:{time.Seconds:00} left") : "";
        return string.Create(CultureInfo.InvariantCulture, $"{Verb(progress.Phase)} {EntityNames.Words(progress.Entity)}: {progress.Rows:N0} rows, {progress.RowsPerSecond:N0} a second{done}{left}");
    }

    private static string Verb(SyncPhase phase) => phase switch
    {
        SyncPhase.Sweeping => "comparing",
        SyncPhase.Building => "indexing",
        SyncPhase.Finished => "read",
        _ => "reading",
    };

    private sealed class Lines(Terminal terminal, TimeProvider clock) : IProgress<SyncProgress>
    {
        private long last = clock.GetTimestamp();
        private SyncPhase before;

        public void Report(SyncProgress value)
        {
            // The end of building is told by the next line; an end without a row tells nothing.
            if ((value.Phase == SyncPhase.Finished && value.Rows > 0 && before != SyncPhase.Building) || clock.GetElapsedTime(last) >= Between)
            {
                last = clock.GetTimestamp();
                terminal.Error.WriteLine(Text(value));
            }

            before = value.Phase;
        }
    }

    private sealed class Bars(ProgressContext context) : IProgress<SyncProgress>
    {
        private readonly Dictionary<Mirror.MirrorEntity, ProgressTask> tasks = [];

        public void Report(SyncProgress value)
        {
            if (!tasks.TryGetValue(value.Entity, out var task))
            {
                tasks[value.Entity] = task = context.AddTask(EntityNames.Words(value.Entity), maxValue: 1);
            }

            task.Description = Text(value);
            task.IsIndeterminate = value.Fraction is null && value.Phase != SyncPhase.Finished;
            task.Value = value.Phase == SyncPhase.Finished ? 1 : value.Fraction ?? 0;
        }
    }
}
