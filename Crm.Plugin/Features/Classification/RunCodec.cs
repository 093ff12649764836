using System.Security.Cryptography;
using Crm.Plugin.Features.SalesHistory;

namespace Crm.Plugin.Features.Classification;

/// <summary>A part of a run's rows, packed, in the order of ids.</summary>
/// <param name="FirstId">Of its first row.</param>
/// <param name="Data">See <see cref="RunCodec"/>.</param>
internal sealed record RunBlock(long FirstId, byte[] Data);

/// <summary>
/// Packs rows, about 25 bytes each. The same rows always give the same bytes, so two runs are equal exactly when their hashes are.
/// What was accumulated is not packed: it follows from places and values.
/// </summary>
internal static class RunCodec
{
    /// <summary>Rows of a block: one is unpacked whole to read one row.</summary>
    public const int BlockRows = 4096;

    /// <summary>Blocks that so many rows make.</summary>
    public static int Blocks(int rows) => (rows + BlockRows - 1) / BlockRows;

    /// <summary>Where a block's rows are among so many.</summary>
    public static Range Block(int rows, int index) => (index * BlockRows)..Math.Min(rows, (index + 1) * BlockRows);

    public static RunBlock[] Pack(FillRow[] rows)
    {
        var blocks = new RunBlock[Blocks(rows.Length)];
        Parallel.For(0, blocks.Length, () => new ByteBuffer(), (index, _, buffer) =>
        {
            var part = rows.AsSpan(Block(rows.Length, index));
            buffer.Clear();
            long before = 0;
            foreach (ref readonly var row in part)
            {
                Write(buffer, row, row.Id - before);
                before = row.Id;
            }

            blocks[index] = new(part[0].Id, buffer.Written.ToArray());
            return buffer;
        }, _ => { });
        return blocks;
    }

    public static FillRow[] Unpack(IReadOnlyList<byte[]> blocks)
    {
        var parts = new FillRow[blocks.Count][];
        Parallel.For(0, blocks.Count, i => parts[i] = Unpack(blocks[i]));
        var result = new FillRow[parts.Sum(p => p.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.CopyTo(result, at);
            at += part.Length;
        }

        return result;
    }

    public static FillRow[] Unpack(byte[] block)
    {
        var rows = new List<FillRow>(BlockRows);
        var reader = new ByteReader(block);
        long id = 0;
        while (!reader.IsAtEnd)
        {
            var row = Read(ref reader);
            id += row.Id;
            row.Id = id;
            rows.Add(row);
        }

        return [.. rows];
    }

    /// <summary>SHA-256 over all blocks, 64 hexadecimal digits.</summary>
    public static string Hash(IEnumerable<RunBlock> blocks)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var block in blocks)
        {
            hash.AppendData(block.Data);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Write(ByteBuffer buffer, in FillRow row, long difference)
    {
        buffer.Number((ulong)difference);
        buffer.Number((ulong)row.Place);
        buffer.Signed(row.ValueE4);
        buffer.Number(row.Cv == FillRow.NoCv ? 0 : 1 + (ulong)(uint)((row.Cv << 1) ^ (row.Cv >> 31)));
        buffer.Number((ulong)row.Purchases);
        buffer.Number((ulong)row.PurchasesInPeriod);
        buffer.Number((ulong)row.PurchasesEver);
        if (row.PurchasesEver > 0)
        {
            buffer.Number((ulong)row.FirstDay);
            buffer.Number((ulong)(row.LastDay - row.FirstDay));
            buffer.Number((ulong)row.LossAfterDays);
        }

        buffer.Byte((byte)(row.Importance | (row.Stage << 2) | (row.Regularity << 5)));
        buffer.Byte(row.Previous);
        buffer.Byte(row.Reason);
        buffer.Number((ulong)row.Marks);
    }

    private static int Variation(ulong number) => number == 0 ? FillRow.NoCv : (int)((uint)(number - 1) >> 1) ^ -(int)((number - 1) & 1);

    private static FillRow Read(ref ByteReader reader)
    {
        var row = new FillRow
        {
            Id = (long)reader.Number(),
            Place = (int)reader.Number(),
            ValueE4 = reader.Signed(),
            Cv = Variation(reader.Number()),
            Purchases = (int)reader.Number(),
            PurchasesInPeriod = (int)reader.Number(),
            PurchasesEver = (int)reader.Number(),
        };
        if (row.PurchasesEver > 0)
        {
            row.FirstDay = (int)reader.Number();
            row.LastDay = row.FirstDay + (int)reader.Number();
            row.LossAfterDays = (int)reader.Number();
        }

        var classes = reader.Byte();
        (row.Importance, row.Stage, row.Regularity) = ((byte)(classes & 3), (byte)((classes >> 2) & 7), (byte)(classes >> 5));
        row.Previous = reader.Byte();
        row.Reason = reader.Byte();
        row.Marks = (RowMarks)reader.Number();
        return row;
    }
}
