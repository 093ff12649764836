using System.Buffers.Binary;

namespace Crm.Plugin.Features.Classification;

/// <summary>Gives the rows of a run their places and importance classes.</summary>
/// <remarks>Rows are long, so what is looked up in the order of values lies in short arrays of its own; rows are only gone through from the first to the last.</remarks>
internal static class ImportanceRanking
{
    /// <summary>Gives places and classes.</summary>
    /// <param name="rows">In the order of ids.</param>
    /// <param name="keys">The ERP's keys of the same rows.</param>
    /// <param name="parameters">Of the run.</param>
    /// <returns>Where the classes end.</returns>
    public static ImportanceBoundaries Rank(FillRow[] rows, RowKeys keys, ClassificationParameters parameters)
    {
        var values = new long[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            values[i] = rows[i].ValueE4;
        }

        var order = ValueSort.Order(values);
        OrderEqualValues(values, order, keys);
        var places = new int[rows.Length];
        for (var i = 0; i < order.Length; i++)
        {
            places[order[i]] = order.Length - i;
        }

        for (var i = 0; i < rows.Length; i++)
        {
            rows[i].Place = places[i];
        }

        return Classify(rows, RankedValues.Of(rows, parameters.Rules), parameters);
    }

    /// <summary>Gives classes to rows that have their places.</summary>
    public static ImportanceBoundaries Classify(FillRow[] rows, RankedValues ranked, ClassificationParameters parameters)
    {
        var cut = Cut(ranked.Ascending, parameters);
        Parallel.For(0, RunCodec.Blocks(rows.Length), block => Classify(rows.AsSpan(RunCodec.Block(rows.Length, block)), ranked, cut, parameters));
        return cut.Boundaries;
    }

    /// <summary>Gives classes to some of the rows that have their places.</summary>
    public static void Classify(Span<FillRow> rows, RankedValues ranked, ValueCut cut, ClassificationParameters parameters)
    {
        foreach (ref var row in rows)
        {
            var rank = ranked.RankOf(row.Place);
            if (rank >= 0)
            {
                row.AccumulatedE4 = cut.AccumulatedE4[rank];
                row.Importance = IsBlanked(row.Previous, parameters.Rules) ? (byte)0 : (byte)cut.Classes[rank];
            }
        }
    }

    /// <summary>Classes of values sorted ascending, without rows.</summary>
    public static ValueCut Cut(ReadOnlySpan<long> ascending, ClassificationParameters parameters)
    {
        var classes = new short[ascending.Length];
        var accumulated = new long[ascending.Length];
        var boundaries = ImportanceRule.Boundaries(ascending, parameters.Shares, parameters.Rules, parameters.Cut);
        ImportanceRule.Apply(ascending, boundaries, parameters.Rules, parameters.Cut, classes, accumulated);
        return new(boundaries, classes, accumulated);
    }

    /// <summary>Classically a lost customer is accumulated like everybody else and its class blanked afterwards.</summary>
    public static bool IsBlanked(byte previous, RuleSet rules) => rules == RuleSet.OneCCompatible && PackedClasses.Unpack(previous).Stage == RelationshipStage.Lost;

    // Largest first, then by key: in ascending order the keys of equal values run backwards.
    private static void OrderEqualValues(long[] values, int[] order, RowKeys keys)
    {
        var prefixes = new ulong[values.Length];
        const int Portion = 1 << 14;
        Parallel.For(0, (values.Length + Portion - 1) / Portion, portion =>
        {
            var start = portion * Portion;
            var last = Math.Min(values.Length, start + Portion);
            // A group belongs to the portion that it begins in.
            while (start > 0 && start < last && values[start] == values[start - 1])
            {
                start++;
            }

            while (start < last)
            {
                var end = start + 1;
                while (end < values.Length && values[end] == values[start])
                {
                    end++;
                }

                if (end - start > 1)
                {
                    OrderGroup(order.AsSpan(start, end - start), prefixes.AsSpan(start, end - start), keys);
                }

                start = end;
            }
        });
    }

    // By the first eight bytes as a number, which decides nearly always; by the whole key where they are equal.
    private static void OrderGroup(Span<int> order, Span<ulong> prefixes, RowKeys keys)
    {
        for (var i = 0; i < order.Length; i++)
        {
            prefixes[i] = ~keys.Prefix(order[i]);
        }

        prefixes.Sort(order);
        for (var start = 0; start < order.Length;)
        {
            var end = start + 1;
            while (end < order.Length && prefixes[end] == prefixes[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                order[start..end].Sort((left, right) => keys[right].SequenceCompareTo(keys[left]) is var compared and not 0 ? compared : right.CompareTo(left));
            }

            start = end;
        }
    }
}

/// <summary>The values of those who are ranked, smallest first.</summary>
internal sealed class RankedValues
{
    private readonly int count;
    private readonly int[]? ranks;

    private RankedValues(int count, long[] ascending, int[]? ranks)
    {
        this.count = count;
        (Ascending, this.ranks) = (ascending, ranks);
    }

    public long[] Ascending { get; }

    /// <param name="rows">With their places.</param>
    /// <param name="rules">Classically some are left out.</param>
    public static RankedValues Of(FillRow[] rows, RuleSet rules)
    {
        var values = new long[rows.Length];
        var isLeftOut = rules == RuleSet.OneCCompatible ? new bool[rows.Length] : [];
        for (var i = 0; i < rows.Length; i++)
        {
            values[rows.Length - rows[i].Place] = rows[i].ValueE4;
            if (isLeftOut.Length > 0)
            {
                isLeftOut[rows.Length - rows[i].Place] = rows[i].Marks.HasFlag(RowMarks.Unranked);
            }
        }

        if (!isLeftOut.Contains(true))
        {
            return new(rows.Length, values, null);
        }

        var ranks = new int[rows.Length];
        var ranked = 0;
        for (var i = 0; i < ranks.Length; i++)
        {
            values[ranked] = values[i];
            ranks[i] = isLeftOut[i] ? -1 : ranked++;
        }

        return new(rows.Length, values[..ranked], ranks);
    }

    /// <summary>Index in <see cref="Ascending"/>; -1 for whoever is left out.</summary>
    public int RankOf(int place) => ranks is null ? count - place : ranks[count - place];
}

/// <summary>Classes of sorted values.</summary>
/// <param name="Boundaries">Where they end.</param>
/// <param name="Classes">1–3 per value, or 0 for none.</param>
/// <param name="AccumulatedE4">What was accumulated with each.</param>
internal readonly record struct ValueCut(ImportanceBoundaries Boundaries, short[] Classes, long[] AccumulatedE4);

/// <summary>The ERP's keys of the rows in UTF-8, in one piece: their bytes sort as their letters do.</summary>
internal sealed class RowKeys
{
    private readonly List<byte> bytes = [];
    private readonly List<int> ends = [];

    public ReadOnlySpan<byte> this[int index] =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[(index == 0 ? 0 : ends[index - 1])..ends[index]];

    /// <summary>The first eight bytes as a number that sorts as they do; a shorter key is filled up with zeros.</summary>
    public ulong Prefix(int index)
    {
        var key = this[index];
        if (key.Length >= sizeof(ulong))
        {
            return BinaryPrimitives.ReadUInt64BigEndian(key);
        }

        ulong result = 0;
        for (var i = 0; i < key.Length; i++)
        {
            result |= (ulong)key[i] << (56 - (8 * i));
        }

        return result;
    }

    public void Add(ReadOnlySpan<byte> key)
    {
        bytes.AddRange(key);
        ends.Add(bytes.Count);
    }

    public void Add(RowKeys more)
    {
        var start = bytes.Count;
        bytes.AddRange(more.bytes);
        foreach (var end in more.ends)
        {
            ends.Add(start + end);
        }
    }
}
