namespace Crm.Plugin.Search;

/// <summary>
/// The fragment index: for each number, every run of up to <see cref="PhoneDigits.FragmentLength"/> digits from each place, so that
/// any fragment of any number is one range of one index. An entry is one integer, the run before the phone's id: it is appended
/// in order and compared without looking at text, in either database.
/// </summary>
internal static class PhoneFragment
{
    /// <summary>SQL of a phone's id, of an entry <c>f</c>.</summary>
    public const string PhoneId = "(f.entry & 34359738367)";

    private const int IdBits = 35;
    private const int Length = PhoneDigits.FragmentLength;

    /// <summary>The run from a place on as a number of base 11 that sorts like its text: digit + 1 in each place, 0 where it has ended.</summary>
    public static uint Run(ReadOnlySpan<char> digits, int start)
    {
        uint run = 0;
        for (var i = start; i < start + Length; i++)
        {
            run = (run * 11) + (i < digits.Length ? (uint)(digits[i] - '0' + 1) : 0);
        }

        return run;
    }

    public static long Entry(uint run, long phoneId) => ((long)run << IdBits) | phoneId;

    /// <summary>Every entry of a number, each once.</summary>
    public static IEnumerable<long> Entries(string digits, long phoneId) =>
        Enumerable.Range(0, Math.Max(0, digits.Length - PhoneDigits.ShortestFragment + 1)).Select(start => Entry(Run(digits, start), phoneId)).Distinct();

    /// <summary>Entries of all numbers that have these digits in a row; of more than <see cref="PhoneDigits.FragmentLength"/> the first ones are looked at.</summary>
    /// <returns>The first entry and the one behind the last.</returns>
    public static (long Low, long High) Range(string digits)
    {
        var low = Run(digits, 0);
        uint width = 1;
        for (var i = digits.Length; i < Length; i++)
        {
            width *= 11;
        }

        return (Entry(low, 0), Entry(low + width, 0));
    }
}
