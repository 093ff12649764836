namespace Crm.Plugin.Mirror.Writing;

/// <summary>Takes the values of one row, column by column, into the database's fast path. Values are not boxed.</summary>
internal interface IRowSink
{
    void Text(string? value);

    void Int(int? value);

    void Long(long? value);

    void Flag(bool value);
}

/// <summary>Types that staged columns have.</summary>
internal enum ColumnKind
{
    Text,
    Int,
    Long,
    Flag,
}

/// <summary>A column of a table and, for a reference, the table that its key is looked up in.</summary>
/// <param name="Name">In the mirror; for a reference, the column of the key (<c>counterparty_key</c>).</param>
/// <param name="Kind">Its type.</param>
/// <param name="Target">The table that the key is looked up in, null for a plain value.</param>
internal sealed record MirrorColumn(string Name, ColumnKind Kind, string? Target = null)
{
    /// <summary>The column that the found id goes to: <c>counterparty_key</c> → <c>counterparty_id</c>.</summary>
    public string IdName => Name.Replace("_key", "_id", StringComparison.Ordinal);

    public static MirrorColumn Text(string name) => new(name, ColumnKind.Text);

    public static MirrorColumn Int(string name) => new(name, ColumnKind.Int);

    public static MirrorColumn Long(string name) => new(name, ColumnKind.Long);

    public static MirrorColumn Flag(string name) => new(name, ColumnKind.Flag);

    public static MirrorColumn Reference(string name, string target) => new(name, ColumnKind.Text, target);
}
