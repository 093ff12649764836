using System.Numerics;

namespace Crm.Plugin.Features.SalesHistory;

/// <summary>Grows as bytes are written; numbers take as few bytes as they need (seven bits each, the lowest first).</summary>
internal sealed class ByteBuffer
{
    private byte[] bytes = new byte[1 << 12];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Byte(byte value)
    {
        Reserve(1);
        bytes[Length++] = value;
    }

    public void Number(ulong value)
    {
        Reserve(10);
        var (buffer, at) = (bytes, Length);
        while (value >= 0x80)
        {
            buffer[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        buffer[at++] = (byte)value;
        Length = at;
    }

    /// <summary>A number of either sign.</summary>
    public void Signed(long value) => Number((ulong)((value << 1) ^ (value >> 63)));

    public void Bytes(ReadOnlySpan<byte> value)
    {
        Reserve(value.Length);
        value.CopyTo(bytes.AsSpan(Length));
        Length += value.Length;
    }

    private void Reserve(int more)
    {
        if (Length + more > bytes.Length)
        {
            Array.Resize(ref bytes, (int)BitOperations.RoundUpToPowerOf2((uint)(Length + more)));
        }
    }
}

/// <summary>Reads what a <see cref="ByteBuffer"/> wrote.</summary>
internal struct ByteReader(byte[] data)
{
    private readonly byte[] data = data;

    public int Position { get; private set; }

    public readonly bool IsAtEnd => Position >= data.Length;

    public byte Byte() => data[Position++];

    public ulong Number()
    {
        var bytes = data;
        var position = Position;
        ulong result = bytes[position++];
        if (result >= 0x80)
        {
            result &= 0x7F;
            for (var shift = 7; ; shift += 7)
            {
                ulong next = bytes[position++];
                result |= (next & 0x7F) << shift;
                if (next < 0x80)
                {
                    break;
                }
            }
        }

        Position = position;
        return result;
    }

    public long Signed()
    {
        var value = Number();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public ReadOnlySpan<byte> Bytes(int length)
    {
        var result = data.AsSpan(Position, length);
        Position += length;
        return result;
    }

    public void Skip(int length) => Position += length;
}
