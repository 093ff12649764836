namespace Crm.Plugin.Features.Classification;

/// <summary>Counts the rows of a run by class, stage and regularity.</summary>
internal static class TotalsCounter
{
    /// <param name="rows">Of the run.</param>
    /// <param name="classes">What is counted of each: computed, or what holds.</param>
    public static ClassificationTotals Count(FillRow[] rows, ClassesOf classes)
    {
        var importance = new GroupTotal[4];
        var stages = new GroupTotal[5];
        var regularity = new GroupTotal[4];
        var cells = new GroupTotal[12];
        GroupTotal returned = default;
        GroupTotal netReturns = default;
        var overridden = 0;
        var (least, most) = (long.MaxValue, long.MinValue);
        foreach (ref readonly var row in rows.AsSpan())
        {
            var found = classes(row);
            var (i, s, r) = ((int)(found.Importance ?? 0), (int)(found.Stage ?? 0), (int)(found.Regularity ?? 0));
            importance[i] = importance[i].Plus(row.ValueE4);
            stages[s] = stages[s].Plus(row.ValueE4);
            regularity[r] = regularity[r].Plus(row.ValueE4);
            if (i > 0)
            {
                cells[((i - 1) * 4) + r] = cells[((i - 1) * 4) + r].Plus(row.ValueE4);
            }

            returned = row.Marks.HasFlag(RowMarks.Returned) ? returned.Plus(row.ValueE4) : returned;
            netReturns = row.Marks.HasFlag(RowMarks.NetReturn) ? netReturns.Plus(row.ValueE4) : netReturns;
            overridden += row.Marks.HasFlag(RowMarks.ByHand) ? 1 : 0;
            (least, most) = (Math.Min(least, row.ValueE4), Math.Max(most, row.ValueE4));
        }

        return new()
        {
            Counterparties = rows.Length,
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
            Returned = returned,
            NetReturns = netReturns,
            ByHand = overridden,
            HasEqualValuesOnly = rows.Length > 1 && least == most,
        };
    }

    internal delegate Classes ClassesOf(in FillRow row);
}
