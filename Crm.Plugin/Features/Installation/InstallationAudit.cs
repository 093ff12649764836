namespace Crm.Plugin.Features.Installation;

/// <summary>Codes in the audit log.</summary>
internal static class InstallationAudit
{
    public const string Installed = "connection.installed";
    public const string Uninstalled = "connection.uninstalled";
    public const string Purged = "connection.purged";
    public const string Subject = "connection";
}
