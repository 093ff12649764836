namespace Crm.Plugin.Shell;

/// <summary>What the plugin must be told before it starts.</summary>
public sealed record CrmPluginOptions
{
    /// <summary>Folder of the embedded database, the keys that protect cookies and secrets, and attachments. Created when absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary><c>CRM_DATABASE</c>: null for SQLite in the data folder, else a PostgreSQL connection string or URI.</summary>
    public string? Database { get; init; }

    /// <summary>Folder of the manifests; default: beside the plugin's assembly.</summary>
    public string ManifestFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "manifests");

    /// <summary>Folder of the connectors; default: beside the plugin's assembly.</summary>
    public string ConnectorFolder { get; init; } = Path.Combine(AppContext.BaseDirectory, "connectors");

    /// <summary>Whether background work (reading the ERPs, reminders) runs in this process.</summary>
    public bool RunJobs { get; init; } = true;

    /// <summary>The only clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
