using Crm.Plugin.Security;

namespace Crm.Plugin.Shell;

/// <summary>Goes once through what somebody may soon ask, who would otherwise wait for its queries to be compiled. Writes nothing.</summary>
internal interface IRehearsal
{
    /// <param name="services">A scope of the system's own.</param>
    /// <param name="cancellation">Cancels.</param>
    Task RehearseAsync(IServiceProvider services, CancellationToken cancellation);
}

/// <summary>Rehearses a moment after the start, when the first page is out.</summary>
internal sealed partial class Readiness(IServiceScopeFactory scopes, IEnumerable<IRehearsal> rehearsals, TimeProvider clock, ILogger<Readiness> log) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // A start that fails ends this too; an exception for that would be told as a crash beside the real reason.
        await Task.Delay(AfterStart, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (stoppingToken.IsCancellationRequested)
        {
            return;
        }

        foreach (var rehearsal in rehearsals)
        {
            try
            {
                await RehearseAsync(scopes, rehearsal, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // Who asks in earnest will be told; a rehearsal stops no start.
                Failed(log, rehearsal.GetType().Name, failure);
            }
        }
    }

    /// <summary>Goes through one in a scope of the system's own.</summary>
    public static async Task RehearseAsync(IServiceScopeFactory scopes, IRehearsal rehearsal, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        await rehearsal.RehearseAsync(scope.ServiceProvider, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "{Rehearsal} broke off.")]
    private static partial void Failed(ILogger logger, string rehearsal, Exception failure);
}
