using System.Globalization;
using Hangfire;
using Hangfire.Storage;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>What Hangfire's storage remembers of a name beyond its single runs, which are cleared away after a while.</summary>
internal static class JobTrail
{
    private const string LastId = "id";
    private const string EndedAt = "ended";
    private const string Milliseconds = "took";
    private const string Failure = "failure";

    /// <summary>Hangfire's id of the run that was created last; it may be gone. Null before the first.</summary>
    public static string? LastIdOf(IStorageConnection connection, string kind, string name) => Read(connection, kind, name).GetValueOrDefault(LastId);

    /// <summary>Null before the first run.</summary>
    public static JobOutcome? OutcomeOf(IStorageConnection connection, string kind, string name)
    {
        var trail = Read(connection, kind, name);
        return trail.TryGetValue(EndedAt, out var ended)
            ? new(
                DateTimeOffset.Parse(ended, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind),
                TimeSpan.FromMilliseconds(long.Parse(trail[Milliseconds], CultureInfo.InvariantCulture)),
                trail[Failure] is { Length: > 0 } failure ? failure : null)
            : null;
    }

    public static void Created(IStorageConnection connection, string kind, string name, string id) => connection.SetRangeInHash(KeyOf(kind, name), [new(LastId, id)]);

    public static void Ended(IWriteOnlyTransaction transaction, string kind, string name, JobOutcome outcome) => transaction.SetRangeInHash(
        KeyOf(kind, name),
        [
            new(EndedAt, outcome.EndedAt.ToString("O", CultureInfo.InvariantCulture)),
            new(Milliseconds, ((long)outcome.Took.TotalMilliseconds).ToString(CultureInfo.InvariantCulture)),
            new(Failure, outcome.Failure ?? ""),
        ]);

    /// <summary>Of an exception that Hangfire has written down with its namespace and assembly.</summary>
    public static string? NameOf(ExceptionInfo? failure) => failure?.Type.Split(',')[0].Split('.')[^1];

    private static Dictionary<string, string> Read(IStorageConnection connection, string kind, string name) => connection.GetAllEntriesFromHash(KeyOf(kind, name)) ?? [];

    private static string KeyOf(string kind, string name) => $"crm:{kind}:{name}";
}
