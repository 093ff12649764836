using Crm.Plugin.Jobs;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Deletes bytes that no record names any more: of interactions that were purged with their ERP, and of uploads that broke off.</summary>
internal sealed class FileSweep(IJobScheduler scheduler) : IHostedService
{
    // An upload is on the disk before its record is in the database.
    private static readonly TimeSpan Young = TimeSpan.FromDays(1);

    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "attachments",
        JobTimes.At("0 40 3 * * ?"),
        (services, cancellation) => RunAsync(
            services.GetRequiredService<CrmDbContext>(), services.GetRequiredService<CrmPluginOptions>(), services.GetRequiredService<TimeProvider>(), cancellation),
        cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <returns>How many files were deleted.</returns>
    public static async Task<int> RunAsync(CrmDbContext database, CrmPluginOptions options, TimeProvider clock, CancellationToken cancellation)
    {
        var folder = InteractionFiles.FolderOf(options);
        var count = 0;
        foreach (var files in Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Chunk(500) : [])
        {
            var names = files.Select(f => Path.GetFileName(f)).ToList();
            var known = await database.Set<InteractionFile>().Where(f => names.Contains(f.Hash)).Select(f => f.Hash).ToHashSetAsync(cancellation);
            foreach (var file in files.Where(f => !known.Contains(Path.GetFileName(f)) && File.GetLastWriteTimeUtc(f) < (clock.GetUtcNow() - Young).UtcDateTime))
            {
                File.Delete(file);
                count++;
            }
        }

        return count;
    }
}
