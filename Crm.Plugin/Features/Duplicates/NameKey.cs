using System.Text;
using System.Text.RegularExpressions;
using Crm.Plugin.Search;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Names of companies as they are compared: without legal form, quotes and alphabet. No database.</summary>
public static partial class NameKey
{
    private static readonly HashSet<string> Forms = new(StringComparer.Ordinal)
    {
        "ооо", "оао", "зао", "пао", "нао", "ао", "ип", "чп", "тов", "пп", "фоп", "прат", "пат", "ат", "тд", "торговый", "дом", "компания", "фирма", "группа", "компанія", "фірма",
        "llc", "ltd", "limited", "inc", "corp", "corporation", "co", "company", "gmbh", "ag", "kg", "ug", "sa", "srl", "sarl", "sas", "bv", "nv", "oy", "ab", "as", "spa", "plc", "llp", "zoo", "sp", "group", "the",
        "общество", "ограниченной", "ответственностью", "акционерное", "публичное", "закрытое", "открытое", "индивидуальный", "предприниматель",
        "товариство", "обмеженою", "відповідальністю", "приватне", "підприємство", "фізична", "особа", "підприємець", "с", "з", "и", "і", "and",
    };

    private static readonly Dictionary<char, string> Latin = new()
    {
        ['а'] = "a", ['б'] = "b", ['в'] = "v", ['г'] = "g", ['ґ'] = "g", ['д'] = "d", ['е'] = "e", ['є'] = "e", ['ж'] = "j", ['з'] = "z", ['и'] = "i", ['і'] = "i", ['ї'] = "i", ['й'] = "i",
        ['к'] = "k", ['л'] = "l", ['м'] = "m", ['н'] = "n", ['о'] = "o", ['п'] = "p", ['р'] = "r", ['с'] = "s", ['т'] = "t", ['у'] = "u", ['ф'] = "f", ['х'] = "h", ['ц'] = "c", ['ч'] = "c",
        ['ш'] = "s", ['щ'] = "s", ['ъ'] = "", ['ы'] = "i", ['ь'] = "", ['э'] = "e", ['ю'] = "iu", ['я'] = "ia",
    };

    /// <summary>
    /// Words without legal forms, in Latin letters brought to one spelling (zh and j, kh and h, ya and ia, w and v …), sorted and joined:
    /// «ООО "Северный Ветер"» and "Severnyy veter LLC" are equal. "" when nothing is left to compare.
    /// </summary>
    public static string Of(string name)
    {
        var words = Word().Matches(SearchText.Fold(name)).Select(m => m.Value).ToList();
        var own = words.Where(w => !Forms.Contains(w)).ToList();
        var keys = (own.Count == 0 ? words : own).Select(Spell).Where(w => w.Length > 0).Order(StringComparer.Ordinal);
        var key = string.Join(' ', keys);
        return key.Length is < 3 or > 200 ? "" : key;
    }

    private static string Spell(string word)
    {
        var latin = new StringBuilder(word.Length + 4);
        foreach (var letter in word)
        {
            latin.Append(Latin.GetValueOrDefault(letter) ?? letter.ToString());
        }

        var one = latin.ToString()
            .Replace("shch", "s", StringComparison.Ordinal).Replace("sch", "s", StringComparison.Ordinal).Replace("sh", "s", StringComparison.Ordinal).Replace("zh", "j", StringComparison.Ordinal)
            .Replace("kh", "h", StringComparison.Ordinal).Replace("ch", "c", StringComparison.Ordinal).Replace("ts", "c", StringComparison.Ordinal).Replace("ck", "k", StringComparison.Ordinal)
            .Replace("ph", "f", StringComparison.Ordinal).Replace('w', 'v').Replace("x", "ks", StringComparison.Ordinal).Replace('y', 'i').Replace('q', 'k');
        // Doubled letters are a matter of taste, and й after и is often left out.
        var result = new StringBuilder(one.Length);
        foreach (var letter in one)
        {
            if (result.Length == 0 || result[^1] != letter)
            {
                result.Append(letter);
            }
        }

        return result.ToString();
    }

    [GeneratedRegex(@"[\p{L}\p{N}]+")]
    private static partial Regex Word();
}
