using System.Text.Json;
using Crm.Plugin.Features.Mail.Letters;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Mail;

/// <summary>A file as a record names it.</summary>
/// <param name="Name">For people.</param>
/// <param name="Type">Content type.</param>
/// <param name="Size">Bytes.</param>
/// <param name="File">Below the mail folder; null where the bytes are part of a raw letter.</param>
public sealed record MailFile(string Name, string Type, long Size, string? File);

/// <summary>Attachments and raw letters, beside the database in the data folder.</summary>
internal sealed class MailFiles(CrmPluginOptions options)
{
    /// <summary>All files of one letter together.</summary>
    public const long MostBytes = 20 << 20;

    /// <summary>Folder of letters in a data folder.</summary>
    public static string FolderOf(CrmPluginOptions options) => Path.Combine(options.DataFolder, "mail");

    private string Folder => FolderOf(options);

    public static string? Write(IReadOnlyList<MailFile> files) => files.Count == 0 ? null : JsonSerializer.Serialize(files);

    public static IReadOnlyList<MailFile> List(string? json) => json is null ? [] : JsonSerializer.Deserialize<List<MailFile>>(json)!;

    /// <summary>Keeps a file under a name that nobody chose.</summary>
    /// <returns>Its path below the mail folder.</returns>
    public async Task<string> KeepAsync(string kind, DateTimeOffset now, ReadOnlyMemory<byte> content, CancellationToken cancellation)
    {
        var name = Path.Combine(kind, now.ToString("yyyyMM", System.Globalization.CultureInfo.InvariantCulture), $"{Guid.CreateVersion7(now):N}");
        var path = Path.Combine(Folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        await File.WriteAllBytesAsync(path + ".part", content, cancellation);
        File.Move(path + ".part", path);
        return name;
    }

    public Task<byte[]> ReadFileAsync(string name, CancellationToken cancellation)
    {
        var path = Path.GetFullPath(Path.Combine(Folder, name));
        return path.StartsWith(Path.GetFullPath(Folder) + Path.DirectorySeparatorChar, StringComparison.Ordinal) ? File.ReadAllBytesAsync(path, cancellation) : throw new FileNotFoundException("Outside the mail folder.");
    }

    public void Delete(string name)
    {
        var path = Path.Combine(Folder, name);
        if (File.Exists(path))
        {
            File.Delete(path);
        }
    }

    /// <summary>The files of an outgoing letter.</summary>
    /// <exception cref="MailException">mail.file-lost: the data folder no longer has one.</exception>
    public async Task<IReadOnlyList<OutgoingFile>> ReadAsync(string? json, CancellationToken cancellation)
    {
        var files = new List<OutgoingFile>();
        foreach (var file in List(json).Where(f => f.File is not null))
        {
            try
            {
                files.Add(new(file.Name, file.Type, await ReadFileAsync(file.File!, cancellation)));
            }
            catch (Exception failure) when (failure is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new MailException("mail.file-lost", true, failure);
            }
        }

        return files;
    }
}
