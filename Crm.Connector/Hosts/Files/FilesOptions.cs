using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>The settings of one folder, checked.</summary>
/// <param name="Folder">Where the files lie.</param>
/// <param name="Encoding">Set by the administrator; null: found out for each file.</param>
/// <param name="Delimiter">Set by the administrator; null: found out for each file.</param>
/// <param name="Currency">For rows that name none; "" for the ERP's one unnamed currency.</param>
/// <param name="Clock">Tells a file that is being written from one that rests.</param>
internal sealed record FilesOptions(string Folder, FileEncoding? Encoding, byte? Delimiter, string Currency, TimeProvider Clock)
{
    public static FilesOptions From(HostSettings settings)
    {
        if (string.IsNullOrWhiteSpace(settings.Address))
            throw Wrong("address", "is empty: it is the folder of the CSV files (CRM_HOST_URL)");
        var folder = settings.Address.Trim();
        if (Uri.TryCreate(folder, UriKind.Absolute, out var uri))
        {
            if (!uri.IsFile)
                throw Wrong("address", $"is a {uri.Scheme} address: it must be a folder");
            folder = uri.LocalPath;
        }

        return new(Path.GetFullPath(folder), EncodingOf(Option(settings, "encoding", "auto")),
            DelimiterOf(Option(settings, "delimiter", "auto")), CurrencyOf(Option(settings, "currency", "")), settings.Clock);
    }

    private static string Option(HostSettings settings, string key, string otherwise) =>
        settings.Options.FirstOrDefault(o => string.Equals(o.Key, key, StringComparison.OrdinalIgnoreCase)).Value ?? otherwise;

    private static FileEncoding? EncodingOf(string text) => text.Trim().ToUpperInvariant() switch
    {
        "AUTO" or "" => null,
        "UTF-8" or "UTF8" => FileEncoding.Utf8,
        "WINDOWS-1251" or "CP1251" or "1251" => FileEncoding.Windows1251,
        _ => throw Wrong("options:encoding", "must be auto, utf-8 or windows-1251"),
    };

    private static byte? DelimiterOf(string text) => text is "\t" ? (byte)'\t' : text.Trim().ToUpperInvariant() switch
    {
        "AUTO" or "" => null,
        "," or "COMMA" => (byte)',',
        ";" or "SEMICOLON" => (byte)';',
        "TAB" or "\\T" => (byte)'\t',
        _ => throw Wrong("options:delimiter", "must be auto, comma, semicolon or tab"),
    };

    private static string CurrencyOf(string text) =>
        text.Trim() is var code && (code.Length == 0 || (code.Length == 3 && code.All(char.IsAsciiLetter)))
            ? code.ToUpperInvariant()
            : throw Wrong("options:currency", "must be a code of three letters such as UAH, or empty");

    private static HostException Wrong(string key, string what) =>
        new(HostFailure.Refused, "files.bad-option", $"The setting '{key}' of the files host {what}.");
}
