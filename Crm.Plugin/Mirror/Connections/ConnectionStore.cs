using System.Security.Cryptography;
using Crm.Contracts;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Mirror.Connections;

/// <summary>What is needed to connect an ERP.</summary>
/// <param name="Name">Stable name of the connection: letters, digits and dashes.</param>
/// <param name="Manifest">Of its kind of host.</param>
/// <param name="Address">"" for a host that needs none.</param>
/// <param name="User">Service account; null for none.</param>
/// <param name="Password">Its password; kept protected.</param>
public sealed record NewConnection(string Name, HostManifest Manifest, string Address, string? User, string? Password);

/// <summary>The ERPs that the plugin is installed into.</summary>
public sealed class ConnectionStore(IDbContextFactory<CrmDbContext> contexts, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector protector = protection.CreateProtector("connection");

    /// <summary>By name.</summary>
    /// <param name="withRemoved">Also those that were uninstalled.</param>
    /// <param name="cancellation">Cancels.</param>
    public async Task<IReadOnlyList<ConnectionRecord>> ListAsync(bool withRemoved, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Set<ConnectionRecord>().Where(c => withRemoved || c.RemovedAt == null).OrderBy(c => c.Name).ToListAsync(cancellation);
    }

    /// <summary>Installed or removed; null when there was never one of this name.</summary>
    public async Task<ConnectionRecord?> FindAsync(string name, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        return await context.Set<ConnectionRecord>().SingleOrDefaultAsync(c => c.Name == name, cancellation);
    }

    /// <summary>Adds a connection, or brings one of the same name and host up to date: its id, its mirror and its cursors stay.</summary>
    /// <exception cref="InvalidOperationException">The name belongs to another kind of host.</exception>
    public async Task<ConnectionRecord> AddAsync(NewConnection connection, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var record = await context.Set<ConnectionRecord>().AsTracking().SingleOrDefaultAsync(c => c.Name == connection.Name, cancellation);
        if (record is null)
        {
            record = new() { Name = connection.Name, Host = connection.Manifest.Id, Manifest = connection.Manifest.Json, Address = connection.Address, InstalledAt = clock.GetUtcNow() };
            context.Add(record);
        }
        else if (record.Host != connection.Manifest.Id)
        {
            throw new InvalidOperationException($"The connection {connection.Name} is of host {record.Host}; take another name for {connection.Manifest.Id}.");
        }

        record.Manifest = connection.Manifest.Json;
        record.Address = connection.Address;
        record.UserName = connection.User;
        record.InstalledAt = record.RemovedAt is null ? record.InstalledAt : clock.GetUtcNow();
        record.RemovedAt = null;
        if (connection.Password is null)
        {
            record.Secret = null;
        }
        else if (record.Secret is null || Unprotect(record) != connection.Password)
        {
            record.Secret = protector.Protect(connection.Password); // protecting is salted: an equal password must not look like a change
        }

        await context.SaveChangesAsync(cancellation);
        return record;
    }

    /// <summary>Uninstalls: mirror and CRM data stay, nothing is read any more, the secret is forgotten.</summary>
    /// <returns>False when it was not installed.</returns>
    public async Task<bool> RemoveAsync(string name, CancellationToken cancellation)
    {
        await using var context = await contexts.CreateDbContextAsync(cancellation);
        var now = (DateTimeOffset?)clock.GetUtcNow();
        return await context.Set<ConnectionRecord>().Where(c => c.Name == name && c.RemovedAt == null)
            .ExecuteUpdateAsync(c => c.SetProperty(x => x.RemovedAt, now).SetProperty(x => x.Secret, (string?)null), cancellation) > 0;
    }

    /// <summary>What its connector is opened with.</summary>
    /// <exception cref="HostException">Refused: the stored password cannot be read (the keys of the data folder were lost).</exception>
    public HostSettings Settings(ConnectionRecord record)
    {
        var manifest = ManifestReader.Parse(record.Manifest, $"connection {record.Name}");
        return new()
        {
            Connection = record.Name,
            Address = record.Address,
            User = record.UserName,
            Password = Unprotect(record),
            Options = manifest.Options,
            Clock = clock,
        };
    }

    private string? Unprotect(ConnectionRecord record)
    {
        try
        {
            return record.Secret is null ? null : protector.Unprotect(record.Secret);
        }
        catch (CryptographicException exception)
        {
            throw new HostException(
                HostFailure.Refused, "mirror.secret-lost", $"The password of connection {record.Name} was protected with keys that are not in the data folder any more: install the connection again.", null, exception);
        }
    }
}
