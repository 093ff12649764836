using System.Text.RegularExpressions;

namespace Crm.Plugin.Features.Mail;

/// <summary>What counts as an e-mail address. No clock, no database.</summary>
public static partial class MailAddressRule
{
    /// <summary>An address that a server would take: dot-atom @ domain with a dot (RFC 5321 4.1.2, without quoted local parts), letters of any language, at most 254 characters.</summary>
    public static bool IsValid(string address) => address.Length <= 254 && address.IndexOf('@', StringComparison.Ordinal) is > 0 and <= 64 && Whole().IsMatch(address);

    /// <summary>As addresses are compared: small letters throughout, because no server in use tells them apart.</summary>
    public static string Fold(string address) => address.Trim().ToLowerInvariant();

    /// <summary>Every address in a text, in order, repetitions included.</summary>
    public static IEnumerable<string> Find(string text) => Collect(text, Inside().EnumerateMatches(text));

    private static List<string> Collect(string text, Regex.ValueMatchEnumerator matches)
    {
        var found = new List<string>();
        foreach (var match in matches)
        {
            var address = text.Substring(match.Index, match.Length).TrimEnd('.', '-');
            if (IsValid(address))
            {
                found.Add(address);
            }
        }

        return found;
    }

    private const string Atom = @"[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+";
    private const string Label = @"[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?";

    [GeneratedRegex($@"^{Atom}(?:\.{Atom})*@(?:{Label}\.)+[\p{{L}}\p{{M}}\p{{N}}-]{{2,63}}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Whole();

    [GeneratedRegex(@"[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~.-]{1,64}@[\p{L}\p{M}\p{N}.-]{3,253}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Inside();
}
