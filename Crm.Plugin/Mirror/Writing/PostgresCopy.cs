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
    private const int LongestNumber = 12; // length and eight bytes

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
        if (value is { } number)
        {
            Take(LongestNumber);
            BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), sizeof(int));
            BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used + sizeof(int)), number);
            used += sizeof(int) + sizeof(int);
        }
        else
        {
            Null();
        }
    }

    public void Long(long? value)
    {
        if (value is { } number)
        {
            Take(LongestNumber);
            BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), sizeof(long));
            BinaryPrimitives.WriteInt64BigEndian(buffer.AsSpan(used + sizeof(int)), number);
            used += sizeof(int) + sizeof(long);
        }
        else
        {
            Null();
        }
    }

    public void Flag(bool value)
    {
        Take(LongestNumber);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), 1);
        buffer[used + sizeof(int)] = value ? (byte)1 : (byte)0;
        used += sizeof(int) + 1;
    }

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
        Take(LongestNumber);
        BinaryPrimitives.WriteInt32BigEndian(buffer.AsSpan(used), -1);
        used += sizeof(int);
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
