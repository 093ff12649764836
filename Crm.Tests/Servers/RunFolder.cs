using System.Runtime.CompilerServices;

namespace Crm.Tests.Servers;

/// <summary>Where the run keeps what it throws away: databases, data folders, mailboxes.</summary>
/// <remarks>
/// In memory where there is plenty: a copied PostgreSQL database is a thousand small files, and a disk's file system took more processor
/// time to make and remove them than the tests took. A <c>TMPDIR</c> that is set already stands, so the disk can be asked for.
/// </remarks>
internal static class RunFolder
{
    private const string Memory = "/dev/shm";
    private const long Plenty = 4L << 30;

    [ModuleInitializer]
    internal static void Choose()
    {
        if (Environment.GetEnvironmentVariable("TMPDIR") is null && Directory.Exists(Memory)
            && new DriveInfo(Memory).AvailableFreeSpace >= Plenty && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >= 2 * Plenty)
        {
            Environment.SetEnvironmentVariable("TMPDIR", Memory); // the servers and child processes inherit it
        }
    }
}
