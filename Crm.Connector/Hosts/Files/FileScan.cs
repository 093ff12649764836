using System.Runtime.InteropServices;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>Goes through a file from the top, chunk by chunk, and keeps what a cursor at its end needs.</summary>
internal sealed class FileScan<T> where T : IHostRecord
{
    private readonly DataFile _file;
    private readonly FileFormat<T> _format;
    private readonly ChunkReader _reader;
    private readonly Dictionary<ulong, int> _seen = [];
    private readonly List<Element> _elements = [];
    private readonly List<ulong> _chunks = [];
    private RowSketch? _sketch;
    private SketchFeed? _feed;
    private SkimFeed<T>? _skim;

    /// <param name="file">The file.</param>
    /// <param name="format">Of its rows.</param>
    /// <param name="sketch">An empty one like that of an earlier read; null: judge by the first chunk.</param>
    public FileScan(DataFile file, FileFormat<T> format, RowSketch? sketch = null)
    {
        (_file, _format, _sketch) = (file, format, sketch);
        _reader = new(file);
    }

    public ChunkReader Chunk => _reader;

    public ReadOnlySpan<Element> Elements => CollectionsMarshal.AsSpan(_elements);

    /// <summary>False when the chunk's elements depend on earlier chunks.</summary>
    public bool IsIndependent { get; private set; }

    /// <summary>Of all chunks before the present one.</summary>
    public ulong FoldBefore { get; private set; }

    /// <summary>Of all chunks up to and with the present one.</summary>
    public ulong Fold { get; private set; }

    /// <summary>Of all rows so far.</summary>
    public RowSketch Sketch
    {
        get
        {
            _feed?.Finish();
            _skim?.Finish();
            return _sketch ??= new(2);
        }
    }

    public bool Next()
    {
        if (!Read())
            return false;
        _feed ??= new(_sketch ??= new(_format.KeyWords(_reader, _file)));
        IsIndependent = _format.Cut(_reader.Bytes, _reader.Records, _file, _seen, _elements);
        var bytes = _reader.Bytes;
        foreach (ref readonly var element in Elements)
            _feed.Add(element.Hash, bytes.Slice(element.KeyStart, element.KeyLength));
        return true;
    }

    /// <summary>Like <see cref="Next"/>, for those who ask for <see cref="Elements"/> only of chunks that are not independent.</summary>
    public bool Skim()
    {
        if (!_format.RecordsStandAlone)
            return Next();
        if (!Read())
            return false;
        _skim ??= new(_sketch ??= new(_format.KeyWords(_reader, _file)), _format, _file);
        _skim.Add(_reader.Bytes, _reader.Records);
        IsIndependent = true;
        return true;
    }

    /// <summary>The cursor that says: this is what the mirror has now.</summary>
    public FileCursor.Delivered Delivered()
    {
        _chunks.Sort();
        var stamp = _file.Stamp with { IsSettled = _file.Stamp.IsSettled && !_reader.HeldBack };
        return new(stamp, _file.Layout.Seed, [.. _chunks], Sketch);
    }

    private bool Read()
    {
        if (!_reader.Read())
            return false;
        FoldBefore = Fold;
        Fold = RowHash.Append(Fold, _reader.Fingerprint);
        _chunks.Add(_reader.Fingerprint);
        return true;
    }
}
