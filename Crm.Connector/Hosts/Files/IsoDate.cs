namespace Crm.Connector.Hosts.Files;

/// <summary>Dates of ISO 8601's extended format. A time behind the day, if any, is checked for its shape and left out.</summary>
internal static class IsoDate
{
    private static readonly System.Buffers.SearchValues<byte> TimeLetters = System.Buffers.SearchValues.Create("0123456789:.+-Z"u8);

    public static bool TryRead(ReadOnlySpan<byte> text, out DateOnly date)
    {
        date = default;
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' || !IsTime(text[10..]))
            return false;
        var year = Digits(text[..4]);
        var month = Digits(text.Slice(5, 2));
        var day = Digits(text.Slice(8, 2));
        return Make(year, month, day, out date);
    }

    /// <summary>Reads a birthday; <c>--05-17</c> (ISO 8601:2000) is one without a year, which becomes year 1.</summary>
    public static bool TryReadBirthday(ReadOnlySpan<byte> text, out DateOnly date) =>
        text.Length == 7 && text.StartsWith("--"u8) && text[4] == '-'
            ? Make(1, Digits(text.Slice(2, 2)), Digits(text.Slice(5, 2)), out date)
            : TryRead(text, out date);

    private static bool Make(int year, int month, int day, out DateOnly date)
    {
        date = default;
        if (year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
            return false;
        date = new(year, month, day);
        return true;
    }

    private static int Digits(ReadOnlySpan<byte> text)
    {
        var number = 0;
        foreach (var letter in text)
        {
            if (!char.IsAsciiDigit((char)letter))
                return -1;
            number = (number * 10) + letter - '0';
        }

        return number;
    }

    private static bool IsTime(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
            return true;
        if (text[0] is not ((byte)'T' or (byte)' ') || text.Length < 6 || text[3] != ':')
            return false;
        return Digits(text.Slice(1, 2)) is >= 0 and < 25 && Digits(text.Slice(4, 2)) is >= 0 and < 60
            && text[6..].IndexOfAnyExcept(TimeLetters) < 0;
    }
}
