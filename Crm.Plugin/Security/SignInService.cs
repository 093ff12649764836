using Crm.Plugin.Storage;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Security;

/// <summary>What came of a sign-in.</summary>
public enum SignInOutcome
{
    /// <summary>Nothing was tried.</summary>
    None,

    /// <summary>Signed in.</summary>
    Accepted,

    /// <summary>Login or password is wrong, or the account is switched off: not told which.</summary>
    Rejected,

    /// <summary>Too many failures: wait.</summary>
    Locked,

    /// <summary>The ERP knows the person, but no ERP group of theirs is given a role in the CRM.</summary>
    NoRole,

    /// <summary>The ERP could not be asked.</summary>
    HostUnavailable,
}

/// <summary>A way to check a password that is not the plugin's own: the installed ERPs.</summary>
internal interface IHostSignInCheck
{
    /// <summary>Asks every installed ERP that checks passwords; null when none of them knows the login.</summary>
    Task<(SignInOutcome Outcome, UserAccount? Account)?> CheckAsync(string login, string password, CancellationToken cancellation);
}

/// <summary>Checks a login and password: the ERP's users against the ERP each time, local accounts against the stored hash.</summary>
internal sealed class SignInService(CrmDbContext database, IPasswordHasher<UserAccount> hasher, IEnumerable<IHostSignInCheck> hosts, TimeProvider clock)
{
    private const int FailuresBeforeLock = 6;
    private static readonly TimeSpan LockTime = TimeSpan.FromMinutes(5);

    // Verified when no such account exists, so that the answer takes as long as for one that does.
    private static readonly UserAccount Stranger = new() { Login = "", Name = "", SecurityStamp = "" };
    private static readonly Lazy<string> StrangerHash = new(() => new PasswordHasher<UserAccount>().HashPassword(Stranger, Guid.NewGuid().ToString()));

    public async Task<(SignInOutcome Outcome, UserAccount? Account)> SignInAsync(string login, string password, CancellationToken cancellation)
    {
        if (login.Length is 0 or > 200 || password.Length is 0 or > 1000)
        {
            return (SignInOutcome.Rejected, null);
        }

        var account = await database.Set<UserAccount>().AsTracking().FirstOrDefaultAsync(a => a.Login == login && a.ConnectionId == null, cancellation);
        if (account is null)
        {
            foreach (var host in hosts)
            {
                if (await host.CheckAsync(login, password, cancellation) is { } answer)
                {
                    return answer;
                }
            }

            hasher.VerifyHashedPassword(Stranger, StrangerHash.Value, password);
            return (SignInOutcome.Rejected, null);
        }

        var now = clock.GetUtcNow();
        if (account.LockedUntil > now)
        {
            return (SignInOutcome.Locked, null);
        }

        var verdict = hasher.VerifyHashedPassword(account, account.PasswordHash ?? StrangerHash.Value, password);
        if (verdict == PasswordVerificationResult.Failed || !account.IsActive || account.PasswordHash is null)
        {
            account.FailedSignIns++;
            if (account.FailedSignIns >= FailuresBeforeLock)
            {
                account.FailedSignIns = 0;
                account.LockedUntil = now + LockTime;
            }

            await database.SaveChangesAsync(cancellation);
            return (SignInOutcome.Rejected, null);
        }

        if (verdict == PasswordVerificationResult.SuccessRehashNeeded)
        {
            account.PasswordHash = hasher.HashPassword(account, password);
        }

        account.FailedSignIns = 0;
        account.LockedUntil = null;
        account.SignedInAt = now;
        await database.SaveChangesAsync(cancellation);
        return (SignInOutcome.Accepted, account);
    }
}
