using System.Globalization;
using System.Text;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Search;

/// <summary>Text as it is compared: Cyrillic and Latin alike without regard to case.</summary>
public static class SearchText
{
    /// <summary>
    /// Lower case; ё as е; Latin letters without diacritics (й and ї stay themselves: they are letters of their own);
    /// every kind of apostrophe and quote as ', every kind of white space as one blank; trimmed.
    /// </summary>
    public static string Fold(string text)
    {
        var result = new StringBuilder(text.Length);
        var blank = false;
        var clean = CleanText.Of(text); // half a surrogate pair cannot be normalised
        foreach (var c in clean.IsNormalized(NormalizationForm.FormC) ? clean : clean.Normalize(NormalizationForm.FormC))
        {
            if (char.IsWhiteSpace(c) || c == '\u00a0' || char.IsControl(c))
            {
                blank = result.Length > 0;
                continue;
            }

            if (blank)
            {
                result.Append(' ');
                blank = false;
            }

            Append(result, c);
        }

        return result.ToString();
    }

    private static void Append(StringBuilder result, char c)
    {
        switch (c)
        {
            case >= 'a' and <= 'z' or >= '0' and <= '9':
                result.Append(c);
                break;
            case >= 'A' and <= 'Z':
                result.Append((char)(c | 0x20));
                break;
            case 'Ё' or 'ё':
                result.Append('е');
                break;
            case '\u2018' or '\u2019' or '\u02bc' or '\u0060' or '\u00b4' or '"' or '«' or '»' or '\u201c' or '\u201d' or '\u201e':
                result.Append('\'');
                break;
            case 'ß':
                result.Append("ss");
                break;
            case >= '\u00c0' and <= '\u024f' or >= '\u1e00' and <= '\u1eff':
                AppendWithoutDiacritics(result, c);
                break;
            default:
                result.Append(char.ToLowerInvariant(c));
                break;
        }
    }

    private static void AppendWithoutDiacritics(StringBuilder result, char c)
    {
        foreach (var part in c.ToString().Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(part) != UnicodeCategory.NonSpacingMark)
            {
                result.Append(char.ToLowerInvariant(part));
            }
        }
    }
}
