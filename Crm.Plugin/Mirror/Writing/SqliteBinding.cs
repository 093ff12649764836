using System.Runtime.InteropServices;
using System.Text;
using SQLitePCL;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>
/// Binds values to a statement by SQLite's own functions, without the change of the collector's mode around each call and without
/// SQLite's copy of each text: of millions of rows with a dozen values, that was most of the time that writing them took.
/// </summary>
/// <remarks>Texts lie in pinned memory that is kept as long as the statement, so whatever a statement is still bound to is there.</remarks>
internal sealed class SqliteBinding(sqlite3_stmt statement)
{
    private const string Library = "e_sqlite3";
    private const int ChunkSize = 1 << 16;

    private readonly nint handle = statement.DangerousGetHandle();
    private readonly List<byte[]> chunks = [GC.AllocateUninitializedArray<byte>(ChunkSize, pinned: true)];
    private int chunk;
    private int used;

    /// <summary>The texts bound so far are no longer needed.</summary>
    public void Forget() => (chunk, used) = (0, 0);

    public int Long(int index, long value) => BindLong(handle, index, value);

    public int Null(int index) => BindNull(handle, index);

    public int Text(int index, string value)
    {
        var most = Encoding.UTF8.GetMaxByteCount(value.Length);
        if (chunks[chunk].Length - used < most)
        {
            NextChunk(most);
        }

        var buffer = chunks[chunk];
        var length = Encoding.UTF8.GetBytes(value, buffer.AsSpan(used));
        var result = BindText(handle, index, Marshal.UnsafeAddrOfPinnedArrayElement(buffer, used), length, 0);
        used += Math.Max(length, 1); // never behind the end of the array, even where the text is empty
        return result;
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

    // The three do not wait, call back or run longer than it takes to store a value: what SuppressGCTransition asks for.
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_bind_int64")]
    private static extern int BindLong(nint statement, int index, long value);

    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_bind_null")]
    private static extern int BindNull(nint statement, int index);

    /// <param name="statement">Of SQLite.</param>
    /// <param name="index">From 1.</param>
    /// <param name="text">UTF-8.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="destructor">0: the text stays where it is, SQLite makes no copy.</param>
    [SuppressGCTransition]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories | DllImportSearchPath.AssemblyDirectory)]
    [DllImport(Library, EntryPoint = "sqlite3_bind_text")]
    private static extern int BindText(nint statement, int index, nint text, int length, nint destructor);
}
