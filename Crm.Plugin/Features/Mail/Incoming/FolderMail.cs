namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>A watched folder: .eml files that are moved to <c>done</c> once they are taken in, or a maildir whose <c>new</c> goes to <c>cur</c>.</summary>
internal sealed class FolderMail(MailIntake intake, TimeProvider clock)
{
    private const int MostAtOnce = 500;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);

    public async Task<int> RunAsync(MailAccount account, CancellationToken cancellation)
    {
        var (letters, isMaildir, to) = Letters(account);
        Directory.CreateDirectory(to);
        var count = 0;
        foreach (var file in letters.OrderBy(f => f.Name, StringComparer.Ordinal).Take(MostAtOnce))
        {
            // A maildir's letters are whole when they appear; another program may still be writing a file.
            if (!isMaildir && clock.GetUtcNow() - file.LastWriteTimeUtc < Settled)
            {
                continue;
            }

            if (file.Length > MailIntake.MostBytes)
            {
                await intake.TakeAsync(account, new byte[MailIntake.MostBytes + 1], cancellation);
            }
            else
            {
                await intake.TakeAsync(account, await File.ReadAllBytesAsync(file.FullName, cancellation), cancellation);
            }

            // Killed before this, the letter is known when it comes again.
            file.MoveTo(Path.Combine(to, isMaildir ? $"{file.Name}:2,S" : file.Name), overwrite: true);
            count++;
        }

        return count;
    }

    /// <summary>What lies there to be read.</summary>
    /// <exception cref="MailException">mail.folder-missing.</exception>
    public static (IReadOnlyList<FileInfo> Files, bool IsMaildir, string Done) Letters(MailAccount account)
    {
        var folder = account.InFolder!;
        if (!Directory.Exists(folder))
        {
            throw new MailException("mail.folder-missing", false);
        }

        var isMaildir = Directory.Exists(Path.Combine(folder, "new")) && Directory.Exists(Path.Combine(folder, "cur"));
        var (from, done) = isMaildir ? (Path.Combine(folder, "new"), Path.Combine(folder, "cur")) : (folder, Path.Combine(folder, "done"));
        return ([.. new DirectoryInfo(from).EnumerateFiles(isMaildir ? "*" : "*.eml")], isMaildir, done);
    }
}
