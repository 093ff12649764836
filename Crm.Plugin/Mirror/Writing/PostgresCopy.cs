using System.Buffers.Binary;
using System.Text;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// Writes rows in PostgreSQL's binary COPY format. Npgsql's importer looks up a converter and starts an asynchronous method for each
/// value; of rows with a dozen values, that took longer than everything else that happens to them on this side.
/// </summary>
/// <param name="to">The raw stream of a <c>COPY … FROM STDIN (FORMAT BINARY)</c>.</param>
/// <param name="columns">Of a row.</param>
/// <remarks>PostgreSQL 17 manual, COPY, "Binary Format": numbers in network order, each value behind its length in bytes.</remarks>
internal sealed class PostgresCopy(Stream to, int columns) : IBulkLoad
{
    private const int Room = 1 << 16;

    private static readonly byte[] Header = [.. "PGCOPY\n"u8, 0xff, (byte)'\r', (byte)'\n', 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private byte[] buffer = new byte[Room];
    private int used = -1; // nothing written, not even the header

    /// <summary>Rows handed over so far.</summary>
    public long Rows { get; private set; }

    public void Begin()
    {
        Start();
        Rows++;
        Take(sizeof(short));
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), (short)columns);
        used += sizeof(short);
    }

    public void Text(string? value)
    {
        if (value is null)
        {
            Null();
            return;
        }

        var text = CleanText.Of(value);
        Take(sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length));
        var length = Encoding.UTF8.GetBytes(text, buffer.AsSpan(used + sizeof(int)));
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), length);
        used += sizeof(int) + length;
    }

    public void Int(int? value)
    {
        if (value is null)
        {
            Null();
        }
        else
        {
            BinaryPrimitives.WriteInt32BigEndian(Next(sizeof(int)), value.Value);
        }
    }

    public void Long(long? value)
    {
        if (value is null)
        {
            Null();
        }
        else
        {
            BinaryPrimitives.WriteInt64BigEndian(Next(sizeof(long)), value.Value);
        }
    }

    public void Flag(bool value) => Next(1)[0] = value ? (byte)1 : (byte)0;

    public void End()
    {
    }

    /// <summary>Writes the rest and the mark of the end; at the end of each load.</summary>
    public void Finish()
    {
        Start();
        Take(sizeof(short));
        BinaryPrimitives.WriteInt16BigEndian(buffer.AsSpan(used), -1);
        to.Write(buffer, 0, used + sizeof(short));
        used = 0;
    }

    private void Start()
    {
        if (used < 0)
        {
            Header.CopyTo(buffer, 0);
            used = Header.Length;
        }
    }

    private void Null()
    {
        Take(sizeof(int));
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), -1);
        used += sizeof(int);
    }

    /// <summary>Where a value of so many bytes goes, behind its length.</summary>
    private Span<byte> Next(int length)
    {
        Take(sizeof(int) + length);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), length);
        used += sizeof(int) + length;
        return buffer.AsSpan(used - length, length);
    }

    /// <summary>Sees to it that so many bytes fit behind those used.</summary>
    private void Take(int bytes)
    {
        if (used + bytes <= buffer.Length)
        {
            return;
        }

        to.Write(buffer, 0, used);
        used = 0;
        if (bytes > buffer.Length)
        {
            buffer = new byte[bytes];
        }
    }
}
