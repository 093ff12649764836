using System.Data.Common;
using System.Text;

namespace Crm.Plugin.Features.Classification;

/// <summary>
/// All counterparties of the mirror in the order of their ids, packed: a million take about 30 MB. Holds what the run in force says of each.
/// </summary>
internal sealed class CustomerPopulation
{
    private readonly List<long> ids = [];
    private readonly List<bool> livingCustomers = [];
    private readonly List<int> keyEnds = [];
    private readonly List<byte> keys = [];
    private byte[] previous = [];

    public int Count => ids.Count;

    public long IdOf(int index) => ids[index];

    /// <summary>In the role of customer and not gone from the ERP.</summary>
    public bool IsLivingCustomer(int index) => livingCustomers[index];

    /// <summary>The ERP's key in UTF-8: its bytes sort as its letters do.</summary>
    public ReadOnlySpan<byte> KeyOf(int index)
    {
        var start = index == 0 ? 0 : keyEnds[index - 1];
        return System.Runtime.InteropServices.CollectionsMarshal.AsSpan(keys)[start..keyEnds[index]];
    }

    /// <summary>What the run in force says.</summary>
    public Classes PreviousOf(int index) => previous.Length == 0 ? Classes.None : Unpack(previous[index]);

    /// <summary>Takes up the next counterparty; ids ascend.</summary>
    public void Add(long id, string key, bool isLivingCustomer)
    {
        ids.Add(id);
        livingCustomers.Add(isLivingCustomer);
        keys.AddRange(Encoding.UTF8.GetBytes(key));
        keyEnds.Add(keys.Count);
    }

    /// <summary>Reads every counterparty.</summary>
    public static CustomerPopulation Read(DbConnection connection, DbTransaction transaction, CancellationToken cancellation)
    {
        var result = new CustomerPopulation();
        using var command = Command(connection, transaction, "SELECT id, host_key, roles, gone_at FROM counterparty ORDER BY id");
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            var isCustomer = (reader.GetInt32(2) & (int)Contracts.CounterpartyRoles.Customer) != 0;
            result.Add(reader.GetInt64(0), reader.GetString(1), isCustomer && reader.IsDBNull(3));
        }

        return result;
    }

    /// <summary>Reads what a run says of each.</summary>
    public void ReadPrevious(DbConnection connection, DbTransaction transaction, long runId, CancellationToken cancellation)
    {
        previous = new byte[Count];
        using var command = Command(connection, transaction, "SELECT counterparty_id, importance, stage, regularity FROM classification_row WHERE run_id = @run ORDER BY counterparty_id");
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@run", runId);
        command.Parameters.Add(parameter);
        using var reader = command.ExecuteReader();
        var index = 0;
        while (reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            index = Seek(index, reader.GetInt64(0));
            if (index < Count && ids[index] == reader.GetInt64(0))
            {
                previous[index] = Pack(Number(reader, 1), Number(reader, 2), Number(reader, 3));
            }
        }
    }

    /// <summary>The first index at or after <paramref name="from"/> whose id is not smaller.</summary>
    public int Seek(int from, long id)
    {
        while (from < ids.Count && ids[from] < id)
        {
            from++;
        }

        return from;
    }

    private static DbCommand Command(DbConnection connection, DbTransaction transaction, string text)
    {
        var command = connection.CreateCommand();
        (command.Transaction, command.CommandText, command.CommandTimeout) = (transaction, text, 0);
        return command;
    }

    private static int Number(DbDataReader reader, int column) => reader.IsDBNull(column) ? 0 : reader.GetInt16(column);

    private static byte Pack(int importance, int stage, int regularity) => (byte)(importance | (stage << 2) | (regularity << 5));

    private static Classes Unpack(byte packed) => new(
        (packed & 3) is var i and > 0 ? (ImportanceClass)i : null,
        ((packed >> 2) & 7) is var s and > 0 ? (RelationshipStage)s : null,
        (packed >> 5) is var r and > 0 ? (RegularityClass)r : null);
}
