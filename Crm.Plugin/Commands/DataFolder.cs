using Crm.Plugin.Storage;

namespace Crm.Plugin.Commands;

/// <summary>The folder that holds the embedded database, the keys and attachments.</summary>
internal static class DataFolder
{
    /// <summary>What was asked for, else CRM_DATA, else the user's own data folder; always a full path.</summary>
    public static string Choose(string? asked, Terminal terminal)
    {
        if ((asked ?? terminal.Variable("CRM_DATA")) is { Length: > 0 } folder)
        {
            return Path.GetFullPath(folder);
        }

        var home = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
        return home.Length > 0
            ? Path.Combine(home, "crm-plugin")
            : throw new CommandFailure("crm.no-data-folder", "This account has no home folder: say where the data go with --data DIR.");
    }

    /// <summary>Makes the folder, for its owner alone, and proves that it can be written.</summary>
    /// <exception cref="CommandFailure">It cannot be.</exception>
    public static void Open(string folder)
    {
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            Probe(folder);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw new CommandFailure("crm.data-folder", Message(folder, exception));
        }
    }

    /// <summary>Whether <see cref="Open"/> would succeed; leaves nothing behind. Null when it would, else why not.</summary>
    public static string? Problem(string folder)
    {
        try
        {
            var existing = folder;
            while (!Directory.Exists(existing))
            {
                if (File.Exists(existing))
                {
                    return $"{existing} is a file";
                }

                existing = Path.GetDirectoryName(existing) ?? throw new DirectoryNotFoundException($"{folder} has no root.");
            }

            Probe(existing);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return exception.Message;
        }
    }

    /// <summary>Free bytes where the folder is or will be; null when the system does not tell.</summary>
    public static long? FreeBytes(string folder)
    {
        try
        {
            return new DriveInfo(OperatingSystem.IsWindows() ? Path.GetPathRoot(folder)! : Existing(folder)).AvailableFreeSpace;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Keeps a second serving process off an embedded database; a shared PostgreSQL needs no such lock.</summary>
    /// <returns>Held until disposed or until the process dies, however it dies.</returns>
    public static IDisposable? Lock(string folder, DatabaseKind kind)
    {
        if (kind != DatabaseKind.Sqlite)
        {
            return null;
        }

        try
        {
            return new FileStream(Path.Combine(folder, "serve.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException)
        {
            throw new CommandFailure(
                "crm.data-folder-busy", $"Another crm serves the data folder {folder} already: stop it, or give this one a folder of its own with --data DIR.");
        }
    }

    private static string Existing(string folder) => Directory.Exists(folder) ? folder : Existing(Path.GetDirectoryName(folder) ?? "/");

    private static void Probe(string folder)
    {
        using var probe = new FileStream(
            Path.Combine(folder, $".write-test-{Environment.ProcessId}"), FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        probe.WriteByte(1);
    }

    private static string Message(string folder, Exception exception) => File.Exists(folder)
        ? $"The data folder {folder} is a file: name a folder with --data DIR."
        : $"The data folder {folder} cannot be written ({exception.Message.ReplaceLineEndings(" ")}): mend its rights or name another with --data DIR.";
}
