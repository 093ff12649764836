using Hangfire;
using Hangfire.Common;

namespace Crm.Plugin.Jobs.Hangfire;

/// <summary>All that Hangfire keeps of a job: its kind and its name. The work is looked up in the process that runs it.</summary>
/// <remarks>Name of type and method are stored; a job that was enqueued by one version of the plugin is run by the next.</remarks>
internal sealed partial class HangfireRun(IServiceProvider services, JobRegister register, ILogger<HangfireRun> log)
{
    /// <summary>The call that is stored.</summary>
    public static Job Of(string kind, string name) => Job.FromExpression<HangfireRun>(run => run.RunAsync(kind, name, CancellationToken.None));

    /// <summary>Reads <see cref="Of"/>.</summary>
    public static (string Kind, string Name) KeyOf(Job job) => ((string)job.Args[0], (string)job.Args[1]);

    /// <summary>Hangfire gives each run a service scope, and cancels it when the process stops or an administrator deletes the job.</summary>
    [JobDisplayName("{1}")]
    public async Task RunAsync(string kind, string name, CancellationToken cancellation)
    {
        try
        {
            await register.Get(kind, name)(services, cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LogFailure(log, exception, name);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Name} failed; its next run repairs it")]
    private static partial void LogFailure(ILogger logger, Exception exception, string name);
}
