using System.Globalization;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Administration;

/// <summary>An account of the list.</summary>
/// <param name="Account">Who.</param>
/// <param name="Origin">Name of the connection whose ERP checks the password; null for a local account.</param>
/// <param name="Tokens">Living API tokens.</param>
public sealed record AccountLine(UserAccount Account, string? Origin, int Tokens);

/// <summary>Reads and changes accounts; each change is audited with it and ends older sign-ins.</summary>
internal sealed class AccountStore(CrmDbContext database, IPasswordHasher<UserAccount> hasher, AuditLog audit, AccountDirectory directory, TimeProvider clock)
{
    /// <summary>More people than that are narrowed by the filter.</summary>
    public const int MostLines = 500;

    // A company's people are few: read once and narrowed here, so that Cyrillic is found without regard to case on both databases.
    private const int MostAccounts = 20_000;

    public async Task<IReadOnlyList<AccountLine>> ListAsync(string text, CancellationToken cancellation)
    {
        var accounts = await database.Set<UserAccount>().OrderBy(a => a.Login).Take(MostAccounts).ToListAsync(cancellation);
        var words = SearchText.Fold(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var shown = accounts.Where(a => words.All(w => SearchText.Fold($"{a.Login} {a.Name} {a.Email}").Contains(w, StringComparison.Ordinal))).Take(MostLines).ToList();
        var origins = await database.Set<ConnectionRecord>().ToDictionaryAsync(c => c.Id, c => c.Name, cancellation);
        var tokens = await database.Set<ApiToken>().Where(t => t.RevokedAt == null).GroupBy(t => t.UserId).Select(g => new { g.Key, Count = g.Count() })
            .ToDictionaryAsync(g => g.Key, g => g.Count, cancellation);
        return [.. shown.Select(a => new AccountLine(a, Origin(a, origins), tokens.GetValueOrDefault(a.Id)))];
    }

    public async Task<AccountLine?> FindAsync(long id, CancellationToken cancellation)
    {
        if (await database.Set<UserAccount>().AsTracking().FirstOrDefaultAsync(a => a.Id == id, cancellation) is not { } account)
        {
            return null;
        }

        var origins = await database.Set<ConnectionRecord>().ToDictionaryAsync(c => c.Id, c => c.Name, cancellation);
        return new(account, Origin(account, origins), await database.Set<ApiToken>().CountAsync(t => t.UserId == id && t.RevokedAt == null, cancellation));
    }

    /// <summary>Adds a local account.</summary>
    /// <returns>False when the login is taken.</returns>
    public async Task<bool> AddAsync(AccountForm form, CancellationToken cancellation)
    {
        if (await database.Set<UserAccount>().AnyAsync(a => a.Login == form.Login, cancellation))
        {
            return false;
        }

        var account = new UserAccount
        {
            Login = form.Login,
            Name = form.Name,
            Email = form.Email.Length == 0 ? null : form.Email,
            Role = form.Role!.Value,
            Team = form.Team.Length == 0 ? null : form.Team,
            IsActive = true,
            SecurityStamp = NewStamp(),
            CreatedAt = clock.GetUtcNow(),
        };
        account.PasswordHash = hasher.HashPassword(account, form.Password);
        database.Add(account);
        audit.Note(database, "user.added", "user", account.Login, AuditDetail.Of(("role", account.Role.ToString())));
        try
        {
            await database.SaveChangesAsync(cancellation);
        }
        catch (DbUpdateException) when (!cancellation.IsCancellationRequested)
        {
            // Somebody took the login between the question and the answer; anything else shows again when the form is sent again.
            database.ChangeTracker.Clear();
            if (await database.Set<UserAccount>().AnyAsync(a => a.Login == form.Login, cancellation))
            {
                return false;
            }

            throw;
        }

        return true;
    }

    /// <summary>Name, e-mail, role and team.</summary>
    /// <param name="account">Of <see cref="FindAsync"/>.</param>
    /// <param name="form">Checked.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>False when the last administrator would be gone: nothing was changed.</returns>
    public async Task<bool> ChangeAsync(UserAccount account, AccountForm form, CancellationToken cancellation)
    {
        var role = form.Role!.Value;
        var email = form.Email.Length == 0 ? null : form.Email;
        var team = form.Team.Length == 0 ? null : form.Team;
        if (account.Role == Role.Administrator && role != Role.Administrator && account.IsActive && await IsLastAdministratorAsync(account.Id, cancellation))
        {
            return false;
        }

        List<(string, object?)> changes =
        [
            .. Change("name", account.Name, form.Name), .. Change("email", account.Email, email), .. Change("role", account.Role.ToString(), role.ToString()),
            .. Change("team", account.Team, team),
        ];
        if (changes.Count == 0)
        {
            return true;
        }

        if (account.Role != role)
        {
            account.SecurityStamp = NewStamp();
        }

        (account.Name, account.Email, account.Role, account.Team) = (form.Name, email, role, team);
        await SaveAsync(account, "user.changed", AuditDetail.Of(changes), cancellation);
        return true;
    }

    /// <summary>Lets the account sign in, or no longer.</summary>
    /// <returns>False when the last administrator would be gone: nothing was changed.</returns>
    public async Task<bool> SwitchAsync(UserAccount account, bool on, CancellationToken cancellation)
    {
        if (account.IsActive == on)
        {
            return true;
        }

        if (!on && account.Role == Role.Administrator && await IsLastAdministratorAsync(account.Id, cancellation))
        {
            return false;
        }

        account.IsActive = on;
        account.SecurityStamp = NewStamp();
        await SaveAsync(account, on ? "user.enable" : "user.disable", null, cancellation);
        return true;
    }

    public async Task SetPasswordAsync(UserAccount account, string password, CancellationToken cancellation)
    {
        account.PasswordHash = hasher.HashPassword(account, password);
        account.SecurityStamp = NewStamp();
        (account.FailedSignIns, account.LockedUntil) = (0, null);
        await SaveAsync(account, "user.password", null, cancellation);
    }

    private static string NewStamp() => Guid.NewGuid().ToString("N");

    private static string? Origin(UserAccount account, Dictionary<int, string> origins) =>
        account.ConnectionId is { } id ? origins.GetValueOrDefault(id, id.ToString(CultureInfo.InvariantCulture)) : null;

    private static IEnumerable<(string, object?)> Change(string name, string? before, string? after) =>
        before == after ? [] : [(name, (string?[])[before, after])];

    /// <summary>Counts those who can still sign in when no ERP answers: local accounts.</summary>
    private async Task<bool> IsLastAdministratorAsync(long id, CancellationToken cancellation) =>
        !await database.Set<UserAccount>().AnyAsync(a => a.Id != id && a.Role == Role.Administrator && a.IsActive && a.ConnectionId == null, cancellation);

    private async Task SaveAsync(UserAccount account, string action, string? detail, CancellationToken cancellation)
    {
        audit.Note(database, action, "user", account.Login, detail);
        await database.SaveChangesAsync(cancellation);
        directory.Forget();
    }
}
