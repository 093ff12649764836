using System.Text;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>Remembers the ids of up to a million keys of one table, in some 30 bytes each: orders of a first read name their customers again and again.</summary>
/// <remarks>An id that was found once stays: records are marked, not deleted, while a read goes on.</remarks>
internal sealed class KeyMemory
{
    public const int MostKeys = 1 << 20;
    private const int LongestKey = 200; // characters; longer ones are not remembered, and no record has one

    private int[] slots = new int[1 << 10]; // number of an entry + 1
    private long[] ids = new long[1 << 9];
    private int[] ends = new int[1 << 9]; // of the entry's bytes
    private byte[] bytes = new byte[1 << 13];
    private int count;

    public bool TryFind(string key, out long id)
    {
        id = 0;
        if (key.Length > LongestKey)
        {
            return false;
        }

        Span<byte> text = stackalloc byte[LongestKey * 3];
        text = text[..Encoding.UTF8.GetBytes(key, text)];
        for (var slot = Hash(text) & (slots.Length - 1); slots[slot] is var entry && entry > 0; slot = (slot + 1) & (slots.Length - 1))
        {
            if (Text(entry - 1).SequenceEqual(text))
            {
                id = ids[entry - 1];
                return true;
            }
        }

        return false;
    }

    /// <summary>Whether it has taken in all that it was given.</summary>
    public bool IsWhole => count < MostKeys;

    /// <summary>Forgets nothing and, once full, takes nothing in.</summary>
    public void Add(string key, long id)
    {
        if (key.Length <= LongestKey)
        {
            Span<byte> text = stackalloc byte[LongestKey * 3];
            Add(text[..Encoding.UTF8.GetBytes(key, text)], id);
        }
    }

    /// <summary>The same for a key in UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> text, long id)
    {
        if (count == MostKeys || text.Length > LongestKey * 3)
        {
            return;
        }

        if (count == ids.Length)
        {
            Grow();
        }

        var start = count == 0 ? 0 : ends[count - 1];
        if (start + text.Length > bytes.Length)
        {
            Array.Resize(ref bytes, Math.Max(bytes.Length * 2, start + text.Length));
        }

        text.CopyTo(bytes.AsSpan(start));
        (ids[count], ends[count]) = (id, start + text.Length);
        Put(count++);
    }

    private void Grow()
    {
        Array.Resize(ref ids, ids.Length * 2);
        Array.Resize(ref ends, ends.Length * 2);
        slots = new int[slots.Length * 2];
        for (var entry = 0; entry < count; entry++)
        {
            Put(entry);
        }
    }

    private void Put(int entry)
    {
        var slot = Hash(Text(entry)) & (slots.Length - 1);
        while (slots[slot] > 0)
        {
            slot = (slot + 1) & (slots.Length - 1);
        }

        slots[slot] = entry + 1;
    }

    private ReadOnlySpan<byte> Text(int entry) => bytes.AsSpan((entry == 0 ? 0 : ends[entry - 1])..ends[entry]);

    private static int Hash(ReadOnlySpan<byte> text)
    {
        var hash = default(HashCode);
        hash.AddBytes(text);
        return hash.ToHashCode();
    }
}
