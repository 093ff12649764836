using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Makes a record's version out of the ids and write stamps of the rows that it is joined from. A row added, changed or deleted
/// directly, behind its parent's back, changes it; reading the stamps alone, as the sweep does, gives the same.
/// </summary>
internal sealed class TrytonVersion : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public TrytonVersion Add(TrytonRow row) => Add(row.Id).Add(row.Stamp);

    /// <summary>Rows of one child model, in any order.</summary>
    public TrytonVersion Add(IEnumerable<TrytonRow> rows)
    {
        foreach (var row in rows.OrderBy(r => r.Id))
            Add(row);
        return Add(-1);
    }

    public TrytonVersion Add(long number)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        hash.AppendData(bytes);
        return this;
    }

    public TrytonVersion Add(string text)
    {
        hash.AppendData(Encoding.UTF8.GetBytes(text));
        return Add(-2);
    }

    /// <summary>Ends it: 96 bits, enough that two states of one record never meet.</summary>
    public string Take()
    {
        Span<byte> all = stackalloc byte[32];
        hash.GetHashAndReset(all);
        return Convert.ToBase64String(all[..12]);
    }

    public void Dispose() => hash.Dispose();
}
