using System.Text.Json;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>Puts a connection and its menu in place. Each step is safe to repeat, so a run that broke off is finished by the next.</summary>
internal sealed class Installer(CrmDbContext database, ConnectionStore connections, HostPool hosts, AuditLog audit, TimeProvider clock)
{
    /// <summary>What an earlier run left; null when there was none or it was uninstalled without a trace of settings.</summary>
    public async Task<InstallPlan.Stored?> FindAsync(string name, string host, CancellationToken cancellation)
    {
        if (await connections.FindAsync(name, cancellation) is not { } record)
        {
            return null;
        }

        if (record.Host != host)
        {
            throw new CommandFailure("install.name-taken", $"The connection {name} is of another kind of ERP ({record.Host}): give this one another name with --name.");
        }

        return new(record, PasswordOf(record), (await InstallationAsync(record.Id, cancellation))?.PublicAddress);
    }

    /// <summary>Whether connection and menu are exactly as planned.</summary>
    public async Task<bool> IsInPlaceAsync(InstallPlan plan, InstallPlan.Stored? stored, CancellationToken cancellation) =>
        stored is { Record: { RemovedAt: null } record }
        && record.Address == plan.Connection.Address
        && record.UserName == plan.Connection.User
        && stored.Password == plan.Connection.Password
        && record.Manifest == plan.Manifest.Json
        && await InstallationAsync(record.Id, cancellation) is { MenuAt: not null } installation
        && installation.PublicAddress == plan.PublicAddress.AbsoluteUri;

    /// <summary>Demo data never stand beside real ones.</summary>
    public async Task EnsureNotBesideDemoAsync(InstallPlan plan, CancellationToken cancellation)
    {
        var installed = await connections.ListAsync(withRemoved: true, cancellation);
        if (plan.Manifest.Id == DemoCompany.Host && installed.Any(c => c.Host != DemoCompany.Host))
        {
            throw new CommandFailure("install.demo-beside-erp", "Data of the demo company must not mix with those of an ERP: give the demo a data folder of its own with --data DIR.");
        }
    }

    public async Task<ConnectionRecord> ConnectAsync(InstallPlan plan, CancellationToken cancellation)
    {
        var record = await connections.AddAsync(plan.Connection, cancellation);
        if (!await database.Set<InstallationRecord>().AnyAsync(i => i.ConnectionId == record.Id, cancellation))
        {
            database.Add(new InstallationRecord { ConnectionId = record.Id, PublicAddress = plan.PublicAddress.AbsoluteUri });
        }

        audit.Note(database, InstallationAudit.Installed, InstallationAudit.Subject, record.Name, JsonSerializer.Serialize(new { host = record.Host, address = record.Address }));
        await database.SaveChangesAsync(cancellation);
        return record;
    }

    /// <summary>Puts the menu in; under a new public address the old one is taken out first.</summary>
    /// <returns>Null when this kind of ERP gets no menu.</returns>
    public async Task<HostMenuChange?> PutMenuAsync(ConnectionRecord connection, InstallPlan plan, CancellationToken cancellation)
    {
        var installation = await database.Set<InstallationRecord>().AsTracking().SingleAsync(i => i.ConnectionId == connection.Id, cancellation);
        HostMenuChange? change = null;
        if (plan.Manifest.Menu is { } wanted && (await hosts.OpenAsync(connection, cancellation)).Find<IHostMenu>() is { } menu)
        {
            if (installation.PublicAddress != plan.PublicAddress.AbsoluteUri)
            {
                await menu.RemoveAsync(new Uri(installation.PublicAddress), cancellation);
            }

            // Known before the ERP has it: a run that breaks off here leaves nothing that uninstalling would not find.
            installation.PublicAddress = plan.PublicAddress.AbsoluteUri;
            await database.SaveChangesAsync(cancellation);
            change = await menu.InstallAsync(
                wanted.Title, [.. wanted.Entries.Select(e => new HostMenuEntry(e.Id, e.Title, new Uri(plan.PublicAddress, e.Path.TrimStart('/'))))], cancellation);
        }

        installation.PublicAddress = plan.PublicAddress.AbsoluteUri;
        installation.MenuAt = clock.GetUtcNow();
        await database.SaveChangesAsync(cancellation);
        return change;
    }

    private Task<InstallationRecord?> InstallationAsync(int connectionId, CancellationToken cancellation) =>
        database.Set<InstallationRecord>().FirstOrDefaultAsync(i => i.ConnectionId == connectionId, cancellation);

    /// <summary>Null also when the keys of the data folder were lost: installing again with the password mends that.</summary>
    private string? PasswordOf(ConnectionRecord record)
    {
        try
        {
            return connections.Settings(record).Password;
        }
        catch (HostException exception) when (exception.Code == "mirror.secret-lost")
        {
            return null;
        }
    }
}
