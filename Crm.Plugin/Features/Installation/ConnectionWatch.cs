using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Installation;

/// <summary>
/// Keeps what follows from the installed connections up to date in a serving process, also when a command in another process has
/// changed them: accounts of ERP users, the ERPs that may frame the screens, open sessions.
/// </summary>
internal sealed partial class ConnectionWatch(
    ConnectionStore connections, HostAccounts accounts, FrameAncestors ancestors, HostPool hosts, SyncProgressFeed feed, TimeProvider clock, ILogger<ConnectionWatch> logger)
    : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);
    private readonly SemaphoreSlim usersWereRead = new(0, 1);
    private HashSet<int> installedBefore = [];

    public override void Dispose()
    {
        usersWereRead.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        feed.Reported += Notice;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await LookAsync(stoppingToken);
                using var turn = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                await Task.WhenAny(usersWereRead.WaitAsync(turn.Token), Task.Delay(Period, clock, turn.Token));
                await turn.CancelAsync();
            }
        }
        finally
        {
            feed.Reported -= Notice;
        }
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        try
        {
            var installed = await connections.ListAsync(withRemoved: false, cancellation);
            ancestors.Value = string.Join(' ', installed.Select(Origin).OfType<string>().Distinct());
            var now = installed.Select(c => c.Id).ToHashSet();
            foreach (var removed in installedBefore.Except(now))
            {
                await hosts.CloseAsync(removed);
            }

            installedBefore = now;
            await accounts.RefreshAsync(cancellation);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            LookFailed(logger, exception); // the next look repairs it
        }
    }

    private static string? Origin(ConnectionRecord connection) =>
        ManifestReader.Parse(connection.Manifest, $"connection {connection.Name}").AddressKind == "url" && Uri.TryCreate(connection.Address, UriKind.Absolute, out var address)
            ? address.GetLeftPart(UriPartial.Authority)
            : null;

    private void Notice(SyncProgress progress)
    {
        if (progress is { Entity: MirrorEntity.HostUsers, Phase: SyncPhase.Finished } && usersWereRead.CurrentCount == 0)
        {
            try
            {
                usersWereRead.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another connection said so at the same moment: one look serves both.
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connections could not be looked at.")]
    private static partial void LookFailed(ILogger logger, Exception exception);
}
