namespace Crm.Plugin.Features.Classification;

/// <summary>Cuts measured rows by thresholds, without reading orders. No clock, no database.</summary>
internal static class RunCut
{
    /// <summary>Whether other thresholds can be applied to what was measured: everything else must be as it was.</summary>
    public static bool IsOnlyAnotherCut(ClassificationParameters measured, ClassificationParameters wanted) =>
        // As JSON, where what is left out and what is written out are the same.
        ClassificationJson.Write(measured with { Shares = wanted.Shares, Cut = wanted.Cut, Bands = wanted.Bands, OneTime = wanted.OneTime }).ToString()
        == ClassificationJson.Write(wanted).ToString();

    /// <summary>Rows as they were packed become a table: what was accumulated follows from places and values.</summary>
    /// <param name="rows">Unpacked.</param>
    /// <param name="overrides">What was set by hand.</param>
    /// <param name="parameters">Of the run.</param>
    /// <param name="isRecut">The packed classes are older than the parameters.</param>
    public static RunTable Restore(FillRow[] rows, IReadOnlyCollection<ClassificationOverride> overrides, ClassificationParameters parameters, bool isRecut)
    {
        var packed = isRecut ? null : Array.ConvertAll(rows, r => r.Importance);
        if (isRecut)
        {
            Parallel.For(0, RunCodec.Blocks(rows.Length), block => Decide(rows.AsSpan(RunCodec.Block(rows.Length, block)), parameters));
        }

        var boundaries = ImportanceRanking.Classify(rows, RankedValues.Of(rows, parameters.Rules), parameters);
        // What was approved stays as it was approved, also when the rules are improved.
        for (var i = 0; i < packed?.Length; i++)
        {
            rows[i].Importance = packed[i];
        }

        return new(rows, overrides, boundaries, parameters);
    }

    /// <summary>The same rows cut by other thresholds; the given table stays as it is.</summary>
    public static RunTable Apply(RunTable table, ClassificationParameters parameters)
    {
        var ranked = table.Ranked;
        var cut = ImportanceRanking.Cut(ranked.Ascending, parameters);
        var rows = GC.AllocateUninitializedArray<FillRow>(table.Rows.Length);
        // Copied, decided and classified block by block: each row goes once through the processor's memory, and all processors share it.
        Parallel.For(0, RunCodec.Blocks(rows.Length), block =>
        {
            var part = rows.AsSpan(RunCodec.Block(rows.Length, block));
            table.Rows.AsSpan(RunCodec.Block(rows.Length, block)).CopyTo(part);
            Decide(part, parameters);
            ImportanceRanking.Classify(part, ranked, cut, parameters);
        });
        return table.Recut(rows, cut.Boundaries, parameters);
    }

    /// <summary>What the rules make of one row with these thresholds.</summary>
    public static StageDecision Decide(in FillRow row, ClassificationParameters parameters)
    {
        int? cv = row.Cv == FillRow.NoCv ? null : row.Cv;
        return parameters.Rules == RuleSet.OneCCompatible
            ? StageRule.DecideClassically(PackedClasses.Unpack(row.Previous), row.Purchases, cv ?? 0, parameters.OneTime, parameters.Bands)
            : StageRule.Decide(
                new StageFacts(row.PurchasesEver, row.Purchases, (row.Marks & RowMarks.CameBack) != 0, row.PurchasesEver > 0 && parameters.AsOf.DayNumber - row.LastDay > row.LossAfterDays),
                cv, parameters.OneTime, parameters.Bands);
    }

    private static void Decide(Span<FillRow> rows, ClassificationParameters parameters)
    {
        foreach (ref var row in rows)
        {
            var decision = Decide(row, parameters);
            row.Stage = (byte)(decision.Stage ?? 0);
            row.Regularity = (byte)(decision.Regularity ?? 0);
            row.Reason = (byte)decision.Reason;
            row.Marks = (row.Marks & ~RowMarks.Returned) | (decision.Reason == StageReason.Returned ? RowMarks.Returned : 0);
        }
    }
}
