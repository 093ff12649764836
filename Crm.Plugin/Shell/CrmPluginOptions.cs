namespace Crm.Plugin.Shell;

/// <summary>What the plugin must be told before it starts.</summary>
public sealed record CrmPluginOptions
{
    /// <summary>Folder of the embedded database, the keys that protect cookies and secrets, and attachments. Created when absent.</summary>
    public required string DataFolder { get; init; }

    /// <summary><c>CRM_DATABASE</c>: null for SQLite in the data folder, else a PostgreSQL connection string or URI.</summary>
    public string? Database { get; init; }

#if HANGFIRE
    /// <summary><c>CRM_HANGFIRE_DATABASE</c>: connection string of the SQL Server database that Hangfire keeps its tables in; may hold a password, never logged.</summary>
    public string? HangfireDatabase { get; init; }

#endif
    /// <summary>Where the plugin was unpacked: its manifests, connectors and wwwroot lie there.</summary>
    public string ProgramFolder { get; init; } = AppContext.BaseDirectory;

    /// <summary>Folder of the manifests.</summary>
    public string ManifestFolder => Path.Combine(ProgramFolder, "manifests");

    /// <summary>Folder of the connectors; an adapter for another ERP is dropped in here.</summary>
    public string ConnectorFolder => Path.Combine(ProgramFolder, "connectors");

    /// <summary>Whether background work (reading the ERPs, reminders) runs in this process.</summary>
    public bool RunJobs { get; init; } = true;

    /// <summary>How a .NET ERP that hosts the plugin in its own process is named and read; without effect elsewhere.</summary>
    public InProcessErpOptions Erp { get; init; } = new();

    /// <summary>The only clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;
}

/// <summary>What a host manifest says of another ERP, for the one that hosts the plugin in its own process.</summary>
public sealed record InProcessErpOptions
{
    /// <summary>Name of its connection: small letters, digits and dashes; stable for ever.</summary>
    public string Connection { get; init; } = "erp";

    /// <summary>For people.</summary>
    public string Name { get; init; } = "ERP";

    /// <summary>Time between incremental reads; whole seconds, below a day.</summary>
    public TimeSpan Poll { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Time between sweeps by key; whole seconds, below a day.</summary>
    public TimeSpan Sweep { get; init; } = TimeSpan.FromHours(6);

    /// <summary>Address under which users reach the CRM; the menu's entries lead there. Null: an <c>IHostMenu</c> is left alone.</summary>
    public Uri? Address { get; init; }

    /// <summary>ERP group to CRM role name; who is in none of the groups is not let in.</summary>
    public IReadOnlyDictionary<string, string> Roles { get; init; } = new Dictionary<string, string>();
}
