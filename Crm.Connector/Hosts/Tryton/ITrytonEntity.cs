using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>A record joined from its rows, not yet looked into: both functions throw <see cref="TrytonRowException"/> when a row is malformed.</summary>
/// <param name="Id">Of the main row.</param>
/// <param name="Key">Of the record; nearly always the id.</param>
/// <param name="Version">Adds what the version is made from.</param>
/// <param name="Map">Makes the record with that version.</param>
internal readonly record struct Joined<T>(long Id, HostKey Key, Action<TrytonVersion> Version, Func<string, T> Map);

/// <summary>A model whose changed rows change records of an entity.</summary>
/// <param name="Model">The model to ask.</param>
/// <param name="Field">Its field with the id of the main row, or of what <paramref name="Resolve"/> turns into main rows.</param>
/// <param name="Resolve">From those ids to main ids; null when they are the same.</param>
/// <param name="Filter">Which rows matter; null for all.</param>
internal sealed record ChangeStep(
    string Model,
    string Field,
    Func<IReadOnlyCollection<long>, CancellationToken, Task<IReadOnlyCollection<long>>>? Resolve = null,
    IReadOnlyList<object?[]>? Filter = null);

/// <summary>What is special about one entity; <see cref="TrytonReader{T}"/> does the rest.</summary>
internal interface ITrytonEntity<T> where T : IHostRecord
{
    /// <summary>Each record has one row of it, whose id is the record's key.</summary>
    string Model { get; }

    /// <summary>Which rows are records; the others are as good as absent.</summary>
    IReadOnlyList<object?[]> Filter { get; }

    /// <summary>Models besides the main one that records are made from; all must be readable.</summary>
    IReadOnlyList<string> OtherModels { get; }

    /// <summary>Where changes show, always the same list: a stored cursor counts in it. Models that cannot be read are passed over.</summary>
    IReadOnlyList<ChangeStep> Steps { get; }

    /// <summary>Fields of the main row.</summary>
    /// <param name="versionsOnly">Only what the version needs.</param>
    IReadOnlyList<string> Fields(bool versionsOnly);

    /// <summary>Joins main rows with the rest. A row that is no record after all is left out and counts as gone.</summary>
    /// <param name="rows">At most a page.</param>
    /// <param name="versionsOnly">Nobody will call <see cref="Joined{T}.Map"/>.</param>
    /// <param name="cancellation">Cancels the requests.</param>
    Task<IReadOnlyList<Joined<T>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation);
}

/// <summary>Keys of records are the decimal ids of their main rows, followed by "-" and another id where one row makes several records.</summary>
internal static class TrytonKey
{
    public static HostKey Of(long id) => new(id.ToString(CultureInfo.InvariantCulture));

    public static HostKey Of(long id, long part) => new(string.Create(CultureInfo.InvariantCulture, $"{id}-{part}"));

    public static long? IdOf(HostKey key)
    {
        var dash = key.Value.IndexOf('-', StringComparison.Ordinal);
        var digits = dash < 0 ? key.Value : key.Value[..dash];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;
    }
}
