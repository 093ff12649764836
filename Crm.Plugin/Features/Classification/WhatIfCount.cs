namespace Crm.Plugin.Features.Classification;

/// <summary>Tries thresholds on a run and counts who moves, without making its rows anew. No clock, no database; all processors count, because somebody is looking.</summary>
internal sealed class WhatIfCount
{
    private readonly RunTable table;
    private readonly byte[] before;
    private readonly byte[] after;

    private WhatIfCount(RunTable table)
    {
        this.table = table;
        (before, after) = (new byte[table.Rows.Length], new byte[table.Rows.Length]);
    }

    /// <summary>Row by row: from a class to a class; see <see cref="WhatIf.ImportanceGroups"/>.</summary>
    public required GroupTotal[] Importance { get; init; }

    /// <summary>Row by row: from a stage to a stage; see <see cref="WhatIf.StageGroups"/>.</summary>
    public required GroupTotal[] Stages { get; init; }

    /// <summary>Counts after; without what other thresholds do not change.</summary>
    public ClassificationTotals After { get; private set; } = new();

    public static WhatIfCount Of(RunTable table, ClassificationParameters wanted)
    {
        var result = new WhatIfCount(table)
        {
            Importance = new GroupTotal[WhatIf.ImportanceGroups * WhatIf.ImportanceGroups],
            Stages = new GroupTotal[WhatIf.StageGroups * WhatIf.StageGroups],
        };
        result.Count(wanted);
        return result;
    }

    /// <summary>Those who move, largest value first.</summary>
    public IEnumerable<(int Index, Classes Before, Classes After)> Moves()
    {
        foreach (var index in table.ByPlace)
        {
            if (before[index] != after[index])
            {
                yield return (index, PackedClasses.Unpack(before[index]), PackedClasses.Unpack(after[index]));
            }
        }
    }

    private void Count(ClassificationParameters wanted)
    {
        var ranked = table.Ranked;
        var cut = ImportanceRanking.Cut(ranked.Ascending, wanted);
        var stageGroups = Enumerable.Range(0, PackedClasses.Values).Select(p => WhatIf.StageGroup(PackedClasses.Unpack((byte)p))).ToArray();
        var groups = new GroupTotal[PackedClasses.Values];
        GroupTotal returned = default;
        var gate = new Lock();
        Parallel.For(0, RunCodec.Blocks(table.Rows.Length), () => new Portion(), (block, _, portion) =>
        {
            var (first, length) = RunCodec.Block(table.Rows.Length, block).GetOffsetAndLength(table.Rows.Length);
            for (var i = first; i < first + length; i++)
            {
                ref readonly var row = ref table.Rows[i];
                var decision = RunCut.Decide(row, wanted);
                var rank = ranked.RankOf(row.Place);
                var importance = rank < 0 ? row.Importance : ImportanceRanking.IsBlanked(row.Previous, wanted.Rules) ? 0 : cut.Classes[rank];
                var was = table.PackedOf(row);
                // What was set by hand stays.
                var becomes = (row.Marks & RowMarks.ByHand) != 0 ? was : (byte)(importance | ((int)(decision.Stage ?? 0) << 2) | ((int)(decision.Regularity ?? 0) << 5));
                (before[i], after[i]) = (was, becomes);
                portion.Add(was, becomes, stageGroups, row.ValueE4, decision.Reason == StageReason.Returned);
            }

            return portion;
        }, portion =>
        {
            lock (gate)
            {
                Add(portion.Importance, Importance);
                Add(portion.Stages, Stages);
                Add(portion.Groups, groups);
                returned = returned.Plus(portion.Returned);
            }
        });
        After = TotalsCounter.Of(groups) with { Boundaries = cut.Boundaries, Returned = returned };
    }

    private static void Add(GroupTotal[] part, GroupTotal[] sum)
    {
        for (var i = 0; i < part.Length; i++)
        {
            sum[i] = sum[i].Plus(part[i]);
        }
    }

    private sealed class Portion
    {
        public readonly GroupTotal[] Importance = new GroupTotal[WhatIf.ImportanceGroups * WhatIf.ImportanceGroups];
        public readonly GroupTotal[] Stages = new GroupTotal[WhatIf.StageGroups * WhatIf.StageGroups];
        public readonly GroupTotal[] Groups = new GroupTotal[PackedClasses.Values];
        public GroupTotal Returned;

        public void Add(byte was, byte becomes, int[] stageGroups, long valueE4, bool isReturned)
        {
            ref var importance = ref Importance[((was & 3) * WhatIf.ImportanceGroups) + (becomes & 3)];
            ref var stage = ref Stages[(stageGroups[was] * WhatIf.StageGroups) + stageGroups[becomes]];
            importance = importance.Plus(valueE4);
            stage = stage.Plus(valueE4);
            Groups[becomes] = Groups[becomes].Plus(valueE4);
            Returned = isReturned ? Returned.Plus(valueE4) : Returned;
        }
    }
}
