namespace Crm.Plugin.Features.Classification;

/// <summary>Counts the rows of a run by class, stage and regularity.</summary>
internal static class TotalsCounter
{
    /// <param name="rows">Of the run.</param>
    /// <param name="classes">What is counted of each: computed, or what holds.</param>
    public static ClassificationTotals Count(FillRow[] rows, PackedOf classes)
    {
        var gate = new Lock();
        var all = new Portion();
        Parallel.For(0, RunCodec.Blocks(rows.Length), () => new Portion(), (block, _, portion) =>
        {
            portion.Add(rows.AsSpan(RunCodec.Block(rows.Length, block)), classes);
            return portion;
        }, portion =>
        {
            lock (gate)
            {
                all.Add(portion);
            }
        });
        return Of(all.Groups) with
        {
            Returned = all.Returned,
            NetReturns = all.NetReturns,
            ByHand = all.ByHand,
            HasEqualValuesOnly = rows.Length > 1 && all.Least == all.Most,
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

    private sealed class Portion
    {
        public readonly GroupTotal[] Groups = new GroupTotal[PackedClasses.Values];
        public GroupTotal Returned;
        public GroupTotal NetReturns;
        public int ByHand;
        public long Least = long.MaxValue;
        public long Most = long.MinValue;

        public void Add(ReadOnlySpan<FillRow> rows, PackedOf classes)
        {
            foreach (ref readonly var row in rows)
            {
                var found = classes(row);
                Groups[found] = Groups[found].Plus(row.ValueE4);
                if (row.Marks != RowMarks.None)
                {
                    Returned = (row.Marks & RowMarks.Returned) != 0 ? Returned.Plus(row.ValueE4) : Returned;
                    NetReturns = (row.Marks & RowMarks.NetReturn) != 0 ? NetReturns.Plus(row.ValueE4) : NetReturns;
                    ByHand += (row.Marks & RowMarks.ByHand) != 0 ? 1 : 0;
                }

                (Least, Most) = (Math.Min(Least, row.ValueE4), Math.Max(Most, row.ValueE4));
            }
        }

        public void Add(Portion other)
        {
            for (var i = 0; i < Groups.Length; i++)
            {
                Groups[i] = Groups[i].Plus(other.Groups[i]);
            }

            Returned = Returned.Plus(other.Returned);
            NetReturns = NetReturns.Plus(other.NetReturns);
            ByHand += other.ByHand;
            (Least, Most) = (Math.Min(Least, other.Least), Math.Max(Most, other.Most));
        }
    }
}
