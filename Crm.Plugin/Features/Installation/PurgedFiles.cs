using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Bytes in the data folder that hang on one ERP's counterparties: raw letters, files of letters and of contacts.</summary>
internal sealed class PurgedFiles(CrmDbContext database, CrmPluginOptions options)
{
    private readonly string letters = MailFiles.FolderOf(options);
    private readonly string contacts = InteractionFiles.FolderOf(options);

    /// <summary>Names that the records of an ERP have; asked before these go.</summary>
    public async Task<(IReadOnlyCollection<string> Mail, IReadOnlyCollection<string> Contacts)> NamesAsync(int connectionId, CancellationToken cancellation)
    {
        var counterparties = database.Set<CounterpartyRecord>().Where(c => c.ConnectionId == connectionId).Select(c => c.Id);
        var raw = await database.Set<MailIn>().Where(m => m.File != null && m.CounterpartyId != null && counterparties.Contains(m.CounterpartyId.Value)).Select(m => m.File!).ToListAsync(cancellation);
        var sent = await database.Set<MailOut>().Where(m => m.Attachments != null && m.CounterpartyId != null && counterparties.Contains(m.CounterpartyId.Value)).Select(m => m.Attachments!).Distinct().ToListAsync(cancellation);
        var hashes = await (from f in database.Set<InteractionFile>()
                            join i in database.Set<Interaction>() on f.InteractionId equals i.Id
                            where counterparties.Contains(i.CounterpartyId)
                            select f.Hash).Distinct().ToListAsync(cancellation);
        return ([.. raw, .. Names(sent)], hashes);
    }

    /// <summary>Deletes those that no record names any more: one letter to many has its files once.</summary>
    public async Task DeleteAsync(IReadOnlyCollection<string> mail, IReadOnlyCollection<string> files, CancellationToken cancellation)
    {
        if (mail.Count > 0)
        {
            var left = Names(await database.Set<MailOut>().Where(m => m.Attachments != null).Select(m => m.Attachments!).Distinct().ToListAsync(cancellation)).ToHashSet(StringComparer.Ordinal);
            foreach (var name in mail.Where(n => !left.Contains(n)))
            {
                File.Delete(Path.Combine(letters, name));
            }
        }

        var hashes = files.ToHashSet(StringComparer.Ordinal);
        foreach (var found in hashes.Count > 0 && Directory.Exists(contacts) ? Directory.EnumerateFiles(contacts, "*", SearchOption.AllDirectories).Where(f => hashes.Contains(Path.GetFileName(f))).Chunk(500) : [])
        {
            var names = found.Select(f => Path.GetFileName(f)).ToList();
            var left = await database.Set<InteractionFile>().Where(f => names.Contains(f.Hash)).Select(f => f.Hash).ToHashSetAsync(cancellation);
            foreach (var file in found.Where(f => !left.Contains(Path.GetFileName(f))))
            {
                File.Delete(file);
            }
        }
    }

    /// <summary>With the last ERP nothing is left that could name a file.</summary>
    public void DeleteAll()
    {
        foreach (var folder in ((string[])[letters, contacts]).Where(Directory.Exists))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static IEnumerable<string> Names(IEnumerable<string> attachments) => attachments.SelectMany(MailFiles.List).Select(f => f.File).OfType<string>();
}
