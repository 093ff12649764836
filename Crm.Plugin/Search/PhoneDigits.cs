namespace Crm.Plugin.Search;

/// <summary>Telephone numbers as they are compared.</summary>
public static class PhoneDigits
{
    /// <summary>Digits of one entry of the fragment index.</summary>
    public const int FragmentLength = 8;

    /// <summary>Shorter fragments are not looked up: they would match nearly everything.</summary>
    public const int ShortestFragment = 3;

    /// <summary>
    /// The digits alone, in international form where the spelling shows it: 00 at the start is dropped, the Russian and
    /// Kazakh trunk prefix 8 of an eleven-digit number becomes 7, a Ukrainian 0 of a ten-digit number becomes 380.
    /// An extension ("доб. 100", "ext. 5", "#5") is left out.
    /// </summary>
    /// <returns>"" when there is no digit.</returns>
    public static string Normalise(string typed)
    {
        Span<char> digits = stackalloc char[24];
        var count = 0;
        var plus = false;
        foreach (var c in typed)
        {
            if (c is >= '0' and <= '9')
            {
                if (count == digits.Length)
                {
                    break;
                }

                digits[count++] = c;
            }
            else if (c == '+' && count == 0)
            {
                plus = true;
            }
            else if (count >= 5 && (c is '#' or ';' || char.IsLetter(c)))
            {
                break;
            }
        }

        var found = digits[..count];
        if (!plus && count > 9 && found[0] == '0' && found[1] == '0')
        {
            return new string(found[2..]);
        }

        if (!plus && count == 11 && found[0] == '8')
        {
            found[0] = '7';
        }
        else if (!plus && count == 10 && found[0] == '0')
        {
            return string.Concat("38", found);
        }

        return new string(found);
    }

    /// <summary>
    /// Digit runs to look a typed fragment up by: as typed, and without the trunk prefix (8 or 0) that the stored
    /// international form does not have. Empty when fewer than <see cref="ShortestFragment"/> digits were typed.
    /// </summary>
    public static IReadOnlyList<string> Candidates(string typed)
    {
        var digits = string.Concat(typed.Where(c => c is >= '0' and <= '9'));
        if (digits.Length < ShortestFragment)
        {
            return [];
        }

        var whole = Normalise(typed);
        var result = new List<string> { whole.Length >= digits.Length ? whole : digits };
        if (digits != result[0])
        {
            result.Add(digits);
        }

        if (digits[0] is '8' or '0' && digits.TrimStart('0') is var rest && rest.Length > 0)
        {
            var trunkless = digits[0] == '8' ? digits[1..] : rest;
            if (trunkless.Length > ShortestFragment)
            {
                result.Add(trunkless);
            }
        }

        return result;
    }

    /// <summary>Whether a search text means a number: no letters, and enough digits.</summary>
    public static bool LooksLikeNumber(string typed) =>
        typed.Count(char.IsAsciiDigit) >= ShortestFragment && !typed.Any(char.IsLetter) && !typed.Contains('@', StringComparison.Ordinal);
}
