using Crm.Contracts;
using Microsoft.Win32.SafeHandles;

namespace Crm.Connector.Hosts.Files;

/// <summary>One opened file: the same bytes until it is closed, also when an export puts a new file in its place.</summary>
internal sealed class DataFile : IDisposable
{
    /// <summary>A file changed less long ago may be in the middle of an export.</summary>
    public static readonly TimeSpan Settling = TimeSpan.FromSeconds(5);

    /// <summary>A file system may stamp two changes within this time alike.</summary>
    private static readonly TimeSpan StampGrain = TimeSpan.FromSeconds(2);

    private const int HeadBytes = 256 * 1024;

    private DataFile(SafeFileHandle handle, FileSchema schema, FilesOptions options)
    {
        Handle = handle;
        Schema = schema;
        Options = options;
        var age = options.Clock.GetUtcNow().UtcDateTime - File.GetLastWriteTimeUtc(handle);
        IsYoung = age < Settling && age > -TimeSpan.FromMinutes(1); // further in the future: two clocks disagree, and age says nothing
        Stamp = StampNow(age);
        var head = new byte[Math.Min(HeadBytes, Stamp.Length)];
        var read = EncodingProbe.ReadFully(handle, head, 0);
        if (read == 0 && IsYoung)
            throw BeingWritten(schema);
        Layout = FileLayout.Read(schema, options, head.AsSpan(0, read), read == Stamp.Length, () => EncodingProbe.Vote(handle, Stamp.Length));
    }

    public SafeFileHandle Handle { get; }

    public FileSchema Schema { get; }

    public FilesOptions Options { get; }

    public FileLayout Layout { get; }

    public string Name => Schema.FileName;

    /// <summary>Taken before the first byte is read.</summary>
    public FileStamp Stamp { get; }

    /// <summary>Written a moment ago: its end may be missing.</summary>
    public bool IsYoung { get; }

    public static DataFile Open(FileSchema schema, FilesOptions options)
    {
        var path = Locate(schema, options) ?? throw new HostException(HostFailure.Unavailable, "files.missing-file",
            $"{schema.FileName} is not in the folder at present.");
        var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.SequentialScan);
        try
        {
            return new(handle, schema, options);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>Path of an entity's file, letter case of its name regardless; null when there is none.</summary>
    public static string? Locate(FileSchema schema, FilesOptions options)
    {
        var exact = Path.Combine(options.Folder, schema.FileName);
        if (File.Exists(exact) || !Directory.Exists(options.Folder))
            return File.Exists(exact) ? exact : null;
        return Directory.EnumerateFiles(options.Folder, "*.*")
            .Where(p => string.Equals(Path.GetFileName(p), schema.FileName, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal).FirstOrDefault();
    }

    public static HostException BeingWritten(FileSchema schema) => new(HostFailure.Unavailable, "files.being-written",
        $"{schema.FileName} is being written at present; it is read when the export has ended.", Settling);

    /// <summary>Fails when the bytes changed under the read.</summary>
    public void RequireUnchanged()
    {
        if (RandomAccess.GetLength(Handle) != Stamp.Length || File.GetLastWriteTimeUtc(Handle).Ticks != Stamp.ModifiedTicks)
        {
            throw Changed(Schema);
        }
    }

    public static HostException Changed(FileSchema schema) => new(HostFailure.Unavailable, "files.changed-while-reading",
        $"{schema.FileName} was changed while it was read; it is read again.");

    public void Dispose() => Handle.Dispose();

    private FileStamp StampNow(TimeSpan age) =>
        new(RandomAccess.GetLength(Handle), File.GetLastWriteTimeUtc(Handle).Ticks, age >= StampGrain);
}

/// <summary>By what an unchanged file is known without reading it.</summary>
/// <param name="Length">Bytes.</param>
/// <param name="ModifiedTicks">Last change, UTC.</param>
/// <param name="IsSettled">False when the last change was so fresh that another one may carry the same time.</param>
internal readonly record struct FileStamp(long Length, long ModifiedTicks, bool IsSettled)
{
    public bool IsSameAs(FileStamp later) => IsSettled && Length == later.Length && ModifiedTicks == later.ModifiedTicks;
}
