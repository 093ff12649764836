using System.Runtime.CompilerServices;
using System.Text;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>
/// Packs counterparties and their orders, about ten bytes an order: currencies first, then each counterparty with the difference to
/// the id before, its key, and its orders as differences of days and plain amounts.
/// </summary>
internal sealed class SalesBlockWriter
{
    /// <summary>Raised whenever the layout changes: what was packed otherwise is packed again.</summary>
    public const int Format = 1;

    /// <summary>Ids of one block.</summary>
    public const int BlockSize = 4096;

    private readonly ByteBuffer body = new();
    private readonly ByteBuffer orders = new();
    private readonly List<string> currencies = [];
    private long lastId;
    private int lastDay;
    private bool hasMember;

    public static long BlockOf(long id) => id / BlockSize;

    public int IndexOf(string currency)
    {
        var index = currencies.IndexOf(currency);
        if (index < 0)
        {
            index = currencies.Count;
            currencies.Add(currency);
        }

        return index;
    }

    public void Member(long id, bool isLivingCustomer, ReadOnlySpan<byte> key)
    {
        Close();
        body.Number((ulong)(id - lastId));
        body.Number((ulong)key.Length * 2 + (isLivingCustomer ? 1UL : 0));
        body.Bytes(key);
        (lastId, lastDay, hasMember) = (id, 0, true);
    }

    /// <summary>An order of the member written last; days do not go back.</summary>
    public void Order(in SalesEntry order)
    {
        orders.Number((ulong)(order.Day - lastDay));
        orders.Number((ulong)((order.Currency << 2) | (order.IsSale ? 1 : 0) | (order.CostE4 is null ? 0 : 2)));
        orders.Signed(order.TotalE4);
        if (order.CostE4 is { } cost)
        {
            orders.Signed(cost);
        }

        lastDay = order.Day;
    }

    /// <summary>The block; the writer is empty again.</summary>
    public byte[] Finish()
    {
        Close();
        var head = new ByteBuffer();
        head.Number((ulong)currencies.Count);
        foreach (var currency in currencies)
        {
            var text = Encoding.UTF8.GetBytes(currency);
            head.Number((ulong)text.Length);
            head.Bytes(text);
        }

        byte[] result = [.. head.Written, .. body.Written];
        body.Clear();
        currencies.Clear();
        lastId = 0;
        return result;
    }

    private void Close()
    {
        if (hasMember)
        {
            body.Number((ulong)orders.Length);
            body.Bytes(orders.Written);
            orders.Clear();
            hasMember = false;
        }
    }
}

/// <summary>Unpacks a block.</summary>
internal sealed class SalesBlockReader
{
    private ByteReader reader;
    private int keyStart;
    private int keyLength;
    private int ordersEnd;
    private int day;
    private readonly byte[] data;

    public SalesBlockReader(byte[] data)
    {
        this.data = data;
        reader = new ByteReader(data);
        var currencies = new string[(int)reader.Number()];
        for (var i = 0; i < currencies.Length; i++)
        {
            currencies[i] = Encoding.UTF8.GetString(reader.Bytes((int)reader.Number()));
        }

        Currencies = currencies;
    }

    public IReadOnlyList<string> Currencies { get; }

    public long Id { get; private set; }

    public bool IsLivingCustomer { get; private set; }

    public ReadOnlySpan<byte> Key => data.AsSpan(keyStart, keyLength);

    /// <summary>Goes to the next counterparty, past orders that were not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    public bool NextMember()
    {
        if (ordersEnd > reader.Position)
        {
            reader.Skip(ordersEnd - reader.Position);
        }

        if (reader.IsAtEnd)
        {
            return false;
        }

        Id += (long)reader.Number();
        var key = reader.Number();
        IsLivingCustomer = (key & 1) == 1;
        (keyStart, keyLength) = (reader.Position, (int)(key >> 1));
        reader.Skip(keyLength);
        var length = (int)reader.Number();
        ordersEnd = reader.Position + length;
        day = 0;
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    public bool NextOrder(out SalesEntry order)
    {
        if (reader.Position >= ordersEnd)
        {
            order = default;
            return false;
        }

        day += (int)reader.Number();
        var flags = (int)reader.Number();
        var total = reader.Signed();
        order = new(day, (flags & 1) == 1, flags >> 2, total, (flags & 2) == 0 ? null : reader.Signed());
        return true;
    }
}
