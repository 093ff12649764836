namespace Crm.Plugin.Features.Classification;

/// <summary>Gives the rows of a run their places and importance classes.</summary>
internal static class ImportanceRanking
{
    /// <returns>Where the classes end.</returns>
    public static ImportanceBoundaries Rank(FillRow[] rows, CustomerPopulation population, ClassificationParameters parameters)
    {
        var values = new long[rows.Length];
        var order = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            (values[i], order[i]) = (rows[i].ValueE4, i);
        }

        Array.Sort(values, order);
        OrderEqualValues(values, order, rows, population);
        for (var i = 0; i < order.Length; i++)
        {
            rows[order[i]].Place = order.Length - i;
        }

        return Classify(rows, order, population, parameters);
    }

    // Largest first, then by key: in ascending order the keys of equal values run backwards.
    private static void OrderEqualValues(long[] values, int[] order, FillRow[] rows, CustomerPopulation population)
    {
        int ByKeyBackwards(int left, int right)
        {
            var keys = population.KeyOf(rows[right].Member).SequenceCompareTo(population.KeyOf(rows[left].Member));
            return keys != 0 ? keys : rows[right].Member.CompareTo(rows[left].Member);
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

    private static ImportanceBoundaries Classify(FillRow[] rows, int[] order, CustomerPopulation population, ClassificationParameters parameters)
    {
        var ranked = Array.FindAll(order, i => !rows[i].Marks.HasFlag(RowMarks.Unranked));
        var values = Array.ConvertAll(ranked, i => rows[i].ValueE4);
        var classes = new short[ranked.Length];
        var accumulated = new long[ranked.Length];
        var boundaries = ImportanceRule.Boundaries(values, parameters.Shares, parameters.Rules, parameters.Cut);
        ImportanceRule.Apply(values, boundaries, parameters.Rules, parameters.Cut, classes, accumulated);
        for (var i = 0; i < ranked.Length; i++)
        {
            ref var row = ref rows[ranked[i]];
            row.AccumulatedE4 = accumulated[i];
            // Classically a lost customer is accumulated like everybody else and its class blanked afterwards.
            row.Importance = parameters.Rules == RuleSet.OneCCompatible && population.PreviousOf(row.Member).Stage == RelationshipStage.Lost ? (byte)0 : (byte)classes[i];
        }

        return boundaries;
    }
}
