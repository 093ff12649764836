using System.Text.RegularExpressions;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>Whom the headers of a letter name.</summary>
internal static partial class LetterAddresses
{
    private const int Most = 500;
    private const int Longest = 254;

    /// <summary>Addresses of all headers of a name; those of groups among them.</summary>
    public static IEnumerable<LetterAddress> Of(MimeMessage message, HeaderId name, ParserOptions options) => message.Headers.Where(h => h.Id == name).SelectMany(h => Of(h, options)).Take(Most);

    private static IEnumerable<LetterAddress> Of(Header header, ParserOptions options)
    {
        var found = InternetAddressList.TryParse(options, Commas(header.RawValue), out var list) ? list.Mailboxes.Select(m => new LetterAddress(m.Name?.Trim() is { Length: > 0 } name ? name : null, m.Address)).Where(IsOne).ToList() : [];
        // One mistake spoils a whole list for MimeKit; whoever wrote it is somebody all the same.
        return found.Count > 0 ? found : Inside().Matches(header.Value).Select(m => new LetterAddress(null, m.Value)).Where(IsOne);
    }

    private static bool IsOne(LetterAddress address) => address.Address.Length <= Longest && address.Address.Contains('@', StringComparison.Ordinal);

    /// <summary>Outlook's users part addresses by semicolons, which only end a group.</summary>
    private static byte[] Commas(byte[] raw) => raw.Contains((byte)':') ? raw : [.. raw.Select(o => o == ';' ? (byte)',' : o)];

    [GeneratedRegex(@"[^\s<>,;:""()\[\]]+@[^\s<>,;:""()\[\]]+", RegexOptions.NonBacktracking)]
    private static partial Regex Inside();
}
