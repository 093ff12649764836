using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Crm.Connector.Hosts.Files;

/// <summary>A row that one sketch holds and the other does not.</summary>
/// <param name="Hash">Of the row.</param>
/// <param name="Key">The key's bytes as the file writes them; null when the sketch had no room for it.</param>
/// <param name="IsAdded">True: the newer sketch holds it; false: the older.</param>
internal readonly record struct SketchChange(ulong Hash, byte[]? Key, bool IsAdded);

/// <summary>
/// Remembers any number of rows in a fixed space so that two sketches tell exactly which rows differ, as long as those are
/// few (about 5,000): an invertible Bloom lookup table. The order of rows does not matter.
/// </summary>
/// <remarks>Eppstein, Goodrich, Uyeda, Varghese: What's the Difference? Efficient Set Reconciliation without Prior Context, SIGCOMM 2011.</remarks>
internal sealed class RowSketch
{
    private const int Parts = 3; // each row lies in one cell of each third
    private const int PartCells = 2048;
    private const int Cells = Parts * PartCells;

    // What belongs to a cell lies side by side, so that a row touches three places of memory and not twelve:
    // how many rows (low half) and their checks (high half), their hashes, their keys.
    private readonly ulong[] _cells;
    private readonly int _width; // words of a cell

    public RowSketch(int keyWords)
    {
        KeyWords = keyWords;
        _width = 2 + keyWords;
        _cells = new ulong[Cells * _width];
    }

    /// <summary>Room for a key in words of 8 bytes; one byte of it is the length.</summary>
    public int KeyWords { get; }

    public bool IsEmpty => !_cells.AsSpan().ContainsAnyExcept(0ul);

    /// <summary>Puts in a row (<paramref name="times"/> 1) or takes it out (-1).</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> key, int times = 1)
    {
        Span<ulong> words = stackalloc ulong[KeyWords];
        Pack(key, words);
        Toggle(hash, words, times);
    }

    /// <summary>Puts in many rows, with their keys as <see cref="Pack"/> makes them.</summary>
    public void Add(ReadOnlySpan<ulong> hashes, ReadOnlySpan<ulong> keys)
    {
        for (var i = 0; i < hashes.Length; i++)
            Toggle(hashes[i], keys.Slice(i * KeyWords, KeyWords), 1);
    }

    /// <summary>Puts in the elements of <paramref name="bytes"/>.</summary>
    public void Add(ReadOnlySpan<byte> bytes, ReadOnlySpan<Element> elements)
    {
        Span<ulong> words = stackalloc ulong[KeyWords];
        foreach (ref readonly var element in elements)
        {
            Pack(bytes.Slice(element.KeyStart, element.KeyLength), words);
            Toggle(element.Hash, words, 1);
        }
    }

    /// <summary>Lays a key into words of 8 bytes; all zeros when it has none or does not fit.</summary>
    public static void Pack(ReadOnlySpan<byte> key, Span<ulong> words)
    {
        words.Clear();
        if (key.Length > 0 && key.Length < words.Length * 8)
        {
            var bytes = MemoryMarshal.AsBytes(words);
            bytes[0] = (byte)(key.Length + 1);
            key.CopyTo(bytes[1..]);
        }
    }

    public RowSketch Minus(RowSketch other)
    {
        var result = new RowSketch(KeyWords);
        for (var i = 0; i < _cells.Length; i++)
            result._cells[i] = _cells[i] ^ other._cells[i];
        for (var i = 0; i < _cells.Length; i += _width)
            CountOf(ref result._cells[i]) = CountOf(ref _cells[i]) - CountOf(ref other._cells[i]);
        return result;
    }

    /// <summary>Takes the rows out of a difference of two sketches; this sketch is used up.</summary>
    /// <returns>Null when they are too many, or one row came or went twice.</returns>
    public List<SketchChange>? Decode()
    {
        var changes = new List<SketchChange>();
        var queue = new Queue<int>();
        for (var i = 0; i < Cells; i++)
            queue.Enqueue(i);
        while (queue.TryDequeue(out var cell))
        {
            var words = _cells.AsSpan(cell * _width, _width);
            var (hash, times) = (words[1], CountOf(ref words[0]));
            if (times is not (1 or -1) || (uint)(words[0] >> 32) != CheckOf(hash))
                continue;
            var key = words[2..].ToArray();
            changes.Add(new(hash, KeyOf(key), times > 0));
            if (changes.Count > Cells)
                return null; // a wrong guess feeding on itself
            Toggle(hash, key, -times);
            for (var part = 0; part < Parts; part++)
                queue.Enqueue(CellOf(hash, part));
        }

        return IsEmpty ? changes : null;
    }

    public void Save(BinaryWriter writer)
    {
        // Column by column: an almost empty sketch is almost all zeros and deflates to nothing.
        writer.Write((byte)KeyWords);
        for (var i = 0; i < _cells.Length; i += _width)
            writer.Write(CountOf(ref _cells[i]));
        for (var i = 1; i < _cells.Length; i += _width)
            writer.Write(_cells[i]);
        for (var i = 0; i < _cells.Length; i += _width)
            writer.Write((uint)(_cells[i] >> 32));
        for (var i = 0; i < _cells.Length; i += _width)
            writer.Write(MemoryMarshal.AsBytes(_cells.AsSpan(i + 2, KeyWords)));
    }

    public static RowSketch Load(BinaryReader reader)
    {
        var sketch = new RowSketch(reader.ReadByte());
        var (cells, width) = (sketch._cells, sketch._width);
        for (var i = 0; i < cells.Length; i += width)
            cells[i] = reader.ReadUInt32();
        for (var i = 1; i < cells.Length; i += width)
            cells[i] = reader.ReadUInt64();
        for (var i = 0; i < cells.Length; i += width)
            cells[i] |= (ulong)reader.ReadUInt32() << 32;
        for (var i = 0; i < cells.Length; i += width)
            reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(cells.AsSpan(i + 2, sketch.KeyWords)));
        return sketch;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Toggle(ulong hash, ReadOnlySpan<ulong> key, int times)
    {
        var check = (ulong)CheckOf(hash) << 32;
        for (var part = 0; part < Parts; part++)
        {
            var words = _cells.AsSpan(CellOf(hash, part) * _width, 2 + key.Length);
            words[0] ^= check;
            CountOf(ref words[0]) += times;
            words[1] ^= hash;
            for (var i = 0; i < key.Length; i++)
                words[2 + i] ^= key[i];
        }
    }

    /// <summary>The low half of a cell's first word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref int CountOf(ref ulong word) => ref Unsafe.As<ulong, int>(ref word);

    // Three independent groups of 11 bits; the check takes another mixture, so that cells and check do not agree by accident.
    private static int CellOf(ulong hash, int part) => (part * PartCells) + (int)((hash >> (11 * part)) & (PartCells - 1));

    private static uint CheckOf(ulong hash) => (uint)(RowHash.Mix(hash) >> 16);

    private static byte[]? KeyOf(ReadOnlySpan<ulong> words)
    {
        var bytes = MemoryMarshal.AsBytes(words);
        return bytes.Length == 0 || bytes[0] is 0 or 1 || bytes[0] > bytes.Length ? null : bytes.Slice(1, bytes[0] - 1).ToArray();
    }
}
