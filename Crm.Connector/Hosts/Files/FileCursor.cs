using System.IO.Compression;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Files;

/// <summary>What has been delivered of a file.</summary>
internal abstract record FileCursor
{
    private const string Prefix = "f1:";

    /// <summary>In the middle of a read: everything up to a place has been delivered.</summary>
    /// <param name="Known">Fingerprints of chunks that need no delivery; sorted.</param>
    /// <param name="Offset">Start of the next chunk; 0: from the top.</param>
    /// <param name="Fold">Of the fingerprints of the chunks before it: proof that they are still those.</param>
    /// <param name="SweepAdvised">Rows may be gone that this read cannot name.</param>
    public sealed record Position(ulong[] Known, long Offset, ulong Fold, bool SweepAdvised) : FileCursor;

    /// <summary>At the end of a read: the whole file as it then was.</summary>
    /// <param name="Stamp">Of the file.</param>
    /// <param name="Seed">Of the layout's hashes.</param>
    /// <param name="Chunks">Fingerprints; sorted.</param>
    /// <param name="Sketch">Every row that the mirror has.</param>
    public sealed record Delivered(FileStamp Stamp, ulong Seed, ulong[] Chunks, RowSketch Sketch) : FileCursor;

    public static FileCursor Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return new Position([], 0, 0, false);
        try
        {
            if (!text.StartsWith(Prefix, StringComparison.Ordinal))
                throw new FormatException("unknown prefix");
            using var packed = new DeflateStream(new MemoryStream(Convert.FromBase64String(text[Prefix.Length..])), CompressionMode.Decompress);
            using var reader = new BinaryReader(packed);
            return reader.ReadByte() == 0
                ? new Position(ReadChunks(reader), reader.ReadInt64(), reader.ReadUInt64(), reader.ReadBoolean())
                : new Delivered(new(reader.ReadInt64(), reader.ReadInt64(), reader.ReadBoolean()), reader.ReadUInt64(),
                    ReadChunks(reader), RowSketch.Load(reader));
        }
        catch (Exception e) when (e is FormatException or IOException or InvalidDataException)
        {
            throw new HostException(HostFailure.Unreadable, "files.bad-cursor",
                "The stored position in a file cannot be understood; read the entity again from the beginning.", null, e);
        }
    }

    public string ToText()
    {
        using var memory = new MemoryStream();
        using (var packed = new DeflateStream(memory, CompressionLevel.Fastest, leaveOpen: true))
        using (var writer = new BinaryWriter(packed))
            Save(writer);
        return Prefix + Convert.ToBase64String(memory.GetBuffer(), 0, (int)memory.Length);
    }

    private void Save(BinaryWriter writer)
    {
        if (this is Position position)
        {
            writer.Write((byte)0);
            WriteChunks(writer, position.Known);
            writer.Write(position.Offset);
            writer.Write(position.Fold);
            writer.Write(position.SweepAdvised);
        }
        else if (this is Delivered delivered)
        {
            writer.Write((byte)1);
            writer.Write(delivered.Stamp.Length);
            writer.Write(delivered.Stamp.ModifiedTicks);
            writer.Write(delivered.Stamp.IsSettled);
            writer.Write(delivered.Seed);
            WriteChunks(writer, delivered.Chunks);
            delivered.Sketch.Save(writer);
        }
    }

    private static void WriteChunks(BinaryWriter writer, ulong[] chunks)
    {
        writer.Write(chunks.Length);
        foreach (var chunk in chunks)
            writer.Write(chunk);
    }

    private static ulong[] ReadChunks(BinaryReader reader)
    {
        var chunks = new ulong[reader.ReadInt32()];
        for (var i = 0; i < chunks.Length; i++)
            chunks[i] = reader.ReadUInt64();
        return chunks;
    }
}
