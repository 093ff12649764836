using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>One record of a chunk.</summary>
/// <param name="Start">Offset in <see cref="ChunkReader.Bytes"/>.</param>
/// <param name="Length">Without the line end.</param>
/// <param name="Line">Physical line on which it begins, from 1.</param>
/// <param name="Hash">Of its bytes.</param>
/// <param name="Shape">What the scan saw of it.</param>
internal readonly record struct Record(int Start, int Length, int Line, ulong Hash, RecordShape Shape);

[Flags]
internal enum RecordShape : byte
{
    Plain = 0,
    Quoted = 1,
    BadQuotes = 2,
    Unterminated = 4,
}

/// <summary>
/// Reads a file as chunks of whole records. Where a chunk ends is decided by the hash of its last record, so that an
/// insertion in the middle changes the chunk it is in and, rarely, the next: all others keep their fingerprint.
/// </summary>
/// <remarks>
/// Quotes follow RFC 4180: a quote opens only at the start of a field, a doubled quote stands for one, a closing quote is
/// followed by a delimiter or the line's end. A record that breaks this ends at its first physical line, so that one stray
/// quote costs one row and not the rest of the file. A chunk lies in memory as a whole; a read from any chunk's start gives
/// the same chunks as a read from the top.
/// </remarks>
internal sealed class ChunkReader
{
    private const int FewestRecords = 128;
    private const int MostRecords = 4096;
    private const int MostBytes = 512 * 1024;
    private const ulong CutMask = 1023; // one record in 1,024 ends a chunk: about 100 KB of orders
    private const int ReadBytes = 256 * 1024;
    private const int LongestRecord = 8 * 1024 * 1024;
    private const int LongestLine = 64 * 1024 * 1024;

    private readonly DataFile _file;
    private readonly ulong _seed;
    private readonly byte _delimiter;
    private readonly bool _holdBackCutEnd;
    private byte[] _buffer = new byte[1024 * 1024];
    private Record[] _records = new Record[MostRecords];
    private int _position; // of the next record
    private int _filled;
    private int _chunkStart;
    private long _bufferOffset; // in the file
    private bool _atEnd;
    private bool _quoteOpenAtEnd;

    public ChunkReader(DataFile file)
    {
        _file = file;
        _seed = file.Layout.Seed;
        _delimiter = file.Layout.Delimiter;
        _holdBackCutEnd = file.IsYoung;
        _bufferOffset = file.Layout.BodyOffset;
        NextLine = file.Layout.BodyLine;
    }

    /// <summary>The chunk; records point into it until the next call of <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _buffer.AsSpan(_chunkStart, _position - _chunkStart);

    public ReadOnlySpan<Record> Records => _records.AsSpan(0, Count);

    public int Count { get; private set; }

    /// <summary>Of the records in their order; 0 is as good as any.</summary>
    public ulong Fingerprint { get; private set; }

    /// <summary>Where the chunk begins in the file.</summary>
    public long Offset => _bufferOffset + _chunkStart;

    /// <summary>Where the next chunk begins.</summary>
    public long NextOffset => _bufferOffset + _position;

    /// <summary>Physical line on which the chunk begins.</summary>
    public int FirstLine { get; private set; }

    /// <summary>Physical line on which the next chunk begins.</summary>
    public int NextLine { get; private set; }

    /// <summary>The file ends in the middle of a record and was written a moment ago: that record is left for the next read.</summary>
    public bool HeldBack { get; private set; }

    public ReadOnlySpan<byte> BytesOf(in Record record) => _buffer.AsSpan(_chunkStart + record.Start, record.Length);

    /// <summary>Goes to another chunk's start, given its physical line.</summary>
    public void Seek(long offset, int line)
    {
        if (offset == NextOffset)
            return;
        _position = _filled = _chunkStart = 0;
        _bufferOffset = offset;
        _atEnd = _quoteOpenAtEnd = false;
        NextLine = line;
    }

    /// <summary>Reads the next chunk.</summary>
    /// <returns>False at the end of the file; a chunk may be empty when only blank lines are left.</returns>
    public bool Read()
    {
        _chunkStart = _position;
        Count = 0;
        Fingerprint = _seed;
        FirstLine = NextLine;
        while (_position < _filled || Fill(out _))
        {
            if (!ReadRecord(out var hash))
                break; // held back
            if (Count == MostRecords || _position - _chunkStart >= MostBytes || (Count >= FewestRecords && (hash & CutMask) == 0))
                break;
        }

        return _position > _chunkStart;
    }

    private bool ReadRecord(out ulong hash)
    {
        hash = 1; // a blank line ends no chunk
        var start = _position - _chunkStart;
        var line = NextLine;
        var end = FindEnd(out var shape);
        if (end < 0)
        {
            if (_holdBackCutEnd && _quoteOpenAtEnd)
            {
                HeldBack = true;
                return false;
            }

            shape = RecordShape.BadQuotes;
            end = FindLineEnd(ref shape);
        }

        var next = (shape & RecordShape.Unterminated) != 0 ? end : end + 1;
        var bytes = _buffer.AsSpan(_chunkStart + start, end - start - _chunkStart);
        if (bytes.Length > 0 && bytes[^1] == '\r')
            bytes = bytes[..^1];
        if (_holdBackCutEnd && (shape & RecordShape.Unterminated) != 0 && _file.Layout.IsCut(bytes, shape))
        {
            HeldBack = true;
            return false;
        }

        NextLine += 1 + ((shape & RecordShape.Quoted) != 0 ? bytes.Count((byte)'\n') : 0);
        _position = next;
        if (bytes.IsEmpty)
            return true;
        hash = RowHash.Of(bytes, _seed);
        Fingerprint = RowHash.Append(Fingerprint, hash);
        _records[Count++] = new(start, bytes.Length, line, hash, shape);
        return true;
    }

    /// <summary>Finds the line feed that ends the record; -1 when its quotes are wrong.</summary>
    private int FindEnd(out RecordShape shape)
    {
        shape = RecordShape.Plain;
        var at = SkipPlain(_position);
        while (true)
        {
            var found = at < _filled && _buffer[at] == '\n' ? 0 : _buffer.AsSpan(at, _filled - at).IndexOfAny((byte)'\n', (byte)'"');
            if (found < 0)
            {
                at = _filled;
                if (Fill(out var moved))
                {
                    at -= moved;
                    continue;
                }

                at = _filled;
                shape |= RecordShape.Unterminated;
                return at;
            }

            at += found;
            if (_buffer[at] == '\n')
                return at;
            if (at != _position && _buffer[at - 1] != _delimiter)
            {
                at++; // inside an unquoted field: a letter like any other
                continue;
            }

            shape |= RecordShape.Quoted;
            at = FindClosingQuote(at + 1);
            if (at < 0)
                return -1;
        }
    }

    /// <summary>Goes on to the first line feed or quote, or to where a vector of bytes is not to be had any more: records are short, and a call for each costs as much as looking.</summary>
    private int SkipPlain(int at)
    {
        ref var bytes = ref MemoryMarshal.GetArrayDataReference(_buffer);
        for (; at <= _filled - Vector256<byte>.Count; at += Vector256<byte>.Count)
        {
            var here = Vector256.LoadUnsafe(ref bytes, (nuint)at);
            var marks = (Vector256.Equals(here, Vector256.Create((byte)'\n')) | Vector256.Equals(here, Vector256.Create((byte)'"'))).ExtractMostSignificantBits();
            if (marks != 0)
                return at + BitOperations.TrailingZeroCount(marks);
        }

        return at;
    }

    /// <summary>Finds the byte after the closing quote; -1 when there is none or text follows it.</summary>
    private int FindClosingQuote(int at)
    {
        while (true)
        {
            var found = _buffer.AsSpan(at, _filled - at).IndexOf((byte)'"');
            if (found < 0)
            {
                at = _filled;
                if (at - _position > LongestRecord)
                    return -1;
                if (!Fill(out var moved))
                {
                    _quoteOpenAtEnd = true;
                    return -1;
                }

                at -= moved;
                continue;
            }

            at += found + 1;
            while (at + 1 >= _filled)
            {
                if (!Fill(out var moved))
                    break;
                at -= moved;
            }

            if (at == _filled)
                return at;
            var follows = _buffer[at];
            if (follows == '"')
            {
                at++;
                continue;
            }

            var closes = follows == _delimiter || follows == '\n'
                || (follows == '\r' && (at + 1 == _filled || _buffer[at + 1] == '\n'));
            return closes ? at : -1;
        }
    }

    private int FindLineEnd(ref RecordShape shape)
    {
        var at = _position;
        while (true)
        {
            var found = _buffer.AsSpan(at, _filled - at).IndexOf((byte)'\n');
            if (found >= 0)
                return at + found;
            at = _filled;
            if (!Fill(out var moved))
            {
                shape |= RecordShape.Unterminated;
                return _filled;
            }

            at -= moved;
        }
    }

    /// <summary>Reads more; <paramref name="moved"/> is how far everything in the buffer went towards its start.</summary>
    private bool Fill(out int moved)
    {
        moved = 0;
        if (_atEnd)
            return false;
        if (_filled == _buffer.Length)
        {
            if (_chunkStart > 0)
            {
                moved = _chunkStart;
                _buffer.AsSpan(_chunkStart, _filled - _chunkStart).CopyTo(_buffer);
                _bufferOffset += moved;
                _filled -= moved;
                _position -= moved;
                _chunkStart = 0;
            }
            else if (_buffer.Length >= LongestLine)
            {
                throw new HostException(HostFailure.Unreadable, "files.line-too-long",
                    $"{_file.Name} line {NextLine} has no end within {LongestLine / 1024 / 1024} MB: this is not a CSV file.");
            }
            else
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }
        }

        var room = _buffer.AsSpan(_filled);
        var read = RandomAccess.Read(_file.Handle, room[..Math.Min(room.Length, ReadBytes)], _bufferOffset + _filled);
        _filled += read;
        _atEnd = read == 0;
        return read > 0;
    }
}
