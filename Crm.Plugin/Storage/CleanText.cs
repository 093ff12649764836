using System.Text;

namespace Crm.Plugin.Storage;

/// <summary>Text that both databases can keep.</summary>
internal static class CleanText
{
    /// <summary>
    /// Takes out what PostgreSQL refuses (U+0000) or what is no text at all (half a surrogate pair): one such letter in one row
    /// would otherwise stop the whole page for ever.
    /// </summary>
    public static string Of(string value) =>
        value.AsSpan().IndexOf('\0') < 0 && value.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0 ? value : Rewrite(value);

    private static string Rewrite(string value)
    {
        var result = new StringBuilder(value.Length);
        foreach (var rune in value.EnumerateRunes())
        {
            if (rune.Value != 0)
            {
                result.Append(rune.ToString());
            }
        }

        return result.ToString();
    }
}
