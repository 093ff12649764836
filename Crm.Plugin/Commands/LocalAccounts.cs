using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Commands;

/// <summary>An account as <c>user list</c> prints it.</summary>
/// <param name="Login">Sign-in name.</param>
/// <param name="Name">The person's name.</param>
/// <param name="Role">sales-manager, commercial-director or administrator.</param>
/// <param name="Team">Of a local account; null for none.</param>
/// <param name="IsActive">Whether it may sign in.</param>
/// <param name="Connection">The ERP that checks the password; null for a local account.</param>
/// <param name="SignedInAt">Last sign-in, UTC.</param>
internal sealed record ListedUser(string Login, string Name, string Role, string? Team, bool IsActive, string? Connection, DateTimeOffset? SignedInAt);

/// <summary>Changes local accounts; each change is audited and ends older sign-ins.</summary>
internal sealed class LocalAccounts(CommandContext context)
{
    private readonly CrmDbContext database = context.Get<CrmDbContext>();

    /// <summary>Null for none.</summary>
    /// <exception cref="CommandFailure">The name is too long.</exception>
    public static string? TeamOf(string? typed) => typed?.Trim() is not { Length: > 0 } team ? null
        : team.Length <= 100 ? team
        : throw new CommandFailure("user.bad-team", "A team's name has at most 100 characters.");

    /// <exception cref="CommandFailure">Somebody has the login.</exception>
    public async Task EnsureFreeAsync(string login, CancellationToken cancellation)
    {
        if (login.Trim() != login || login.Length is 0 or > 200)
        {
            throw new CommandFailure("user.bad-login", "A login has 1 to 200 characters and no blanks at its ends.");
        }

        if (await database.Set<UserAccount>().AnyAsync(a => a.Login == login, cancellation))
        {
            throw new CommandFailure("user.exists", $"There is an account {login} already: see crm user list.");
        }
    }

    public async Task AddAsync(string login, string name, string? email, string? team, Role role, string password, CancellationToken cancellation)
    {
        var account = new UserAccount
        {
            Login = login,
            Name = name,
            Email = email,
            Role = role,
            Team = team,
            IsActive = true,
            SecurityStamp = Guid.NewGuid().ToString("N"),
            CreatedAt = context.Get<TimeProvider>().GetUtcNow(),
        };
        account.PasswordHash = context.Get<IPasswordHasher<UserAccount>>().HashPassword(account, password);
        database.Add(account);
        context.Get<AuditLog>().Note(database, "user.added", "user", login, $$"""{"role":"{{Roles.NameOf(role)}}"}""");
        await database.SaveChangesAsync(cancellation);
    }

    /// <summary>A tracked local account.</summary>
    /// <exception cref="CommandFailure">It is unknown, or the ERP decides about it.</exception>
    public async Task<UserAccount> FindAsync(string login, CancellationToken cancellation)
    {
        var account = await database.Set<UserAccount>().AsTracking().FirstOrDefaultAsync(a => a.Login == login, cancellation)
            ?? throw new CommandFailure("user.unknown", $"There is no account {login}: see crm user list.");
        return account.ConnectionId is null
            ? account
            : throw new CommandFailure("user.of-erp", $"{login} is a user of the ERP: password, state and groups are changed there and hold here within one poll.");
    }

    public Task SetPasswordAsync(UserAccount account, string password, CancellationToken cancellation)
    {
        account.PasswordHash = context.Get<IPasswordHasher<UserAccount>>().HashPassword(account, password);
        (account.FailedSignIns, account.LockedUntil) = (0, null);
        return SaveAsync(account, "user.password", cancellation);
    }

    public Task SaveAsync(UserAccount account, string action, CancellationToken cancellation)
    {
        account.SecurityStamp = Guid.NewGuid().ToString("N");
        var state = account.IsActive ? "active" : "disabled";
        context.Get<AuditLog>().Note(database, action, "user", account.Login, $$"""{"role":"{{Roles.NameOf(account.Role)}}","state":"{{state}}"}""");
        return database.SaveChangesAsync(cancellation);
    }

    public async Task<IReadOnlyList<ListedUser>> ListAsync(CancellationToken cancellation)
    {
        var names = await database.Set<ConnectionRecord>().ToDictionaryAsync(c => c.Id, c => c.Name, cancellation);
        var accounts = await database.Set<UserAccount>().OrderBy(a => a.Login).Take(10_000).ToListAsync(cancellation);
        return [.. accounts.Select(a => new ListedUser(
            a.Login, a.Name, Roles.NameOf(a.Role), a.Team, a.IsActive, a.ConnectionId is { } id ? names.GetValueOrDefault(id, "a removed ERP") : null, a.SignedInAt))];
    }
}
