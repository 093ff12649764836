using System.Data.Common;
using System.Text;

namespace Crm.Plugin.Features.Classification;

/// <summary>How far a run has come.</summary>
/// <param name="IsWriting">False while orders are read, true while rows are written.</param>
/// <param name="Done">Parts of the work.</param>
/// <param name="Total">Parts of the work.</param>
public readonly record struct FillProgress(bool IsWriting, int Done, int Total)
{
    /// <summary>0–1; writing is the last tenth.</summary>
    public double Fraction => Total == 0 ? 0 : IsWriting ? 0.9 + (0.1 * Done / Total) : 0.9 * Done / Total;
}

/// <summary>
/// Reads members and what counts for them straight out of the mirror: for suppliers, managers and products, and wherever quantity takes
/// part, which lies in the lines. Customers by amounts and counts go through the packed orders instead.
/// </summary>
/// <param name="connection">Open.</param>
/// <param name="transaction">The snapshot; null outside of one.</param>
/// <param name="parameters">Of the run.</param>
/// <param name="only">Only this member; null for all.</param>
internal sealed class MemberStream(DbConnection connection, DbTransaction? transaction, ClassificationParameters parameters, long? only = null)
{
    private const string Counting = "o.state IN (1, 2) AND o.gone_at IS NULL";

    // The inequality keeps the order of the primary key: an equality would invite an index that needs sorting.
    private static readonly string OfAnErp = $"connection_id <> {Mirror.Records.CounterpartyRecord.ProspectConnection}";
    private const int LookEvery = 16_384;

    /// <summary>Streams everybody into a sink.</summary>
    public void ReadInto(IMemberSink part, string currency, IProgress<FillProgress>? progress, CancellationToken cancellation)
    {
        var members = ReadMembers(cancellation);
        var current = -1;
        using var command = Command(OrdersSql);
        command.Add("@asOf", parameters.AsOf.DayNumber);
        command.Add("@currency", currency);
        using (var reader = command.ExecuteReader())
        {
            for (var read = 1; reader.Read(); read++)
            {
                var id = reader.GetInt64(0);
                if (current < 0 || members[current].Id != id)
                {
                    MoveTo(id);
                }

                if (current < members.Count && members[current].Id == id)
                {
                    part.Add(Order(reader));
                }

                if (read % LookEvery == 0)
                {
                    cancellation.ThrowIfCancellationRequested();
                    progress?.Report(new(false, current, members.Count));
                }
            }
        }

        MoveTo(long.MaxValue);

        void MoveTo(long id)
        {
            while (current < members.Count && (current < 0 || members[current].Id < id))
            {
                if (current >= 0)
                {
                    part.End();
                }

                if (++current < members.Count)
                {
                    part.Begin(members[current].Id, members[current].IsLiving, members[current].Key);
                }
            }
        }
    }

    private CountedOrder Order(DbDataReader reader)
    {
        var isSale = reader.GetInt32(2) == (int)Contracts.SalesOrderKind.Sale;
        var quantity = parameters.NeedsQuantity ? reader.GetInt64(6) : 0;
        return new(
            reader.GetInt32(1), isSale, reader.GetInt32(3) == 1, reader.GetInt64(4), reader.IsDBNull(5) ? null : reader.GetInt64(5),
            // What came back is counted down whichever sign the ERP writes it with.
            isSale ? quantity : -Math.Abs(quantity));
    }

    private List<(long Id, bool IsLiving, byte[] Key)> ReadMembers(CancellationToken cancellation)
    {
        var result = new List<(long, bool, byte[])>();
        using var command = Command(MembersSql);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            result.Add((reader.GetInt64(0), reader.GetInt32(2) == 1, Encoding.UTF8.GetBytes(reader.GetString(1))));
        }

        return result;
    }

    private string MembersSql => parameters.Population switch
    {
        Population.Customers => $"SELECT id, host_key, CASE WHEN (roles & 1) <> 0 AND gone_at IS NULL THEN 1 ELSE 0 END FROM counterparty WHERE {OfAnErp} {Of("id")} ORDER BY id",
        Population.Suppliers => $"SELECT id, host_key, CASE WHEN (roles & 2) <> 0 AND gone_at IS NULL THEN 1 ELSE 0 END FROM counterparty WHERE {OfAnErp} {Of("id")} ORDER BY id",
        Population.Managers => $"SELECT id, key, 0 FROM classification_member WHERE population = 3 {Of("id")} ORDER BY id",
        _ => $"SELECT id, host_key, CASE WHEN gone_at IS NULL THEN 1 ELSE 0 END FROM product {Of("id", "WHERE")} ORDER BY id",
    };

    private string OrdersSql
    {
        get
        {
            const string InCurrency = "CASE WHEN o.currency = @currency THEN 1 ELSE 0 END";
            var sold = parameters.NeedsQuantity ? ", (SELECT CAST(COALESCE(SUM(l.quantity_e4), 0) AS bigint) FROM sales_order_line l WHERE l.order_id = o.id)" : "";
            var bought = parameters.NeedsQuantity ? ", (SELECT CAST(COALESCE(SUM(l.quantity_e4), 0) AS bigint) FROM purchase_order_line l WHERE l.order_id = o.id)" : "";
            return parameters.Population switch
            {
                Population.Customers =>
                    $"SELECT o.counterparty_id, o.date, o.kind, {InCurrency}, o.total_e4, o.cost_e4{sold} FROM sales_order o WHERE o.counterparty_id IS NOT NULL AND o.date <= @asOf AND {Counting} {Of("o.counterparty_id")} ORDER BY o.counterparty_id, o.date",
                Population.Suppliers =>
                    $"SELECT o.counterparty_id, o.date, 0, {InCurrency}, COALESCE(o.total_e4, 0), NULL{bought} FROM purchase_order o WHERE o.counterparty_id IS NOT NULL AND o.date <= @asOf AND {Counting} {Of("o.counterparty_id")} ORDER BY o.counterparty_id, o.date",
                Population.Managers =>
                    $"SELECT m.id, o.date, o.kind, {InCurrency}, o.total_e4, o.cost_e4{sold} FROM sales_order o JOIN classification_member m ON m.population = 3 AND m.key = o.manager_login WHERE o.date <= @asOf AND {Counting} {Of("m.id")} ORDER BY m.id, o.date",
                _ => $"""
                    SELECT l.product_id, o.date, o.kind, {InCurrency}, CAST(SUM(CASE WHEN o.kind = 1 THEN -ABS(COALESCE(l.amount_e4, 0)) ELSE COALESCE(l.amount_e4, 0) END) AS bigint), NULL, CAST(SUM(l.quantity_e4) AS bigint)
                    FROM sales_order_line l JOIN sales_order o ON o.id = l.order_id
                    WHERE l.product_id IS NOT NULL AND o.date <= @asOf AND {Counting} {Of("l.product_id")}
                    GROUP BY l.product_id, o.id, o.date, o.kind, o.currency ORDER BY l.product_id, o.date
                    """,
            };
        }
    }

    private string Of(string column, string before = "AND") => only is null ? "" : $"{before} {column} = @only";

    private DbCommand Command(string text)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, text, 0);
        if (only is not null)
        {
            command.Add("@only", only);
        }

        return command;
    }
}

/// <summary>Takes up members, each with its orders in the order of days.</summary>
internal interface IMemberSink
{
    void Begin(long memberId, bool isLiving, ReadOnlySpan<byte> memberKey);

    void Add(in CountedOrder counted);

    void End();
}

/// <summary>Parameters of plain commands.</summary>
internal static class CommandParameters
{
    public static DbParameter Add(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value ?? DBNull.Value);
        command.Parameters.Add(parameter);
        return parameter;
    }
}
