namespace Crm.Plugin.Mirror.Writing;

/// <summary>The statements that bring one kind of staged record into its table. Values travel as @c (connection), @e (entity), @now.</summary>
internal sealed class MirrorSql
{
    public const string StagedGone = "stage_gone";
    public const string Touched = "stage_touched";

    public MirrorSql(MirrorTable table)
    {
        Stage = $"stage_{table.Name}{table.Discriminator}";
        var target = table.Name;
        var plain = table.Columns.Where(c => c.Target is null).Select(c => c.Name).ToList();
        var references = table.Columns.Where(c => c.Target is not null).ToList();
        var joins = Joins(references, "s");
        var kind = table.Discriminator is { } entity ? $" AND t.entity = {entity}" : "";
        var idColumns = string.Concat(references.Select(r => $", {r.IdName}, {r.Name}"));
        var idValues = string.Concat(references.Select((r, i) => $", r{i}.id, CASE WHEN r{i}.id IS NULL THEN s.{r.Name} END"));

        StageColumns = [MirrorColumn.Int("no"), MirrorColumn.Text("host_key"), MirrorColumn.Text("version"), .. table.Columns];
        StageTable = [.. StageColumns, MirrorColumn.Long("id"), MirrorColumn.Text("old_version"), MirrorColumn.Long("old_gone")];
        LookUp = $"UPDATE {Stage} SET (id, old_version, old_gone) = (SELECT t.id, t.version, t.gone_at FROM {target} t WHERE t.connection_id = @c{kind} AND t.host_key = {Stage}.host_key)";
        DropUnchanged = $"DELETE FROM {Stage} WHERE old_version = version AND old_gone IS NULL";
        Insert = $"INSERT INTO {target} (connection_id, host_key, version, read_at{(table.Discriminator is null ? "" : ", entity")}{Concat(plain, ", ")}{idColumns}) "
            + $"SELECT @c, s.host_key, s.version, @now{(table.Discriminator is { } e ? $", {e}" : "")}{Concat(plain, ", s.")}{idValues} FROM {Stage} s{joins} WHERE s.old_version IS NULL";
        Update = $"UPDATE {target} SET version = s.version, read_at = @now, gone_at = NULL"
            + string.Concat(plain.Select(c => $", {c} = s.{c}"))
            + string.Concat(references.Select((r, i) => $", {r.IdName} = r{i}.id, {r.Name} = CASE WHEN r{i}.id IS NULL THEN s.{r.Name} END"))
            + $" FROM {Stage} s{joins} WHERE {target}.id = s.id AND s.old_version IS NOT NULL";
        FirstColumns =
        [
            MirrorColumn.Int("connection_id"), MirrorColumn.Text("host_key"), MirrorColumn.Text("version"), MirrorColumn.Long("read_at"),
            .. table.Columns.SelectMany(c => c.Target is null ? (MirrorColumn[])[c] : [MirrorColumn.Long(c.IdName), MirrorColumn.Text(c.Name)]),
        ];
        OnConflict = " ON CONFLICT (connection_id, host_key) DO UPDATE SET version = excluded.version, read_at = excluded.read_at, gone_at = NULL"
            + string.Concat(plain.Concat(references.SelectMany(r => (string[])[r.IdName, r.Name])).Select(c => $", {c} = excluded.{c}"))
            + $" WHERE {target}.version <> excluded.version OR {target}.gone_at IS NOT NULL";
        InsertOrUpdate = Insert.Replace(" WHERE s.old_version IS NULL", " WHERE 0 = 0", StringComparison.Ordinal) + OnConflict;
        NumberNew = $"UPDATE {Stage} SET id = (SELECT t.id FROM {target} t WHERE t.connection_id = @c{kind} AND t.host_key = {Stage}.host_key) WHERE old_version IS NULL";
        Record = "INSERT INTO ledger (connection_id, entity, host_key, event, version_before, version_after, at) SELECT @c, @e, host_key, "
            + $"CASE WHEN old_version IS NULL THEN 1 WHEN old_gone IS NOT NULL THEN 4 ELSE 2 END, old_version, version, @now FROM {Stage}";
        var gone = $"t.connection_id = @c{kind} AND t.gone_at IS NULL AND t.host_key IN (SELECT host_key FROM {StagedGone})";
        RecordGone = $"INSERT INTO ledger (connection_id, entity, host_key, event, version_before, at) SELECT @c, @e, t.host_key, 3, t.version, @now FROM {target} t WHERE {gone}";
        MarkGone = $"UPDATE {target} SET gone_at = @now WHERE id IN (SELECT t.id FROM {target} t WHERE {gone})";
        GoneIds = $"SELECT t.id FROM {target} t WHERE {gone}";
    }

    /// <summary>Name of the temporary table.</summary>
    public string Stage { get; }

    /// <summary>The columns that are loaded.</summary>
    public IReadOnlyList<MirrorColumn> StageColumns { get; }

    /// <summary>All its columns.</summary>
    public IReadOnlyList<MirrorColumn> StageTable { get; }

    /// <summary>Finds what the mirror has of each staged record.</summary>
    public string LookUp { get; }

    /// <summary>Leaves only new, changed and returned records.</summary>
    public string DropUnchanged { get; }

    public string Insert { get; }

    public string Update { get; }

    /// <summary>The columns that <see cref="FirstLoad"/> writes.</summary>
    public IReadOnlyList<MirrorColumn> FirstColumns { get; }

    /// <summary>What an INSERT of a first read does with a record that is there.</summary>
    public string OnConflict { get; }

    /// <summary>All at once, for a first read: nearly every record is new, and nobody asks what was there before.</summary>
    public string InsertOrUpdate { get; }

    /// <summary>Finds the ids of the new records after <see cref="Insert"/>.</summary>
    public string NumberNew { get; }

    /// <summary>Ledger lines of what is left staged.</summary>
    public string Record { get; }

    public string RecordGone { get; }

    public string MarkGone { get; }

    /// <summary>Ids of the living records that <see cref="MarkGone"/> will mark.</summary>
    public string GoneIds { get; }

    public static string Joins(IReadOnlyList<MirrorColumn> references, string row) =>
        string.Concat(references.Select((r, i) => $" LEFT JOIN {r.Target} r{i} ON r{i}.connection_id = @c AND r{i}.host_key = {row}.{r.Name}"));

    private static string Concat(IEnumerable<string> columns, string before) => string.Concat(columns.Select(c => before + c));
}
