namespace Crm.Plugin.Features.Classification;

/// <summary>Counts the rows of a run by class, stage and regularity.</summary>
internal sealed class TotalsCounter(FillRow[] rows)
{
    public ClassificationTotals Count()
    {
        var importance = new GroupTotal[4];
        var stages = new GroupTotal[5];
        var regularity = new GroupTotal[4];
        GroupTotal returned = default;
        GroupTotal netReturns = default;
        foreach (ref readonly var row in rows.AsSpan())
        {
            importance[row.Importance] = importance[row.Importance].Plus(row.ValueE4);
            stages[row.Stage] = stages[row.Stage].Plus(row.ValueE4);
            regularity[row.Regularity] = regularity[row.Regularity].Plus(row.ValueE4);
            returned = row.Marks.HasFlag(RowMarks.Returned) ? returned.Plus(row.ValueE4) : returned;
            netReturns = row.Marks.HasFlag(RowMarks.NetReturn) ? netReturns.Plus(row.ValueE4) : netReturns;
        }

        return new()
        {
            Counterparties = rows.Length,
            WithoutImportance = importance[0],
            A = importance[(int)ImportanceClass.A],
            B = importance[(int)ImportanceClass.B],
            C = importance[(int)ImportanceClass.C],
            WithoutStage = stages[0],
            Potential = stages[(int)RelationshipStage.Potential],
            OneTime = stages[(int)RelationshipStage.OneTime],
            Regular = stages[(int)RelationshipStage.Regular],
            Lost = stages[(int)RelationshipStage.Lost],
            X = regularity[(int)RegularityClass.X],
            Y = regularity[(int)RegularityClass.Y],
            Z = regularity[(int)RegularityClass.Z],
            Returned = returned,
            NetReturns = netReturns,
        };
    }
}
