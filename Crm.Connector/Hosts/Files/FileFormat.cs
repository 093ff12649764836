using System.Runtime.InteropServices;
using System.Text;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>What becomes one record of the mirror: a row with a key, or a set of rows without.</summary>
/// <param name="First">Of its records in the chunk.</param>
/// <param name="Count">How many records.</param>
/// <param name="Hash">Its version.</param>
/// <param name="KeyStart">Of the key's bytes in the chunk.</param>
/// <param name="KeyLength">0 where there is no key, or it holds doubled quotes.</param>
internal readonly record struct Element(int First, int Count, ulong Hash, int KeyStart = 0, int KeyLength = 0);

/// <summary>How the records of one kind of file become records of the mirror.</summary>
internal abstract class FileFormat<T>(FileSchema schema) where T : IHostRecord
{
    public FileSchema Schema => schema;

    /// <summary>Whether two rows of a file may have the same key.</summary>
    public abstract bool KeysRepeat { get; }

    /// <summary>Room for keys in the sketch, judged by the file's first chunk.</summary>
    public abstract int KeyWords(ChunkReader chunk, DataFile file);

    /// <summary>Whether each record is an element of its own, whatever stands around it.</summary>
    public abstract bool RecordsStandAlone { get; }

    /// <summary>Finds the chunk's elements.</summary>
    /// <returns>False when an element's hash depends on what came before the chunk (an equal set did).</returns>
    public abstract bool Cut(ReadOnlySpan<byte> bytes, ReadOnlySpan<Record> records, DataFile file, Dictionary<ulong, int> seen, List<Element> elements);

    /// <summary>Builds the record; null when there is nothing good in it.</summary>
    public abstract T? Build(ChunkReader chunk, in Element element, Row row, List<RowProblem> problems);

    /// <summary>The key of an element that is in the file no more; null when it cannot be told.</summary>
    public abstract HostKey? KeyOf(ulong hash, ReadOnlySpan<byte> key, DataFile file);
}

/// <summary>Files whose rows carry their key.</summary>
internal sealed class KeyedFormat<T>(FileSchema schema, int keyColumn, Func<Row, T> map) : FileFormat<T>(schema) where T : class, IHostRecord
{
    private const int MostKeyWords = 6; // keys of up to 47 bytes: a GUID with braces fits

    public override bool KeysRepeat => true;

    public override bool RecordsStandAlone => true;

    public override int KeyWords(ChunkReader chunk, DataFile file)
    {
        var elements = new List<Element>();
        Cut(chunk.Bytes, chunk.Records, file, [], elements);
        var longest = elements.Count == 0 ? 16 : elements.Max(e => e.KeyLength);
        return Math.Clamp((longest + 1 + 7) / 8, 1, MostKeyWords);
    }

    public override bool Cut(ReadOnlySpan<byte> bytes, ReadOnlySpan<Record> records, DataFile file, Dictionary<ulong, int> seen, List<Element> elements)
    {
        var (field, delimiter) = (file.Layout.FieldOf(keyColumn), file.Layout.Delimiter);
        CollectionsMarshal.SetCount(elements, records.Length);
        var to = CollectionsMarshal.AsSpan(elements);
        for (var i = 0; i < to.Length; i++)
        {
            ref readonly var record = ref records[i];
            var row = bytes.Slice(record.Start, record.Length);
            var start = 0;
            for (var f = 0; f < field && start <= row.Length; f++)
                start = Fields.EndOf(row, start, delimiter) + 1;
            if (start > row.Length)
            {
                to[i] = new(i, 1, record.Hash);
                continue;
            }

            var raw = row[start..Fields.EndOf(row, start, delimiter)];
            var key = Fields.Trim(raw, out var doubled);
            var keyStart = key.IsEmpty ? 0 : (int)System.Runtime.CompilerServices.Unsafe.ByteOffset(
                ref MemoryMarshal.GetReference(bytes), ref MemoryMarshal.GetReference(key));
            to[i] = new(i, 1, record.Hash, keyStart, doubled ? 0 : key.Length);
        }

        return true;
    }

    public override T? Build(ChunkReader chunk, in Element element, Row row, List<RowProblem> problems)
    {
        var record = chunk.Records[element.First];
        var built = row.Take(chunk.BytesOf(record), record) ? map(row) : null;
        if (row.Problem is null)
            return built;
        problems.Add(row.Problem);
        return null;
    }

    public override HostKey? KeyOf(ulong hash, ReadOnlySpan<byte> key, DataFile file)
    {
        if (key.IsEmpty || (file.Layout.Encoding == FileEncoding.Undecided && !Ascii.IsValid(key)))
            return null;
        var encoding = file.Layout.Encoding == FileEncoding.Windows1251 ? Windows1251.Encoding : Encoding.UTF8;
        return new(encoding.GetString(key));
    }
}

/// <summary>
/// Files whose rows have no key: some neighbouring rows make a set whose key is the hash of its content, so that equal rows
/// stay as many as they are and a changed row costs its set alone.
/// </summary>
internal sealed class SetFormat<TLine, T>(FileSchema schema, Func<Row, TLine> map, Func<HostKey, string, IReadOnlyList<TLine>, T> make)
    : FileFormat<T>(schema)
    where TLine : class
    where T : class, IHostRecord
{
    private const int FewestLines = 4;
    private const int MostLines = 64;
    private const ulong CutMask = 15UL << 32; // about 20 lines a set; other bits than those that cut chunks

    public override bool KeysRepeat => false;

    public override bool RecordsStandAlone => false;

    public override int KeyWords(ChunkReader chunk, DataFile file) => 0;

    public override bool Cut(ReadOnlySpan<byte> bytes, ReadOnlySpan<Record> records, DataFile file, Dictionary<ulong, int> seen, List<Element> elements)
    {
        elements.Clear();
        var independent = true;
        var first = 0;
        var hash = file.Layout.Seed;
        for (var i = 0; i < records.Length; i++)
        {
            hash = RowHash.Append(hash, records[i].Hash);
            var count = i + 1 - first;
            if (i + 1 < records.Length && count < MostLines && (count < FewestLines || (records[i].Hash & CutMask) != 0))
                continue;
            ref var times = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, hash, out _);
            if (times > 0)
            {
                independent = false;
                elements.Add(new(first, count, RowHash.Append(hash, (ulong)times)));
            }
            else
            {
                elements.Add(new(first, count, hash));
            }

            times++;
            first = i + 1;
            hash = file.Layout.Seed;
        }

        return independent;
    }

    public override T? Build(ChunkReader chunk, in Element element, Row row, List<RowProblem> problems)
    {
        var lines = new List<TLine>(element.Count);
        for (var i = element.First; i < element.First + element.Count; i++)
        {
            var record = chunk.Records[i];
            var line = row.Take(chunk.BytesOf(record), record) ? map(row) : null;
            if (row.Problem is null)
                lines.Add(line!);
            else
                problems.Add(row.Problem);
        }

        var key = RowHash.ToText(element.Hash);
        return make(new(key), key, lines);
    }

    public override HostKey? KeyOf(ulong hash, ReadOnlySpan<byte> key, DataFile file) => new(RowHash.ToText(hash));
}
