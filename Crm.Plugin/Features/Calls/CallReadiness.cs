using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Calls;

/// <summary>
/// Goes once through what a ringing telephone will ask, a moment after the start: the first caller of the day would otherwise wait
/// for the compilation of the queries and see no name for a second. Nothing is written: the call reported ended was never there.
/// </summary>
internal sealed partial class CallReadiness(IServiceScopeFactory scopes, TimeProvider clock, ILogger<CallReadiness> log) : BackgroundService
{
    private static readonly TimeSpan AfterStart = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Delay(AfterStart, clock, stoppingToken);
        try
        {
            await RehearseAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // A real call will tell whoever must know; the rehearsal stops no start.
            Failed(log, failure);
        }
    }

    internal async Task RehearseAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = CurrentUser.System;
        await scope.ServiceProvider.GetRequiredService<CallLog>().RecordAsync(new() { CallId = Guid.NewGuid().ToString("N"), Event = CallMoment.Ended }, cancellation);
        await scope.ServiceProvider.GetRequiredService<CallDesk>().OpenAsync(cancellation);
        await scope.ServiceProvider.GetRequiredService<CallerLookup>().FindAsync("0000000", cancellation);
        await scope.ServiceProvider.GetRequiredService<CallerPasts>().ReadAsync(0, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The way of a call could not be rehearsed.")]
    private static partial void Failed(ILogger logger, Exception failure);
}
