using System.Security.Cryptography;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Files of interactions. Their bytes lie in the data folder under their hash, so that one sent twice lies there once.</summary>
internal sealed class InteractionFiles(CrmDbContext database, CurrentUser user, AuditLog audit, CrmPluginOptions options, TimeProvider clock)
{
    private const int Most = 50;

    public Task<List<InteractionFile>> ReadAsync(long interactionId, CancellationToken cancellation) =>
        database.Set<InteractionFile>().Where(f => f.InteractionId == interactionId && f.RemovedAt == null).OrderBy(f => f.Id).Take(Most).ToListAsync(cancellation);

    /// <summary>Folder of the files in a data folder.</summary>
    public static string FolderOf(CrmPluginOptions options) => Path.Combine(options.DataFolder, "files");

    /// <returns>Why it was refused; empty when it is kept.</returns>
    public async Task<IReadOnlyList<Refusal>> AddAsync(long interactionId, IFormFile sent, CancellationToken cancellation)
    {
        if (sent.Length is 0 or > FileRule.MostBytes)
        {
            return [new("file", sent.Length == 0 ? RefusalTexts.FileEmpty : RefusalTexts.FileTooLarge, FileRule.MostBytes >> 20)];
        }

        if (await database.Set<InteractionFile>().CountAsync(f => f.InteractionId == interactionId && f.RemovedAt == null, cancellation) >= Most)
        {
            return [new("file", RefusalTexts.TooManyFiles, Most)];
        }

        var name = FileRule.NameOf(sent.FileName);
        await using var content = sent.OpenReadStream();
        var head = new byte[(int)Math.Min(sent.Length, FileRule.HeadLength)];
        await content.ReadExactlyAsync(head, cancellation);
        if (FileRule.TypeOf(head, name) is not { } type)
        {
            return [new("file", RefusalTexts.FileType)];
        }

        content.Position = 0;
        var hash = await KeepAsync(content, cancellation);
        var record = new InteractionFile { InteractionId = interactionId, Name = name, Type = type, Size = sent.Length, Hash = hash, AddedBy = user.Id, AddedAt = clock.GetUtcNow() };
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        database.Add(record);
        await database.SaveChangesAsync(cancellation);
        audit.Note(database, "interaction.file-added", "interaction", InteractionAudit.Id(interactionId), InteractionAudit.Change("file", null, name));
        await database.SaveChangesAsync(cancellation);
        await InteractionWords.AddAsync(database, interactionId, [name], cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    /// <summary>Takes a file off; whoever must, still finds it by the audit log.</summary>
    public async Task RemoveAsync(long interactionId, long id, CancellationToken cancellation)
    {
        DateTimeOffset? now = clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var name = await database.Set<InteractionFile>().Where(f => f.Id == id && f.InteractionId == interactionId).Select(f => f.Name).FirstOrDefaultAsync(cancellation);
        if (await database.Set<InteractionFile>().Where(f => f.Id == id && f.InteractionId == interactionId && f.RemovedAt == null).ExecuteUpdateAsync(f => f.SetProperty(x => x.RemovedAt, now), cancellation) > 0)
        {
            audit.Note(database, "interaction.file-removed", "interaction", InteractionAudit.Id(interactionId), InteractionAudit.Change("file", name, null));
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }

    /// <summary>A file and where its bytes lie; null when there is none.</summary>
    public async Task<(InteractionFile Record, string Path)?> FindAsync(long interactionId, long id, CancellationToken cancellation) =>
        await database.Set<InteractionFile>().FirstOrDefaultAsync(f => f.Id == id && f.InteractionId == interactionId && f.RemovedAt == null, cancellation) is { } record
            && PathOf(record.Hash) is var path && File.Exists(path) ? (record, path) : null;

    private string PathOf(string hash) => Path.Combine(FolderOf(options), hash[..2], hash);

    private async Task<string> KeepAsync(Stream content, CancellationToken cancellation)
    {
        var folder = Directory.CreateDirectory(FolderOf(options)).FullName;
        var fresh = Path.Combine(folder, Path.GetRandomFileName() + ".new");
        try
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            await using (var file = new FileStream(fresh, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                var buffer = new byte[81_920];
                for (int read; (read = await content.ReadAsync(buffer, cancellation)) > 0;)
                {
                    hash.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                }

                file.Flush(flushToDisk: true); // before the database says that it is there
            }

            var name = Convert.ToHexStringLower(hash.GetHashAndReset());
            Directory.CreateDirectory(Path.GetDirectoryName(PathOf(name))!);
            File.Move(fresh, PathOf(name), overwrite: true);
            return name;
        }
        finally
        {
            File.Delete(fresh);
        }
    }
}
