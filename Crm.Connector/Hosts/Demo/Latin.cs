using System.Text;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Writes names as people write them into addresses of the Internet.</summary>
internal static class Latin
{
    private const string Cyrillic = "абвгґдеёєжзиіїйклмнопрстуфхцчшщъыьэюяäöüß";

    private static readonly string[] Letters =
    [
        "a", "b", "v", "g", "g", "d", "e", "e", "ie", "zh", "z", "i", "i", "i", "y", "k", "l", "m", "n", "o", "p", "r", "s", "t", "u", "f", "kh", "ts", "ch", "sh", "sch", "", "y",
        "", "e", "yu", "ya", "ae", "oe", "ue", "ss",
    ];

    /// <summary>Lower-case letters, digits and single dashes.</summary>
    public static string Of(string text)
    {
        var latin = new StringBuilder(text.Length + 8);
        foreach (var letter in text.ToLowerInvariant())
        {
            var i = Cyrillic.IndexOf(letter, StringComparison.Ordinal);
            if (i >= 0)
            {
                latin.Append(Letters[i]);
            }
            else if (char.IsAsciiLetterOrDigit(letter))
            {
                latin.Append(letter);
            }
            else if (latin.Length > 0 && latin[^1] != '-')
            {
                latin.Append('-');
            }
        }

        return latin.ToString().Trim('-');
    }
}
