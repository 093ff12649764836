namespace Crm.Contracts;

/// <summary>A user of the ERP.</summary>
public sealed record HostUser : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>Sign-in name, exactly as the ERP compares it.</summary>
    public required string Login { get; init; }

    /// <summary>Never empty; the login where the ERP has no name.</summary>
    public required string Name { get; init; }

    /// <summary>E-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>The ERP's group or role names; the manifest maps them to CRM roles.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>False when the ERP no longer lets the user in: then the CRM does not either.</summary>
    public bool IsActive { get; init; } = true;
}

/// <summary>Reads users. Few enough to be read whole each time.</summary>
public interface IHostUserSource : IHostSource<HostUser>;

/// <summary>What the ERP says to a login and password.</summary>
public enum SignInVerdict
{
    /// <summary>They are right and the user is active.</summary>
    Accepted,

    /// <summary>Wrong, unknown or inactive: the ERP does not say which.</summary>
    Rejected,

    /// <summary>Too many failures: wait, trying again makes it longer.</summary>
    Locked,
}

/// <summary>Checks a user's password against the ERP. Not registered by hosts without a sign-in of their own.</summary>
public interface IHostSignIn
{
    /// <summary>Asks the ERP once; never retries, because each try counts.</summary>
    /// <param name="login">As typed.</param>
    /// <param name="password">As typed; neither stored nor logged.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="HostException">The ERP could not be asked.</exception>
    Task<SignInVerdict> VerifyAsync(string login, string password, CancellationToken cancellation);
}
