namespace Crm.Plugin.Features.Classification;

/// <summary>Counts the rows of a run by class, stage and regularity.</summary>
internal static class TotalsCounter
{
    /// <param name="rows">Of the run.</param>
    /// <param name="classes">What is counted of each: computed, or what holds.</param>
    public static ClassificationTotals Count(FillRow[] rows, PackedOf classes)
    {
        var groups = new GroupTotal[PackedClasses.Values];
        GroupTotal returned = default;
        GroupTotal netReturns = default;
        var overridden = 0;
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (ref readonly var row in rows.AsSpan())
        {
            var found = classes(row);
            groups[found] = groups[found].Plus(row.ValueE4);
            if (row.Marks != RowMarks.None)
            {
                returned = (row.Marks & RowMarks.Returned) != 0 ? returned.Plus(row.ValueE4) : returned;
                netReturns = (row.Marks & RowMarks.NetReturn) != 0 ? netReturns.Plus(row.ValueE4) : netReturns;
                overridden += (row.Marks & RowMarks.ByHand) != 0 ? 1 : 0;
            }

            (least, most) = (Math.Min(least, row.ValueE4), Math.Max(most, row.ValueE4));
        }

        return Of(groups) with
        {
            Returned = returned,
            NetReturns = netReturns,
            ByHand = overridden,
            HasEqualValuesOnly = rows.Length > 1 && least == most,
        };
    }

    /// <summary>Counts by class, stage and regularity.</summary>
    /// <param name="groups">By <see cref="PackedClasses"/>.</param>
    public static ClassificationTotals Of(GroupTotal[] groups)
    {
        var importance = new GroupTotal[4];
        var stages = new GroupTotal[8];
        var regularity = new GroupTotal[8];
        var cells = new GroupTotal[12];
        for (var packed = 0; packed < groups.Length; packed++)
        {
            var (i, s, r) = (packed & 3, (packed >> 2) & 7, packed >> 5);
            importance[i] = importance[i].Plus(groups[packed]);
            stages[s] = stages[s].Plus(groups[packed]);
            regularity[r] = regularity[r].Plus(groups[packed]);
            if (i > 0 && groups[packed].Count > 0)
            {
                cells[((i - 1) * 4) + r] = cells[((i - 1) * 4) + r].Plus(groups[packed]);
            }
        }

        return new()
        {
            Counterparties = groups.Sum(g => g.Count),
            A = importance[1],
            B = importance[2],
            C = importance[3],
            WithoutImportance = importance[0],
            Potential = stages[1],
            OneTime = stages[2],
            Regular = stages[3],
            Lost = stages[4],
            WithoutStage = stages[0],
            X = regularity[1],
            Y = regularity[2],
            Z = regularity[3],
            Matrix = cells,
        };
    }

    internal delegate byte PackedOf(in FillRow row);
}
