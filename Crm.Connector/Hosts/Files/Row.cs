using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>One record's values by column. The first value that cannot be read is kept as the row's problem; the rest are defaults.</summary>
internal sealed class Row(DataFile file)
{
    private const decimal LargestNumber = 900_000_000_000_000m; // the mirror's scaled 64-bit integers end at 922,337,203,685,477
    private const int LongestKey = 200;

    private readonly FileLayout _layout = file.Layout;
    private readonly (int Start, int Length)[] _fields = new (int, int)[file.Layout.FieldCount];
    private readonly TextPool _pool = new();
    private readonly TextPool _words = new(static text => text.ToUpperInvariant());
    private byte[] _unescaped = [];
    private Encoding _encoding = Encoding.UTF8;
    private byte[] _record = [];
    private int _length;

    /// <summary>Of <see cref="RowHash"/>: the record's version.</summary>
    public ulong Hash { get; private set; }

    /// <summary>Physical line on which the record begins.</summary>
    public int Line { get; private set; }

    /// <summary>Why the row is bad; null while it is good.</summary>
    public RowProblem? Problem { get; private set; }

    public string Version => RowHash.ToText(Hash);

    public string DefaultCurrency => file.Options.Currency;

    /// <summary>Turns to another record.</summary>
    /// <returns>False when it cannot be taken apart; <see cref="Problem"/> says why.</returns>
    public bool Take(ReadOnlySpan<byte> bytes, in Record record)
    {
        if (_record.Length < bytes.Length)
            _record = new byte[Math.Max(bytes.Length, 4096)];
        bytes.CopyTo(_record);
        _length = bytes.Length;
        Hash = record.Hash;
        Line = record.Line;
        Problem = null;
        if ((record.Shape & RecordShape.BadQuotes) != 0)
            return Fail("files.bad-quotes", "A quote is not closed, or text follows a closing quote.");
        if (bytes.Contains((byte)0))
            return Fail("files.bad-character", "The row holds a zero byte.");
        _encoding = Encoding.UTF8;
        if (_layout.Encoding == FileEncoding.Windows1251)
            _encoding = Windows1251.Encoding;
        else if (!Ascii.IsValid(bytes) && !Utf8.IsValid(bytes))
        {
            if (_layout.Encoding == FileEncoding.Utf8)
                return Fail("files.bad-encoding", "The row is not valid UTF-8, though the file is.");
            _encoding = Windows1251.Encoding;
        }

        return SplitFields(bytes);
    }

    public bool Fail(string code, string reason)
    {
        Problem ??= new($"{file.Name}:{Line}", code, reason);
        return false;
    }

    /// <summary>A value as text; null when it is empty or the file lacks the column.</summary>
    public string? Text(int column)
    {
        var bytes = Bytes(column);
        return bytes.IsEmpty ? null : _encoding.GetString(bytes);
    }

    /// <summary>A value that many rows share.</summary>
    public string? Common(int column)
    {
        var bytes = Bytes(column);
        return bytes.IsEmpty ? null : _pool.Get(bytes, _encoding);
    }

    /// <summary>A word of a fixed list, in capitals; null when empty.</summary>
    public string? Word(int column)
    {
        var bytes = Bytes(column);
        return bytes.IsEmpty ? null : _words.Get(bytes, _encoding);
    }

    public string RequiredText(int column) => Text(column) ?? Missing(column);

    /// <summary>The record's own key.</summary>
    public HostKey Key(int column) => KeyOf(column, Text(column) ?? Missing(column));

    /// <summary>The key of another record; null when empty.</summary>
    public HostKey? Link(int column) => Common(column) is { } text ? KeyOf(column, text) : null;

    public HostKey RequiredLink(int column) => KeyOf(column, Common(column) ?? Missing(column));

    public DateOnly? Date(int column)
    {
        var bytes = Bytes(column);
        if (bytes.IsEmpty)
            return null;
        if (IsoDate.TryRead(bytes, out var date))
            return date;
        Fail("files.bad-date", $"The column {Name(column)} is not a date such as 2024-12-31.");
        return null;
    }

    public DateOnly? Birthday(int column)
    {
        var bytes = Bytes(column);
        if (bytes.IsEmpty)
            return null;
        if (IsoDate.TryReadBirthday(bytes, out var date))
            return date;
        Fail("files.bad-date", $"The column {Name(column)} is not a date such as 1980-12-31, or --12-31 without the year.");
        return null;
    }

    public DateOnly RequiredDate(int column)
    {
        if (Bytes(column).IsEmpty)
            Missing(column);
        return Date(column) ?? default;
    }

    /// <summary>A number, rounded to the four decimals that the mirror keeps (halves away from zero).</summary>
    public decimal? Number(int column)
    {
        var bytes = Bytes(column);
        if (bytes.IsEmpty)
            return null;
        if (decimal.TryParse(bytes, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
        {
            if (Math.Abs(number) <= LargestNumber)
                return number.Scale <= 4 ? number : Math.Round(number, 4, MidpointRounding.AwayFromZero);
            Fail("files.bad-number", $"The column {Name(column)} is larger than 900,000,000,000,000.");
        }
        else
        {
            Fail("files.bad-number", $"The column {Name(column)} is not a number with a decimal point and no other separators.");
        }

        return null;
    }

    public decimal RequiredNumber(int column)
    {
        if (Bytes(column).IsEmpty)
            Missing(column);
        return Number(column) ?? 0;
    }

    /// <summary>Whether a record is in use; true when the file does not say.</summary>
    public bool Flag(int column)
    {
        switch (Word(column))
        {
            case null or "1" or "TRUE" or "YES":
                return true;
            case "0" or "FALSE" or "NO":
                return false;
            default:
                Fail("files.bad-value", $"The column {Name(column)} is none of 1, 0, true, false, yes, no.");
                return true;
        }
    }

    /// <summary>Currency of a row's amounts.</summary>
    public string Currency(int column)
    {
        var text = Word(column);
        if (text is null)
            return DefaultCurrency;
        if (text is not [>= 'A' and <= 'Z', >= 'A' and <= 'Z', >= 'A' and <= 'Z'])
            Fail("files.bad-value", $"The column {Name(column)} is not a currency code of three letters.");
        return text;
    }

    public string Name(int column) => file.Schema.Columns[column].Name;

    private ReadOnlySpan<byte> Bytes(int column)
    {
        var field = _layout.FieldOf(column);
        if (field < 0)
            return default;
        var (start, length) = _fields[field];
        var bytes = Fields.Trim(_record.AsSpan(start, length), out var doubled);
        return doubled ? Unescape(bytes) : bytes;
    }

    private ReadOnlySpan<byte> Unescape(ReadOnlySpan<byte> bytes)
    {
        if (_unescaped.Length < bytes.Length)
            _unescaped = new byte[bytes.Length];
        var length = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            _unescaped[length++] = bytes[i];
            if (bytes[i] == '"')
                i++; // the second of a pair
        }

        return _unescaped.AsSpan(0, length);
    }

    private bool SplitFields(ReadOnlySpan<byte> bytes)
    {
        int count = 0, start = 0;
        while (true)
        {
            var end = Fields.EndOf(bytes, start, _layout.Delimiter);
            if (count < _fields.Length)
                _fields[count] = (start, end - start);
            else if (end > start)
                return Fail("files.too-many-fields", $"The row has more fields than the {_fields.Length} that the header names.");
            count++;
            if (end == bytes.Length)
                break;
            start = end + 1;
        }

        return count >= _fields.Length
            || Fail("files.too-few-fields", $"The row has {count} fields; the header names {_fields.Length}.");
    }

    private string Missing(int column)
    {
        Fail("files.missing-value", $"The column {Name(column)} is empty.");
        return "";
    }

    private HostKey KeyOf(int column, string text)
    {
        if (text.Length > LongestKey)
            Fail("files.bad-key", $"The column {Name(column)} is longer than {LongestKey} characters.");
        return new(text);
    }
}
