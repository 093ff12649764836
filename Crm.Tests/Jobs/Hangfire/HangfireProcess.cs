using Crm.Plugin.Jobs;
using Crm.Plugin.Jobs.Hangfire;
using Crm.Plugin.Shell;
using Hangfire;
using Hangfire.Common;
using Hangfire.States;
using Hangfire.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Crm.Tests.Jobs.Hangfire;

/// <summary>What a process of the plugin is to Hangfire: its own names, workers and services over a storage that others share.</summary>
internal sealed class HangfireProcess : IAsyncDisposable
{
    private readonly IHost host;

    private HangfireProcess(IHost host) => this.host = host;

    public IServiceProvider Services => host.Services;

    public IJobScheduler Scheduler => host.Services.GetRequiredService<IJobScheduler>();

    public IJobFilterProvider Rules => host.Services.GetRequiredService<IJobFilterProvider>();

    public IJobBoard Board => host.Services.GetRequiredService<IJobBoard>();

    public static async Task<HangfireProcess> StartAsync(JobStorage storage, bool runJobs = true, TimeProvider? clock = null)
    {
        var host = Host.CreateDefaultBuilder().ConfigureLogging(l => l.ClearProviders())
            .ConfigureServices(s => s.AddSingleton(new CrmPluginOptions { DataFolder = "-", RunJobs = runJobs }).AddSingleton(clock ?? TimeProvider.System).AddSingleton(storage).AddJobs())
            .Build();
        await host.StartAsync();
        return new(host);
    }

    /// <summary>State of the run that was created last.</summary>
    public static string? StateOf(JobStorage storage, string kind, string name)
    {
        using var connection = storage.GetConnection();
        return JobTrail.LastIdOf(connection, kind, name) is { } id ? connection.GetStateData(id)?.Name : null;
    }

    /// <summary>A run that a process was in when it was killed: its state says that it runs, and nobody holds its lock.</summary>
    public static void LeaveKilledRun(JobStorage storage, string kind, string name)
    {
        var id = new BackgroundJobClient(storage).Create(HangfireRun.Of(kind, name), new EnqueuedState("nobody"));
        using var connection = storage.GetConnection();
        JobTrail.Created(connection, kind, name, id);
        using var transaction = connection.CreateWriteTransaction();
        transaction.SetJobState(id, (IState)Activator.CreateInstance(typeof(ProcessingState), System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Instance, null, ["gone:1", "1"], null)!);
        transaction.Commit();
    }

    public Task StopAsync() => host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        await host.StopAsync();
        host.Dispose();
    }
}
