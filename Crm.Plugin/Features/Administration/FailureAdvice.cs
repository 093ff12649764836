using Crm.Contracts;

namespace Crm.Plugin.Features.Administration;

/// <summary>Says who acts on a failure and what they do; English texts, the keys of their translations.</summary>
internal static class FailureAdvice
{
    public static string Who(HostFailure failure) => failure switch
    {
        HostFailure.Unavailable => "Nobody has to act",
        HostFailure.Refused => "An administrator has to act",
        _ => "A developer has to act",
    };

    /// <summary>By the code where it says more than the kind.</summary>
    public static string ToDo(HostFailure failure, string? code) => code switch
    {
        "mirror.secret-lost" or "mirror.connector-not-loaded" => "Install the connection again: crm install with the manifest, address and account.",
        "mirror.database" => "Look whether the plugin's database runs and has room on its disk.",
        "mirror.sweep-too-many-gone" => "The ERP suddenly lists less than half of its records. If that is right, synchronise with comparison once more: then it is believed. If not, look at the service account's rights.",
        "mirror.connector-bug" => "Send the message and the log to whoever maintains the connector.",
        "files.no-access" => "Give the account that the plugin runs under the right to read the folder and its files.",
        "files.missing-file" or "files.locked" or "files.being-written" or "files.changed-while-reading" or "files.read-failed" =>
            "It is read again by itself. If it lasts, look whether the export still writes the file into the folder.",
        "files.missing-column" or "files.no-header" or "files.repeated-column" => "Mend the header line of the export: each required column once, by its fixed name.",
        "files.bad-encoding" => "Export the file as UTF-8 or windows-1251, or name the encoding in the manifest.",
        "files.bad-option" or "demo.bad-seed" => "Correct the setting in the manifest and install the connection again.",
        "tryton.login-locked" => "Leave the service account alone for some minutes; then check its password. It lets itself in again.",
        { } other when other.EndsWith(".bad-cursor", StringComparison.Ordinal) => "Purge the connection and install it again: it is then read from the start.",
        _ => failure switch
        {
            HostFailure.Unavailable => "The ERP is asked again by itself. If it lasts, look whether it runs and can be reached from this server.",
            HostFailure.Refused => "Check the service account, its rights and the address; check now on the Connections tab tells which.",
            _ => "Send the message and the log to whoever maintains the connector; the data read so far stay as they are.",
        },
    };
}
