using System.Globalization;
using Crm.Plugin.Mirror.Syncing;

namespace Crm.Plugin.Commands;

/// <summary>One line of <c>sync</c>.</summary>
internal sealed record SyncLine(string Connection, string Entity, long Read, long Changed, long Gone, int Problems, double Seconds, SyncLineFailure? Failure);

/// <summary>Why a kind of record was not read to its end.</summary>
internal sealed record SyncLineFailure(string Code, string Message, string Act);

/// <summary>Tells what a read did.</summary>
internal static class SyncReport
{
    public static IEnumerable<SyncLine> Lines(string connection, SyncResult result) => result.Entities.Select(e => new SyncLine(
        connection,
        EntityNames.Json(e.Entity),
        e.Read,
        e.Changed,
        e.Gone,
        e.Problems,
        Math.Round(e.Elapsed.TotalSeconds, 3),
        e.Failure is { } failure ? new(failure.Code, failure.Message, failure.Failure.ToString().ToLowerInvariant()) : null));

    public static void Print(Terminal terminal, IEnumerable<SyncLine> lines)
    {
        foreach (var group in lines.GroupBy(l => l.Connection))
        {
            terminal.Out.WriteLine($"{group.Key,-24}{"read",12}{"changed",12}{"gone",10}{"problems",10}{"seconds",10}");
            foreach (var line in group)
            {
                terminal.Out.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {line.Entity,-22}{line.Read,12:N0}{line.Changed,12:N0}{line.Gone,10:N0}{line.Problems,10:N0}{line.Seconds,10:0.0}"));
            }
        }
    }

    /// <exception cref="CommandFailure">Something was not read.</exception>
    public static void ThrowIfFailed(string connection, SyncResult result)
    {
        if (result.WasBusy)
        {
            throw new CommandFailure("sync.busy", $"Another process is reading {connection}: wait for it, its progress is on the administration screen.");
        }

        if (result.Entities.FirstOrDefault(e => e.Failure is not null) is { Failure: { } failure } entity)
        {
            throw new CommandFailure(failure.Code, $"{connection}, {EntityNames.Words(entity.Entity)}: {failure.Message}");
        }
    }
}
