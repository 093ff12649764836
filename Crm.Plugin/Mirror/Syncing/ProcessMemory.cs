using System.Runtime.InteropServices;

namespace Crm.Plugin.Mirror.Syncing;

/// <summary>The process's memory after work that is done once.</summary>
internal static class ProcessMemory
{
    /// <summary>Gives back to the system what a first read took; by themselves the collector and the C library would keep it for hours.</summary>
    public static void GiveBack()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        // The database's own caches lie in the C library's heap; of the libraries only glibc keeps what was freed and has a call for it.
        if (OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out var library) && NativeLibrary.TryGetExport(library, "malloc_trim", out var trim))
        {
            Marshal.GetDelegateForFunctionPointer<MallocTrim>(trim)(0);
        }
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int MallocTrim(nuint kept);
}
