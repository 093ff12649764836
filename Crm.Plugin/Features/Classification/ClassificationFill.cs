namespace Crm.Plugin.Features.Classification;

/// <summary>A filled run before it is stored.</summary>
/// <param name="Rows">In the order of ids.</param>
/// <param name="Totals">Counts and sums.</param>
/// <param name="InputsHash">Fingerprint of what was read.</param>
internal sealed record FilledRun(FillRow[] Rows, ClassificationTotals Totals, string InputsHash);

/// <summary>Puts the measured parts together, ranks and counts. No clock, no database.</summary>
internal static class ClassificationFill
{
    /// <summary>Raised whenever the same inputs and parameters may give another answer.</summary>
    public const int RuleVersion = 2;

    /// <param name="parts">In the order of their ids.</param>
    /// <param name="parameters">Of the run.</param>
    /// <param name="currency">Of all amounts.</param>
    /// <param name="waitingOrders">Orders whose counterparty has not been read yet.</param>
    public static FilledRun Finish(IReadOnlyList<FillPart> parts, ClassificationParameters parameters, string currency, long waitingOrders)
    {
        var rows = GC.AllocateUninitializedArray<FillRow>(parts.Sum(p => p.Rows.Count));
        var keys = new RowKeys();
        var fingerprint = default(InputsFingerprint);
        var at = 0;
        foreach (var part in parts)
        {
            part.Rows.CopyTo(rows, at);
            at += part.Rows.Count;
            part.Release(); // a copy of a million rows less to hold while they are ranked
            keys.Add(part.Keys);
            fingerprint.Add(part.Fingerprint);
        }

        var components = parameters.Measure == Measure.Weighted ? Weigh(rows, parts, parameters.Weights) : [];
        var boundaries = ImportanceRanking.Rank(rows, keys, parameters);
        long revenueE4 = 0;
        foreach (var part in parts)
        {
            revenueE4 = checked(revenueE4 + part.RevenueE4);
        }

        var totals = TotalsCounter.Count(rows, (in FillRow r) => r.Packed) with
        {
            Currency = currency,
            RevenueE4 = revenueE4,
            Orders = parts.Sum(p => p.Orders),
            Boundaries = boundaries,
            ComponentTotalsE4 = components,
        };
        return new(rows, totals with { Warnings = Warnings(totals, parameters, waitingOrders, parts.Sum(p => p.WithoutCost)) }, fingerprint.ToString());
    }

    private static long[] Weigh(FillRow[] rows, IReadOnlyList<FillPart> parts, MeasureWeights weights)
    {
        var measures = weights.Measures;
        var totals = new long[measures.Count];
        foreach (var part in parts)
        {
            for (var i = 0; i < part.Components.Count; i++)
            {
                totals[i % totals.Length] = checked(totals[i % totals.Length] + part.Components[i]);
            }
        }

        var factors = measures.Select(weights.Of).ToArray();
        var row = 0;
        foreach (var part in parts)
        {
            var components = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(part.Components);
            for (var i = 0; i < components.Length; i += totals.Length, row++)
            {
                rows[row].ValueE4 = WeightedMeasure.Points(components.Slice(i, totals.Length), totals, factors);
                rows[row].Marks |= rows[row].ValueE4 < 0 ? RowMarks.NetReturn : 0;
            }
        }

        return totals;
    }

    private static List<ClassificationProblem> Warnings(ClassificationTotals totals, ClassificationParameters parameters, long unknown, long withoutCost)
    {
        var found = ParametersRule.Warnings(parameters).ToList();
        if (totals.Orders == 0)
        {
            found.Add(ClassificationProblem.Of("classification.no-orders", "No sale counts in the period."));
        }
        else if (totals.Boundaries.TotalE4 <= 0)
        {
            found.Add(ClassificationProblem.Of("classification.total-not-positive", "The measure sums to zero or less: nobody earned a share of it."));
        }
        else if (totals.Counterparties == 1)
        {
            found.Add(ClassificationProblem.Of("classification.one-member", "There is only one to classify: it holds everything, so its class says nothing."));
        }
        else if (totals.HasEqualValuesOnly)
        {
            found.Add(ClassificationProblem.Of("classification.equal-values", "All values are equal: everybody is in one class, which says nothing."));
        }

        if (unknown > 0)
        {
            found.Add(ClassificationProblem.Of("classification.unknown-counterparty", "{0} orders belong to counterparties that have not been read yet; they do not count.", unknown));
        }

        if (withoutCost > 0 && (parameters.Measure == Measure.GrossProfit || parameters.Regularity == Measure.GrossProfit || (parameters.Measure == Measure.Weighted && parameters.Weights.GrossProfit > 0)))
        {
            found.Add(ClassificationProblem.Of("classification.without-cost", "{0} documents in the period have no cost; they add nothing to gross profit.", withoutCost));
        }

        return found;
    }
}
