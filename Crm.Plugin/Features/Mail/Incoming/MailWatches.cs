using System.Collections.Concurrent;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>Which accounts this process listens to.</summary>
internal sealed class MailWatches
{
    private readonly ConcurrentDictionary<long, bool> heard = new();

    public bool Hears(long account) => heard.ContainsKey(account);

    public void Begin(long account) => heard[account] = true;

    public void End(long account) => heard.TryRemove(account, out _);
}
