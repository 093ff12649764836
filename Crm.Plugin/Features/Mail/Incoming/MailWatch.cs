using Crm.Plugin.Features.Mail.Servers;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>
/// Listens to every mailbox whose server tells of new letters by itself (IDLE), so that they come at once and not with the next turn. The
/// turns go on, rarer: they find what nobody listened to.
/// </summary>
internal sealed partial class MailWatch(IServiceScopeFactory scopes, MailTrust trust, MailWatches watches, TimeProvider clock, ILogger<MailWatch> log) : BackgroundService
{
    private const int MostAccounts = 100;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Again = TimeSpan.FromMinutes(1);

    /// <summary>RFC 2177: servers may end a wait of half an hour.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(25);

    private readonly Dictionary<Place, (CancellationTokenSource Stop, Task Run)> open = [];

    /// <summary>What a conversation depends on: another one begins when any of it is changed.</summary>
    private sealed record Place(long Account, string? Host, int Port, MailSecurity Security, string? User, string? Secret, string? Folder);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await RenewAsync(stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    LogNotRenewed(log, failure); // the database may be away for a moment
                }

                await Task.Delay(Look, clock, stoppingToken);
            }
        }
        finally
        {
            await EndAsync([.. open.Keys]);
        }
    }

    private async Task RenewAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        var accounts = await scope.ServiceProvider.GetRequiredService<CrmDbContext>().Set<MailAccount>()
            .Where(a => a.IsActive && a.BegunAt != null && a.Source == MailSource.Imap).OrderBy(a => a.Id).Take(MostAccounts).ToListAsync(cancellation);
        var wanted = accounts.ToDictionary(a => new Place(a.Id, a.InHost, a.InPort, a.InSecurity, a.InUser, a.InSecret, a.InFolder));
        await EndAsync([.. open.Keys.Where(k => !wanted.ContainsKey(k))]);
        foreach (var (place, account) in wanted.Where(w => !open.ContainsKey(w.Key)))
        {
            var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            open[place] = (stop, ListenAsync(account, stop.Token));
        }
    }

    private async Task EndAsync(IReadOnlyList<Place> places)
    {
        foreach (var place in places)
        {
            open.Remove(place, out var ended);
            await ended.Stop.CancelAsync();
            await ended.Run;
            ended.Stop.Dispose();
        }
    }

    private async Task ListenAsync(MailAccount account, CancellationToken cancellation)
    {
        try
        {
            while (await ConverseAsync(account, cancellation))
            {
                await Task.Delay(Again, clock, cancellation);
            }
        }
        catch (OperationCanceledException)
        {
            // The account was changed, or the plugin stops.
        }
    }

    /// <returns>Whether to try again: false where the server tells nothing by itself.</returns>
    private async Task<bool> ConverseAsync(MailAccount account, CancellationToken cancellation)
    {
        try
        {
            await using var session = await OpenAsync(account, cancellation);
            if (!session.CanIdle)
            {
                return false;
            }

            await session.ExamineAsync(account.InFolder ?? "INBOX", cancellation);
            watches.Begin(account.Id);
            for (var isNew = true; ; isNew = await session.IdleAsync(Longest, cancellation))
            {
                if (isNew)
                {
                    await FetchAsync(account.Id, cancellation);
                }
            }
        }
        catch (Exception failure) when (!cancellation.IsCancellationRequested)
        {
            // The turns tell administrators what is wrong with an account; here it only means another try.
            LogEnded(log, account.Id, failure is MailException mail ? mail.Code : failure.GetType().Name);
            return true;
        }
        finally
        {
            watches.End(account.Id);
        }
    }

    private async Task<ImapSession> OpenAsync(MailAccount account, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await ImapSession.OpenAsync(scope.ServiceProvider.GetRequiredService<MailAccounts>().Incoming(account), trust, clock, cancellation);
    }

    private async Task FetchAsync(long account, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<MailFetcher>().RunAsync(account, cancellation);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Nobody listens to the mailbox of account {Account} for a minute: {Reason}")]
    private static partial void LogEnded(ILogger logger, long account, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Mail accounts could not be looked up; the next look tries again")]
    private static partial void LogNotRenewed(ILogger logger, Exception failure);
}
