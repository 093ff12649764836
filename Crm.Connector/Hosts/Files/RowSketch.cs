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

    private readonly int[] _counts = new int[Cells];
    private readonly ulong[] _hashes = new ulong[Cells];
    private readonly uint[] _checks = new uint[Cells];
    private readonly ulong[] _keys; // KeyWords words a cell: a length byte (length + 1; 0: no key), the key's bytes, zeros

    public RowSketch(int keyWords)
    {
        KeyWords = keyWords;
        _keys = new ulong[Cells * keyWords];
    }

    /// <summary>Room for a key in words of 8 bytes; one byte of it is the length.</summary>
    public int KeyWords { get; }

    public bool IsEmpty => !_counts.AsSpan().ContainsAnyExcept(0) && !_hashes.AsSpan().ContainsAnyExcept(0ul);

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
        for (var i = 0; i < Cells; i++)
        {
            result._counts[i] = _counts[i] - other._counts[i];
            result._hashes[i] = _hashes[i] ^ other._hashes[i];
            result._checks[i] = _checks[i] ^ other._checks[i];
        }

        for (var i = 0; i < _keys.Length; i++)
            result._keys[i] = _keys[i] ^ other._keys[i];
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
            if (_counts[cell] is not (1 or -1) || _checks[cell] != CheckOf(_hashes[cell]))
                continue;
            var (hash, times) = (_hashes[cell], _counts[cell]);
            var key = _keys.AsSpan(cell * KeyWords, KeyWords).ToArray();
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
        writer.Write(MemoryMarshal.AsBytes(_counts.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(_hashes.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(_checks.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(_keys.AsSpan()));
    }

    public static RowSketch Load(BinaryReader reader)
    {
        var sketch = new RowSketch(reader.ReadByte());
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(sketch._counts.AsSpan()));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(sketch._hashes.AsSpan()));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(sketch._checks.AsSpan()));
        reader.BaseStream.ReadExactly(MemoryMarshal.AsBytes(sketch._keys.AsSpan()));
        return sketch;
    }

    private void Toggle(ulong hash, ReadOnlySpan<ulong> key, int times)
    {
        var check = CheckOf(hash);
        for (var part = 0; part < Parts; part++)
        {
            var cell = CellOf(hash, part);
            _counts[cell] += times;
            _hashes[cell] ^= hash;
            _checks[cell] ^= check;
            var words = _keys.AsSpan(cell * KeyWords, KeyWords);
            for (var i = 0; i < words.Length; i++)
                words[i] ^= key[i];
        }
    }

    // Three independent groups of 11 bits; the check takes another mixture, so that cells and check do not agree by accident.
    private static int CellOf(ulong hash, int part) => (part * PartCells) + (int)((hash >> (11 * part)) & (PartCells - 1));

    private static uint CheckOf(ulong hash) => (uint)(RowHash.Mix(hash) >> 16);

    private static byte[]? KeyOf(ReadOnlySpan<ulong> words)
    {
        var bytes = MemoryMarshal.AsBytes(words);
        return bytes.Length == 0 || bytes[0] is 0 or 1 || bytes[0] > bytes.Length ? null : bytes.Slice(1, bytes[0] - 1).ToArray();
    }
}
