using System.Data.Common;
using System.Text;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Reads counterparties and their counting orders out of the mirror and packs them.</summary>
internal sealed class SalesSource(DbConnection connection, DbTransaction transaction)
{
    /// <summary>SQL of what counts, on the columns of a sales order.</summary>
    public const string Counting = "state IN (1, 2) AND gone_at IS NULL";

    private readonly List<long> ids = [];
    private readonly List<bool> livingCustomers = [];
    private readonly List<int> keyEnds = [];
    private readonly List<byte> keys = [];

    public long Members => ids.Count;

    public long Orders { get; private set; }

    /// <summary>Packs all, or only the counterparties that a sub-select names.</summary>
    /// <returns>Blocks by number; in memory, because PostgreSQL reads and writes one after the other on a connection.</returns>
    public SortedDictionary<long, byte[]> Pack(string? subselect, CancellationToken cancellation)
    {
        ReadMembers(subselect is null ? "" : $"AND id IN ({subselect})", cancellation);
        var result = new SortedDictionary<long, byte[]>();
        var writer = new SalesBlockWriter();
        var member = 0;
        var block = -1L;
        using var command = Command(
            "SELECT counterparty_id, date, kind, currency, total_e4, cost_e4 FROM sales_order " +
            $"WHERE counterparty_id {(subselect is null ? "IS NOT NULL" : $"IN ({subselect})")} AND {Counting} ORDER BY counterparty_id, date");
        using var reader = command.ExecuteReader();
        var currency = "";
        while (reader.Read())
        {
            var id = reader.GetInt64(0);
            while (member < ids.Count && ids[member] <= id)
            {
                Begin(member++);
            }

            if (member == 0 || ids[member - 1] != id)
            {
                continue; // its counterparty is not in the mirror
            }

            var text = reader.GetString(3);
            currency = text == currency ? currency : text;
            writer.Order(new(
                reader.GetInt32(1), reader.GetInt32(2) == (int)Contracts.SalesOrderKind.Sale, writer.IndexOf(currency), reader.GetInt64(4), reader.IsDBNull(5) ? null : reader.GetInt64(5)));
            if (++Orders % 65_536 == 0)
            {
                cancellation.ThrowIfCancellationRequested();
            }
        }

        while (member < ids.Count)
        {
            Begin(member++);
        }

        Flush();
        return result;

        void Begin(int index)
        {
            if (SalesBlockWriter.BlockOf(ids[index]) != block)
            {
                Flush();
                block = SalesBlockWriter.BlockOf(ids[index]);
            }

            var start = index == 0 ? 0 : keyEnds[index - 1];
            writer.Member(ids[index], livingCustomers[index], System.Runtime.InteropServices.CollectionsMarshal.AsSpan(keys)[start..keyEnds[index]]);
        }

        void Flush()
        {
            if (block >= 0)
            {
                result[block] = writer.Finish();
            }
        }
    }

    private void ReadMembers(string among, CancellationToken cancellation)
    {
        using var command = Command($"SELECT id, host_key, roles, gone_at FROM counterparty WHERE connection_id <> {Mirror.Records.CounterpartyRecord.ProspectConnection} {among} ORDER BY id");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            var isCustomer = (reader.GetInt32(2) & (int)Contracts.CounterpartyRoles.Customer) != 0;
            ids.Add(reader.GetInt64(0));
            livingCustomers.Add(isCustomer && reader.IsDBNull(3));
            keys.AddRange(Encoding.UTF8.GetBytes(reader.GetString(1)));
            keyEnds.Add(keys.Count);
        }
    }

    private DbCommand Command(string text)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, text, 0);
        return command;
    }
}
