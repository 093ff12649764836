namespace Crm.Contracts;

/// <summary>Where an ERP is and how to sign in; made from a host manifest, the environment and the secret store.</summary>
public sealed record HostSettings
{
    /// <summary>Name of the connection: letters, digits and dashes, stable for ever.</summary>
    public required string Connection { get; init; }

    /// <summary>Address or folder; "" for a host that needs none.</summary>
    public required string Address { get; init; }

    /// <summary>Service account; null for a host that needs none.</summary>
    public string? User { get; init; }

    /// <summary>Its password; never logged.</summary>
    public string? Password { get; init; }

    /// <summary>The manifest's <c>options</c> object, flattened with ':' ("roles:customer"), keys without regard to case. Entity and field names live here too.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>The only clock that a connector may read.</summary>
    public required TimeProvider Clock { get; init; }

    /// <inheritdoc/>
    public override string ToString() => $"{Connection} at {Address}";
}

/// <summary>State of one thing that an administrator must know before switching a connection on.</summary>
public enum CheckState
{
    /// <summary>As needed.</summary>
    Ok,

    /// <summary>Works, with less than everything.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Failed,
}

/// <summary>One finding of a check.</summary>
/// <param name="Name">Stable name such as <c>host.reachable</c>, <c>host.version</c>, <c>host.rights.sale</c>.</param>
/// <param name="State">Whether it is as needed.</param>
/// <param name="Found">What was seen: a version, a count, an answer. English.</param>
/// <param name="ToDo">What the administrator does about it; null when nothing.</param>
public sealed record HostCheck(string Name, CheckState State, string Found, string? ToDo = null);

/// <summary>The entry type that a host manifest names: a public class with a constructor without parameters.</summary>
public interface IHostConnector
{
    /// <summary>Opens a connection. Validates the settings and touches neither network nor disk.</summary>
    /// <exception cref="HostException"><see cref="HostFailure.Refused"/>: a setting is missing or wrong; the message names its key.</exception>
    IHost Open(HostSettings settings);
}

/// <summary>One ERP as far as it can be reached. Disposing it ends its sessions in the ERP.</summary>
public interface IHost : IAsyncDisposable
{
    /// <summary>What the ERP offers: one of the small interfaces of this assembly, or null when it has no such thing.</summary>
    TPort? Find<TPort>() where TPort : class;

    /// <summary>Looks whether everything needed is there. Changes nothing in the ERP; failures are findings, not exceptions.</summary>
    Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation);
}
