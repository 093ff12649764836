namespace Crm.Plugin.Mirror.Writing;

/// <summary>Records that named another one before it had been read.</summary>
internal static class WaitingReferences
{
    /// <summary>Points those that wait for one of these keys of a table to it; costs a look into an index when none waits.</summary>
    public static async Task ResolveAsync(
        MirrorSession session, string target, string keys, (string, object?)[] values, CancellationToken cancellation)
    {
        foreach (var (table, column, isLine) in MirrorTables.WaitingFor(target))
        {
            var scope = isLine ? "" : "connection_id = @c AND ";
            if (await session.NumberAsync($"SELECT 1 FROM {table} WHERE {scope}{column.Name} IS NOT NULL LIMIT 1", cancellation, values) is not null)
            {
                await PointAsync(session, target, table, column, isLine, $"{column.Name} IN ({keys})", values, cancellation);
            }
        }
    }

    /// <summary>Points the contact persons of a connection that wait for a counterparty that is there by now.</summary>
    public static Task ResolvePersonsAsync(MirrorSession session, int connectionId, CancellationToken cancellation)
    {
        var column = MirrorTables.ContactPersons.Columns.Single(c => c.Target == "counterparty");
        return PointAsync(session, "counterparty", "contact_person", column, false, $"{column.Name} IS NOT NULL", [("@c", connectionId)], cancellation);
    }

    /// <summary>Points everything of a connection that waits and whose record is there by now.</summary>
    public static async Task ResolveAllAsync(MirrorSession session, int connectionId, CancellationToken cancellation)
    {
        (string, object?)[] values = [("@c", connectionId)];
        foreach (var target in MirrorTables.All.Select(t => t.Name).Distinct())
        {
            foreach (var (table, column, isLine) in MirrorTables.WaitingFor(target))
            {
                await PointAsync(session, target, table, column, isLine, $"{column.Name} IS NOT NULL", values, cancellation);
            }
        }
    }

    private static Task<int> PointAsync(
        MirrorSession session, string target, string table, MirrorColumn column, bool isLine, string which, (string, object?)[] values,
        CancellationToken cancellation)
    {
        var found = $"SELECT t.id FROM {target} t WHERE t.connection_id = @c AND t.host_key = {table}.{column.Name}";
        var scope = isLine ? $"EXISTS (SELECT 1 FROM line_set l WHERE l.id = {table}.set_id AND l.connection_id = @c)" : $"{table}.connection_id = @c";
        return session.ExecuteAsync(
            $"UPDATE {table} SET {column.IdName} = ({found}), {column.Name} = NULL WHERE {scope} AND {which} AND EXISTS ({found})", cancellation, values);
    }
}
