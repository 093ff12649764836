using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>A published sign-in of the demo company.</summary>
internal sealed record DemoSignIn(string Login, string Password, string Name, Role Role);

/// <summary>
/// The demo ERP that a plugin without any ERP starts with. It lives alone: once another ERP is installed it is gone with its data
/// and its published sign-ins, and it never comes back by itself.
/// </summary>
internal sealed class DemoCompany(CrmDbContext database, ConnectionStore connections, IPasswordHasher<UserAccount> hasher, AuditLog audit, TimeProvider clock)
{
    public const string Host = "demo";

    /// <summary>Begins the security stamp of an account as it was published: whoever changes its password gives it a stamp without this.</summary>
    private const string Published = "published-";

    /// <summary>Known to everybody who reads this; worth nothing but made-up data.</summary>
    public static IReadOnlyList<DemoSignIn> SignIns { get; } =
    [
        new("anna", "anna-demo", "Anna Kovalenko", Role.SalesManager),
        new("viktor", "viktor-demo", "Viktor Orlov", Role.CommercialDirector),
        new("admin", "admin-demo", "Administrator", Role.Administrator),
    ];

    /// <summary>Connects the demo company where nothing was ever installed. Broken off, the next start finishes it.</summary>
    /// <returns>Whether the demo company is the connected ERP now.</returns>
    public async Task<bool> StartAsync(HostManifest manifest, CancellationToken cancellation)
    {
        var known = await connections.ListAsync(withRemoved: true, cancellation);
        if (known.Count > 0)
        {
            return known.All(c => c.Host == Host) && known.Any(c => c.RemovedAt is null);
        }

        if (await database.Set<AuditEntry>().AnyAsync(e => e.Action == InstallationAudit.Installed, cancellation))
        {
            return false;
        }

        await ConnectAsync(manifest, manifest.Id, cancellation);
        return true;
    }

    /// <summary>Accounts first: a start that breaks off between the two leaves no demo without sign-ins.</summary>
    public async Task<ConnectionRecord> ConnectAsync(HostManifest manifest, string name, CancellationToken cancellation)
    {
        // A hash is slow on purpose; side by side they hold the first start up less.
        var accounts = await Task.WhenAll(SignIns.Select(signIn => Task.Run(() => Account(signIn), cancellation)));
        foreach (var account in accounts)
        {
            if (!await database.Set<UserAccount>().AnyAsync(a => a.Login == account.Login, cancellation))
            {
                database.Add(account);
                audit.Note(database, "user.added", "user", account.Login);
            }
        }

        await database.SaveChangesAsync(cancellation);
        return await connections.AddAsync(new(name, manifest, "", null, null), cancellation);
    }

    /// <summary>The published sign-ins that still open the door; one whose password was changed is nobody's business.</summary>
    public async Task<IReadOnlyList<DemoSignIn>> OpenSignInsAsync(CancellationToken cancellation)
    {
        var open = new List<DemoSignIn>();
        foreach (var signIn in SignIns)
        {
            if (await FindAsync(signIn, cancellation) is { IsActive: true })
            {
                open.Add(signIn);
            }
        }

        return open;
    }

    /// <summary>Removes every account that still has its published password, with its tokens.</summary>
    /// <returns>The logins removed.</returns>
    public async Task<IReadOnlyList<string>> RemoveSignInsAsync(CancellationToken cancellation)
    {
        var removed = new List<string>();
        foreach (var signIn in SignIns)
        {
            if (await FindAsync(signIn, cancellation) is { } account)
            {
                await database.Set<ApiToken>().Where(t => t.UserId == account.Id).ExecuteDeleteAsync(cancellation);
                database.Remove(account);
                audit.Note(database, "user.removed", "user", account.Login);
                removed.Add(account.Login);
            }
        }

        await database.SaveChangesAsync(cancellation);
        return removed;
    }

    private UserAccount Account(DemoSignIn signIn)
    {
        var account = new UserAccount
        {
            Login = signIn.Login,
            Name = signIn.Name,
            Role = signIn.Role,
            IsActive = true,
            SecurityStamp = Published + Guid.NewGuid().ToString("N"),
            CreatedAt = clock.GetUtcNow(),
        };
        account.PasswordHash = hasher.HashPassword(account, signIn.Password);
        return account;
    }

    private async Task<UserAccount?> FindAsync(DemoSignIn signIn, CancellationToken cancellation)
    {
        var account = await database.Set<UserAccount>().AsTracking().FirstOrDefaultAsync(a => a.Login == signIn.Login && a.ConnectionId == null, cancellation);
        if (account?.SecurityStamp.StartsWith(Published, StringComparison.Ordinal) == true)
        {
            return account;
        }

        return account?.PasswordHash is { } hash && hasher.VerifyHashedPassword(account, hash, signIn.Password) != PasswordVerificationResult.Failed ? account : null;
    }
}
