namespace Crm.Plugin.Features.Classification;

/// <summary>Gives the rows of a run their places and importance classes.</summary>
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
        var order = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            (values[i], order[i]) = (rows[i].ValueE4, i);
        }

        Array.Sort(values, order);
        OrderEqualValues(values, order, keys);
        for (var i = 0; i < order.Length; i++)
        {
            rows[order[i]].Place = order.Length - i;
        }

        return Classify(rows, order, parameters);
    }

    /// <summary>Gives classes to rows that have their places.</summary>
    /// <param name="rows">In the order of ids.</param>
    /// <param name="order">Their indexes by value, smallest first.</param>
    /// <param name="parameters">Of the run.</param>
    public static ImportanceBoundaries Classify(FillRow[] rows, int[] order, ClassificationParameters parameters)
    {
        var ranked = parameters.Rules == RuleSet.OneCCompatible ? Array.FindAll(order, i => !rows[i].Marks.HasFlag(RowMarks.Unranked)) : order;
        var values = new long[ranked.Length];
        for (var i = 0; i < ranked.Length; i++)
        {
            values[i] = rows[ranked[i]].ValueE4;
        }

        var classes = new short[ranked.Length];
        var accumulated = new long[ranked.Length];
        var boundaries = ImportanceRule.Boundaries(values, parameters.Shares, parameters.Rules, parameters.Cut);
        ImportanceRule.Apply(values, boundaries, parameters.Rules, parameters.Cut, classes, accumulated);
        for (var i = 0; i < ranked.Length; i++)
        {
            ref var row = ref rows[ranked[i]];
            row.AccumulatedE4 = accumulated[i];
            // Classically a lost customer is accumulated like everybody else and its class blanked afterwards.
            row.Importance = parameters.Rules == RuleSet.OneCCompatible && PackedClasses.Unpack(row.Previous).Stage == RelationshipStage.Lost ? (byte)0 : (byte)classes[i];
        }

        return boundaries;
    }

    // Largest first, then by key: in ascending order the keys of equal values run backwards.
    private static void OrderEqualValues(long[] values, int[] order, RowKeys keys)
    {
        int ByKeyBackwards(int left, int right)
        {
            var compared = keys[right].SequenceCompareTo(keys[left]);
            return compared != 0 ? compared : right.CompareTo(left);
        }

        for (var start = 0; start < values.Length;)
        {
            var end = start + 1;
            while (end < values.Length && values[end] == values[start])
            {
                end++;
            }

            if (end - start > 1)
            {
                order.AsSpan(start, end - start).Sort(ByKeyBackwards);
            }

            start = end;
        }
    }
}

/// <summary>The ERP's keys of the rows in UTF-8, in one piece: their bytes sort as their letters do.</summary>
internal sealed class RowKeys
{
    private readonly List<byte> bytes = [];
    private readonly List<int> ends = [];

    public ReadOnlySpan<byte> this[int index] =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(bytes)[(index == 0 ? 0 : ends[index - 1])..ends[index]];

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
