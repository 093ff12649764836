using Crm.Contracts;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>How one kind of record is laid down in its table.</summary>
internal abstract record MirrorTable(MirrorEntity Entity, string Name, IReadOnlyList<MirrorColumn> Columns)
{
    /// <summary>Restricts the keys of a table that several entities share.</summary>
    public int? Discriminator { get; init; }
}

/// <param name="Entity">What it holds.</param>
/// <param name="Name">Of the table.</param>
/// <param name="Columns">Besides those that every mirrored record has; in the order of <paramref name="Write"/>.</param>
/// <param name="Write">Hands over each column's value.</param>
/// <param name="Check">What is wrong with a record that cannot be kept; null when nothing.</param>
internal sealed record MirrorTable<T>(
    MirrorEntity Entity, string Name, IReadOnlyList<MirrorColumn> Columns, Action<T, IRowSink> Write, Func<T, string?> Check)
    : MirrorTable(Entity, Name, Columns)
    where T : IHostRecord
{
    /// <summary>Lines that are replaced with each record; null for records without.</summary>
    public LineTable<T>? Lines { get; init; }
}

/// <summary>Lines that belong to a record and are replaced with it.</summary>
/// <param name="Name">Of the table; its key is (set_id, no).</param>
/// <param name="Columns">In the order of <paramref name="Write"/>.</param>
/// <param name="Count">How many lines a record has.</param>
/// <param name="Write">Hands over each column's value of one line.</param>
internal sealed record LineTable<T>(string Name, IReadOnlyList<MirrorColumn> Columns, Func<T, int> Count, Action<T, int, IRowSink> Write);
