namespace Crm.Plugin.Mirror.Connectors;

/// <summary>How one kind of ERP is reached and what it is told; read from <c>manifests/hosts/*.json</c>.</summary>
public sealed record HostManifest
{
    /// <summary>Time between incremental reads where the manifest says nothing.</summary>
    public static readonly TimeSpan UsualPoll = TimeSpan.FromSeconds(60);

    /// <summary>Stable for ever.</summary>
    public required string Id { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    public required string Version { get; init; }

    /// <summary>Versions of Crm.Contracts that the connector was built for.</summary>
    public required ContractRange Contracts { get; init; }

    /// <summary>Path below the connectors folder.</summary>
    public required string ConnectorAssembly { get; init; }

    /// <summary>Full name of the entry type.</summary>
    public required string ConnectorType { get; init; }

    public bool AddressRequired { get; init; }

    /// <summary><c>url</c>, <c>folder</c> or <c>none</c>.</summary>
    public string AddressKind { get; init; } = "none";

    /// <summary>True: the connector signs in with CRM_HOST_USER and CRM_HOST_PASSWORD.</summary>
    public bool NeedsServiceAccount { get; init; }

    /// <summary>True: the ERP checks people's passwords; false: the plugin's own accounts.</summary>
    public bool UsersSignInAtHost { get; init; }

    /// <summary>Time between incremental reads.</summary>
    public TimeSpan Poll { get; init; } = UsualPoll;

    /// <summary>Time between sweeps by key.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromHours(6);

    /// <summary>For the connector; flattened with ':', keys without regard to case.</summary>
    public IReadOnlyDictionary<string, string> Options { get; init; } = new Dictionary<string, string>();

    /// <summary>ERP group to CRM role name (<c>sales-manager</c>, <c>commercial-director</c>, <c>administrator</c>).</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();

    /// <summary>ERP groups that are teams; null when every group is one.</summary>
    public IReadOnlyList<string>? Teams { get; init; }

    /// <summary>Null when the ERP gets no menu.</summary>
    public ManifestMenu? Menu { get; init; }

    /// <summary>The whole file, as it is kept with the connection.</summary>
    public required string Json { get; init; }
}

/// <summary>The CRM's menu in the ERP.</summary>
public sealed record ManifestMenu(string Title, IReadOnlyList<ManifestMenuEntry> Entries);

/// <summary>One entry; <paramref name="Path"/> begins with '/'.</summary>
public sealed record ManifestMenuEntry(string Id, string Title, string Path);

/// <summary>A manifest or the connector that it names cannot be used. The message names file and field.</summary>
public sealed class ManifestException(string message, Exception? inner = null) : Exception(message, inner);
