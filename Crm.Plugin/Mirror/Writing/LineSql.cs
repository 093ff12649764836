namespace Crm.Plugin.Mirror.Writing;

/// <summary>The statements that replace the lines of staged sets.</summary>
internal sealed class LineSql
{
    public LineSql(string table, IReadOnlyList<MirrorColumn> columns, string stagedSets)
    {
        Stage = $"stage_{table}";
        var plain = columns.Where(c => c.Target is null).Select(c => c.Name).ToList();
        var references = columns.Where(c => c.Target is not null).ToList();
        StageColumns = [MirrorColumn.Int("set_no"), MirrorColumn.Int("no"), .. columns];
        Delete = $"DELETE FROM {table} WHERE set_id IN (SELECT id FROM {stagedSets} WHERE old_version IS NOT NULL)";
        Insert = $"INSERT INTO {table} (set_id, no{string.Concat(plain.Select(c => ", " + c))}{string.Concat(references.Select(r => $", {r.IdName}, {r.Name}"))}) "
            + $"SELECT x.id, s.no{string.Concat(plain.Select(c => ", s." + c))}{string.Concat(references.Select((r, i) => $", r{i}.id, CASE WHEN r{i}.id IS NULL THEN s.{r.Name} END"))} "
            // CROSS JOIN: SQLite keeps this order, from each line to its set.
            + $"FROM {Stage} s CROSS JOIN {stagedSets} x{MirrorSql.Joins(references, "s")} WHERE x.no = s.set_no";
        DeleteOfGone = $"DELETE FROM {table} WHERE set_id IN (";
    }

    public string Stage { get; }

    public IReadOnlyList<MirrorColumn> StageColumns { get; }

    public string Delete { get; }

    public string Insert { get; }

    /// <summary>To be followed by a query of set ids and a bracket.</summary>
    public string DeleteOfGone { get; }
}
