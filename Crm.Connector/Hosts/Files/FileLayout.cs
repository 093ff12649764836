using System.Text;
using System.Text.Unicode;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>What a file's first bytes and its header line say about the rest.</summary>
internal sealed class FileLayout
{
    /// <summary>Raise it when a row is mapped differently, so that every file is read anew.</summary>
    private const ulong MappingRevision = 1;
    private static readonly byte[] Delimiters = [(byte)',', (byte)';', (byte)'\t'];

    private readonly int[] _fieldOf;

    private FileLayout(FileSchema schema, byte delimiter, FileEncoding encoding, IReadOnlyList<string> header, string currency)
    {
        Delimiter = delimiter;
        Encoding = encoding;
        FieldCount = header.Count;
        _fieldOf = new int[schema.Columns.Count];
        Array.Fill(_fieldOf, -1);
        var unknown = new List<string>();
        for (var field = 0; field < header.Count; field++)
        {
            var column = schema.IndexOf(header[field]);
            if (column < 0)
                unknown.Add(header[field]);
            else if (_fieldOf[column] < 0)
                _fieldOf[column] = field;
            else
                Repeated ??= schema.Columns[column].Name;
        }

        Unknown = unknown;
        Missing = [.. schema.Columns.Where((_, i) => _fieldOf[i] < 0)];
        Seed = RowHash.Of(System.Text.Encoding.UTF8.GetBytes(currency), MappingRevision);
        foreach (var part in _fieldOf.Append(FieldCount).Append(delimiter).Append(encoding == FileEncoding.Windows1251 ? 1 : 0))
            Seed = RowHash.Append(Seed, (ulong)(uint)part);
    }

    public byte Delimiter { get; }

    public FileEncoding Encoding { get; }

    /// <summary>Fields that each row must have.</summary>
    public int FieldCount { get; }

    /// <summary>Columns of the schema that the header lacks.</summary>
    public IReadOnlyList<Column> Missing { get; }

    /// <summary>Columns of the header that mean nothing here.</summary>
    public IReadOnlyList<string> Unknown { get; }

    /// <summary>A column that the header names twice.</summary>
    public string? Repeated { get; }

    /// <summary>Starts every hash: the same bytes under another header, delimiter or encoding are another row.</summary>
    public ulong Seed { get; }

    /// <summary>Where the first record begins.</summary>
    public long BodyOffset { get; private init; }

    /// <summary>On which physical line the first record begins.</summary>
    public int BodyLine { get; private init; }

    /// <summary>Place of a column in a row; -1 when the file does not have it.</summary>
    public int FieldOf(int column) => _fieldOf[column];

    /// <summary>Whether a record without line end lacks fields too.</summary>
    public bool IsCut(ReadOnlySpan<byte> record, RecordShape shape) =>
        (shape & RecordShape.BadQuotes) != 0 || Fields.Count(record, Delimiter) < FieldCount;

    /// <summary>Reads the layout out of the file's first bytes.</summary>
    /// <param name="head">From the file's start.</param>
    /// <param name="whole">True when the file ends with <paramref name="head"/>.</param>
    /// <param name="vote">Asked when neither a byte order mark nor the options tell the encoding.</param>
    public static FileLayout Read(FileSchema schema, FilesOptions options, ReadOnlySpan<byte> head, bool whole, Func<FileEncoding> vote)
    {
        if (head.Length >= 2 && (head[0], head[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
        {
            throw new HostException(HostFailure.Refused, "files.bad-encoding",
                $"{schema.FileName} is written in UTF-16; export it as UTF-8 or windows-1251.");
        }

        ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
        var marked = head.StartsWith(mark);
        var at = marked ? 3 : 0;
        var line = 1;
        while (at < head.Length && head[at] is (byte)'\n' or (byte)'\r')
        {
            line += head[at] == '\n' ? 1 : 0;
            at++;
        }

        var end = head[at..].IndexOf((byte)'\n');
        if (end < 0 && !whole)
            throw NoHeader(schema);
        var text = (end < 0 ? head[at..] : head.Slice(at, end)).TrimEnd((byte)'\r');
        if (text.IsEmpty)
            throw NoHeader(schema);
        var encoding = marked ? FileEncoding.Utf8 : options.Encoding ?? vote();
        var names = TextOf(text, encoding);
        var delimiter = options.Delimiter ?? Delimiters.MaxBy(d => Split(names, d).Count(n => schema.IndexOf(n) >= 0));
        return new(schema, delimiter, encoding, Split(names, delimiter), options.Currency)
        {
            BodyOffset = at + (end < 0 ? head.Length - at : end + 1),
            BodyLine = line + 1,
        };
    }

    /// <summary>Fails when rows cannot be read without what is missing.</summary>
    public FileLayout Require(FileSchema schema)
    {
        var missing = Missing.Where(c => c.IsRequired).Select(c => c.Name).ToList();
        if (missing.Count > 0)
        {
            throw new HostException(HostFailure.Refused, "files.missing-column",
                $"{schema.FileName} has no column {string.Join(", ", missing)}; its first line must name the columns.");
        }

        return Repeated is null ? this : throw new HostException(HostFailure.Refused, "files.repeated-column",
            $"{schema.FileName} names the column {Repeated} twice.");
    }

    private static string TextOf(ReadOnlySpan<byte> bytes, FileEncoding encoding) =>
        encoding == FileEncoding.Windows1251 || !Utf8.IsValid(bytes)
            ? Windows1251.Encoding.GetString(bytes)
            : System.Text.Encoding.UTF8.GetString(bytes);

    // A header's names are letters and underscores; quotes around them are decoration.
    private static List<string> Split(string header, byte delimiter) =>
        [.. header.Split((char)delimiter).Select(n => n.Trim().Trim('"').Trim())];

    private static HostException NoHeader(FileSchema schema) =>
        new(HostFailure.Refused, "files.no-header", $"{schema.FileName} has no header line; its first line must name the columns.");
}

/// <summary>The code page of Cyrillic Windows, which .NET keeps in a provider of its own.</summary>
internal static class Windows1251
{
    public static readonly Encoding Encoding = CodePagesEncodingProvider.Instance.GetEncoding(1251)!;
}
