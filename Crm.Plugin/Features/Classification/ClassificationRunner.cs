using System.Collections.Concurrent;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Classification;

/// <summary>
/// Fills runs that were begun on a screen, so that no request waits for them. Nothing lives here but the work itself: progress and
/// outcome are in the run's own row, so any node shows and cancels what another fills.
/// </summary>
internal sealed partial class ClassificationRunner(ClassificationService service, ClassificationRuns runs, ClassificationApproval approval, TimeProvider clock, ILogger<ClassificationRunner> logger) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<long, Task> working = new();
    private readonly CancellationTokenSource stopping = new();

    /// <summary>Starts filling and returns at once.</summary>
    public void Start(ClassificationRun run, CurrentUser author) => working[run.Id] = Task.Run(() => FillAsync(run, author));

    /// <summary>Puts a claimed draft into force. Small ones are done when this returns; a large one goes on, and its page says so.</summary>
    public async Task ApproveAsync(long runId, CurrentUser user)
    {
        var task = working[runId] = Task.Run(() => ApproveInBackgroundAsync(runId, user));
        await Task.WhenAny(task, Task.Delay(TimeSpan.FromSeconds(2), clock));
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Runs under way are dropped: their author begins them again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync();
        await Task.WhenAll(working.Values);
    }

    public void Dispose() => stopping.Dispose();

    private async Task FillAsync(ClassificationRun run, CurrentUser author)
    {
        try
        {
            await service.CompleteAsync(run, author, null, stopping.Token);
        }
        catch (ClassificationRefusedException refused)
        {
            await runs.FailAsync(run.Id, refused.Problems, CancellationToken.None);
            await runs.DropAsync(run.Id, CancellationToken.None);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await runs.DropAsync(run.Id, CancellationToken.None);
        }
        catch (Exception failure)
        {
            Failed(logger, failure, run.Id);
            await runs.FailAsync(run.Id, [ClassificationProblem.Of("classification.failed", "The run failed; the log of the server says why.")], CancellationToken.None);
        }
        finally
        {
            working.TryRemove(run.Id, out _);
        }
    }

    private async Task ApproveInBackgroundAsync(long runId, CurrentUser user)
    {
        try
        {
            await approval.CompleteAsync(runId, user, stopping.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return; // it is a draft again
        }
        catch (Exception failure)
        {
            Failed(logger, failure, runId);
        }
        finally
        {
            working.TryRemove(runId, out _);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Classification run {RunId} failed.")]
    private static partial void Failed(ILogger logger, Exception failure, long runId);
}
