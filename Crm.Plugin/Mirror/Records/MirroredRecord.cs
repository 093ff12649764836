namespace Crm.Plugin.Mirror.Records;

/// <summary>What each read copy of an ERP record knows about itself.</summary>
public abstract class MirroredRecord
{
    /// <summary>The plugin's own number of it; stable for the record's life, also after the ERP lost it.</summary>
    public long Id { get; set; }

    /// <summary>Which ERP it comes from.</summary>
    public int ConnectionId { get; set; }

    /// <summary>The ERP's identifier; unique within connection and table.</summary>
    public required string HostKey { get; set; }

    /// <summary>The ERP's version of what is stored here.</summary>
    public required string Version { get; set; }

    /// <summary>When this version was read.</summary>
    public DateTimeOffset ReadAt { get; set; }

    /// <summary>When the ERP was first seen without it; null while it lives.</summary>
    public DateTimeOffset? GoneAt { get; set; }
}
