using System.Runtime.InteropServices;

namespace Crm.Plugin.Storage;

/// <summary>The process's memory beside the collector's: the databases' caches and sorts lie in the C library's heap. Of the libraries only glibc has what is asked for here.</summary>
internal static class ProcessMemory
{
    private const int ArenaMax = -8; // M_ARENA_MAX of malloc.h
    private const int Arenas = 2;

    /// <summary>Keeps the C library from a heap for each thread: what one freed no other can use, and a first read, whose threads take turns, would hold everything several times.</summary>
    public static void Share()
    {
        if (TryFind<Option>("mallopt") is { } option)
        {
            option(ArenaMax, Arenas);
        }
    }

    /// <summary>Gives back to the system what work that is done once took; by themselves the collector and the C library would keep it for hours.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        TryFind<Trim>("malloc_trim")?.Invoke(0);
    }

    private static TCall? TryFind<TCall>(string name)
        where TCall : Delegate =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, name, out var address)
            ? Marshal.GetDelegateForFunctionPointer<TCall>(address)
            : null;

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Trim(nuint kept);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int Option(int name, int value);
}
