using Crm.Contracts;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>What a connector must not hand over, although its types allow it: one such row would stop its whole page.</summary>
internal static class RowCheck
{
    private const decimal LargestAmount = 900_000_000_000_000m;

    public static string? Record(IHostRecord record) => Key(record.Key, "key") ?? Version(record.Version);

    public static string? Key(HostKey key, string field) => key.Value switch
    {
        null or "" => $"{field} is empty",
        { Length: > 200 } => $"{field} is longer than 200 characters",
        _ => null,
    };

    public static string? Name(string? name) => string.IsNullOrEmpty(name) ? "name is empty" : null;

    public static string? Amount(decimal? amount, string field) =>
        amount is { } value && (value > LargestAmount || value < -LargestAmount) ? $"{field} is beyond what can be kept" : null;

    private static string? Version(string? version) => version switch
    {
        null => "version is missing",
        { Length: > 1000 } => "version is longer than 1000 characters",
        _ => null,
    };
}
