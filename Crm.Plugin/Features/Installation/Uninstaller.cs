using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>What uninstalling touches.</summary>
/// <param name="Counterparties">Mirrored ones.</param>
/// <param name="Orders">Mirrored sales orders.</param>
/// <param name="Users">ERP users who can no longer sign in.</param>
internal sealed record Impact(long Counterparties, long Orders, int Users);

/// <summary>Takes the plugin out of an ERP. Each step is safe to repeat, so a run that broke off is finished by the next.</summary>
internal sealed class Uninstaller(CrmDbContext database, ConnectionStore connections, HostPool hosts, HostAccounts accounts, CrmDataPurge data, ProspectPurge prospects, AuditLog audit)
{
    public async Task<Impact> LookAsync(ConnectionRecord connection, CancellationToken cancellation) => new(
        await database.Set<CounterpartyRecord>().LongCountAsync(c => c.ConnectionId == connection.Id, cancellation),
        await database.Set<SalesOrderRecord>().LongCountAsync(o => o.ConnectionId == connection.Id, cancellation),
        await database.Set<UserAccount>().CountAsync(a => a.ConnectionId == connection.Id && a.IsActive, cancellation));

    /// <summary>Takes the menu out.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="HostException">The ERP does not let it happen; nothing here has changed.</exception>
    public async Task<HostMenuChange?> RemoveMenuAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        if (await database.Set<InstallationRecord>().AsTracking().FirstOrDefaultAsync(i => i.ConnectionId == connection.Id, cancellation) is not { } installation
            || (await hosts.OpenAsync(connection, cancellation)).Find<IHostMenu>() is not { } menu)
        {
            return null;
        }

        var change = await menu.RemoveAsync(new Uri(installation.PublicAddress), cancellation);
        installation.MenuAt = null;
        await database.SaveChangesAsync(cancellation);
        return change;
    }

    /// <summary>Forgets the ERP and its password; mirror and CRM data stay.</summary>
    public async Task RemoveAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        await hosts.CloseAsync(connection.Id);
        if (await connections.RemoveAsync(connection.Name, cancellation))
        {
            audit.Note(database, InstallationAudit.Uninstalled, InstallationAudit.Subject, connection.Name);
            await database.SaveChangesAsync(cancellation);
        }

        await accounts.RefreshAsync(cancellation);
    }

    /// <summary>Deletes what the plugin knows of the ERP, CRM data included.</summary>
    /// <exception cref="CommandFailure">Another process reads the ERP at the moment.</exception>
    public async Task PurgeAsync(ConnectionRecord connection, ConnectionPurge mirror, IProgress<long>? progress, CancellationToken cancellation)
    {
        audit.Note(database, InstallationAudit.Purged, InstallationAudit.Subject, connection.Name);
        await database.SaveChangesAsync(cancellation);
        var isLast = (await connections.ListAsync(withRemoved: true, cancellation)).All(c => c.Id == connection.Id);
        await data.RunAsync(connection.Id, isLast, cancellation);
        await prospects.RunAsync(cancellation);
        if (!await mirror.RunAsync(connection.Id, progress, cancellation))
        {
            throw new CommandFailure("uninstall.busy", $"Another process is reading {connection.Name}: stop crm serve and run the command again, it goes on from here.");
        }
    }
}
