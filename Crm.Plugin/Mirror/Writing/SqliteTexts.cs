using System.Runtime.InteropServices;
using System.Text;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>Texts in UTF-8 in memory that stays where it is, so that SQLite need not copy what is bound to a statement.</summary>
internal sealed class SqliteTexts
{
    private const int ChunkSize = 1 << 16;

    private readonly List<byte[]> chunks = [GC.AllocateUninitializedArray<byte>(ChunkSize, pinned: true)];
    private int chunk;
    private int used;

    /// <summary>The texts kept so far are no longer needed.</summary>
    public void Forget() => (chunk, used) = (0, 0);

    /// <summary>Keeps a text and tells where it lies and how many bytes it has.</summary>
    public nint Keep(string text, out int length)
    {
        var most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (chunks[chunk].Length - used < most)
        {
            NextChunk(most);
        }

        var buffer = chunks[chunk];
        length = Encoding.UTF8.GetBytes(text, buffer.AsSpan(used));
        var place = Marshal.UnsafeAddrOfPinnedArrayElement(buffer, used);
        used += Math.Max(length, 1); // never behind the end of the array, even where the text is empty
        return place;
    }

    private void NextChunk(int most)
    {
        used = 0;
        do
        {
            chunk++;
        }
        while (chunk < chunks.Count && chunks[chunk].Length < most);
        if (chunk == chunks.Count)
        {
            chunks.Add(GC.AllocateUninitializedArray<byte>(Math.Max(ChunkSize, most), pinned: true));
        }
    }
}
