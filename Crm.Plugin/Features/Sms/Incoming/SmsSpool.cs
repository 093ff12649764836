using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Sms.Incoming;

/// <summary>
/// Takes messages out of the folder that a modem's program fills. A file is claimed by moving it to <c>work</c>, which only one process can;
/// it ends in <c>done</c>, or in <c>bad</c> with the reason beside it. One whose process died is claimed again, and known if it was kept.
/// </summary>
internal sealed partial class SmsSpool(CrmDbContext database, SmsIntake intake, TimeProvider clock, ILogger<SmsSpool> log)
{
    public const string NoSender = "sms.file-unreadable";
    public const string TooBig = "sms.file-too-big";

    private const int MostAtOnce = 500;
    private const int MostBytes = 64 << 10;
    private static readonly TimeSpan Settled = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <returns>How many messages were taken in, repetitions included.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        if (await database.Set<SmsGateway>().Where(g => g.Kind == SmsGatewayKind.Spool).Select(g => g.InFolder).FirstOrDefaultAsync(cancellation) is not { } folder)
        {
            return 0;
        }

        try
        {
            var (work, done, bad) = (Path.Combine(folder, "work"), Path.Combine(folder, "done"), Path.Combine(folder, "bad"));
            foreach (var part in (string[])[work, done, bad])
            {
                Directory.CreateDirectory(part);
            }

            var count = 0;
            foreach (var (file, name) in Files(folder, work))
            {
                count += await OneAsync(file, name, work, done, bad, cancellation);
            }

            return count;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            LogFailed(log, failure); // the files stay; the next turn tries again
            return 0;
        }
    }

    /// <summary>How many files were set aside; 0 where the folder cannot be read.</summary>
    public static int BadFiles(string folder) => Directory.Exists(Path.Combine(folder, "bad")) ? Directory.EnumerateFiles(Path.Combine(folder, "bad"), "*.reason").Take(10_000).Count() : 0;

    private async Task<int> OneAsync(FileInfo file, string name, string work, string done, string bad, CancellationToken cancellation)
    {
        var at = new DateTimeOffset(file.LastWriteTimeUtc);
        var claim = Path.Combine(work, string.Create(CultureInfo.InvariantCulture, $"{Instant.ToMicroseconds(clock.GetUtcNow())}~{name}"));
        try
        {
            File.Move(file.FullName, claim);
        }
        catch (FileNotFoundException)
        {
            return 0; // another process was faster
        }

        var reason = new FileInfo(claim).Length > MostBytes ? TooBig : null;
        var received = reason is null ? SmsInRule.FromFile(name, await File.ReadAllBytesAsync(claim, cancellation)) : null;
        reason ??= received is null ? NoSender : null;
        if (reason is not null)
        {
            // The name of an older file of the same name is kept: nothing that was set aside is written over.
            var aside = Path.Combine(bad, File.Exists(Path.Combine(bad, name)) ? Path.GetFileName(claim) : name);
            await File.WriteAllTextAsync(aside + ".reason", reason + "\n", cancellation);
            File.Move(claim, aside);
            LogBad(log, name, reason);
            return 0;
        }

        await intake.TakeAsync(received!, at, cancellation);
        File.Move(claim, Path.Combine(done, File.Exists(Path.Combine(done, name)) ? Path.GetFileName(claim) : name), overwrite: true);
        return 1;
    }

    /// <summary>New files that are no longer being written, and claimed ones whose process has died.</summary>
    private List<(FileInfo File, string Name)> Files(string folder, string work)
    {
        var now = clock.GetUtcNow();
        var fresh = new DirectoryInfo(folder).EnumerateFiles().Where(f => !f.Name.StartsWith('.') && f.Extension is not (".part" or ".tmp" or ".LOCK") && now - f.LastWriteTimeUtc >= Settled).Select(f => (f, f.Name));
        var left = new DirectoryInfo(work).EnumerateFiles().Select(f => (File: f, Parts: f.Name.Split('~', 2)))
            .Where(f => f.Parts.Length == 2 && long.TryParse(f.Parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var claimed) && now - Instant.FromMicroseconds(claimed) >= Lease)
            .Select(f => (f.File, f.Parts[1]));
        return [.. left.Concat(fresh).Take(MostAtOnce).OrderBy(f => f.Item2, StringComparer.Ordinal)];
    }

    /// <summary>As the system: nobody is signed in when a modem's program writes a file.</summary>
    public static Task<int> RunAsync(IServiceProvider services, CancellationToken cancellation)
    {
        services.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        return services.GetRequiredService<SmsSpool>().RunAsync(cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The folder of received text messages could not be read; the next turn tries again")]
    private static partial void LogFailed(ILogger logger, Exception failure);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The received text message {File} was set aside: {Code}")]
    private static partial void LogBad(ILogger logger, string file, string code);
}
