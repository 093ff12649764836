using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calls;

/// <summary>What a ringing telephone asks: the first caller of the day would wait and see no name for a second. The call reported ended was never there.</summary>
internal sealed class CallRehearsal : IRehearsal
{
    public async Task RehearseAsync(IServiceProvider services, CancellationToken cancellation)
    {
        await services.GetRequiredService<CallLog>().RecordAsync(new() { CallId = Guid.NewGuid().ToString("N"), Event = CallMoment.Ended }, cancellation);
        await services.GetRequiredService<CallDesk>().OpenAsync(cancellation);
        await services.GetRequiredService<CallerLookup>().FindAsync("0000000", cancellation);
        await services.GetRequiredService<CallerPasts>().ReadAsync(0, null, null, cancellation);
    }
}
