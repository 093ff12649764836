namespace Crm.Plugin.Shell;

/// <summary>What the plugin must be told before it starts.</summary>
public sealed record CrmPluginOptions
{
    /// <summary>Folder of the embedded database, the keys that protect cookies and secrets, and attachments. Created when absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary><c>CRM_DATABASE</c>: null for SQLite in the data folder, else a PostgreSQL connection string or URI.</summary>
    public string? Database { get; init; }

    /// <summary>Where the plugin was unpacked: its manifests, connectors and wwwroot lie there.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>Folder of the manifests.</summary>
    public string ManifestFolder => Path.Combine(ProgramFolder, "manifests");

    /// <summary>Folder of the connectors; an adapter for another ERP is dropped in here.</summary>
    public string ConnectorFolder => Path.Combine(ProgramFolder, "connectors");

    /// <summary>Whether background work (reading the ERPs, reminders) runs in this process.</summary>
    public bool RunJobs { get; init; } = true;

    /// <summary>The only clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
