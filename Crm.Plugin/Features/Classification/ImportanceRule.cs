namespace Crm.Plugin.Features.Classification;

/// <summary>Where the cut of one run lies.</summary>
/// <param name="TotalE4">Sum of all values that were ranked, negative ones included.</param>
/// <param name="LowE4">Accumulated value up to which a row is C (ascending); with the descending cut, up to which it is A.</param>
/// <param name="MiddleE4">Accumulated value up to which a row is B.</param>
public readonly record struct ImportanceBoundaries(long TotalE4, decimal LowE4, decimal MiddleE4);

/// <summary>
/// Divides counterparties into A, B and C by the part of the total that they hold. No clock, no database.
/// </summary>
/// <remarks>
/// <para>Values are integers of 1/10,000, so nothing is rounded on the way. All methods want them sorted ascending.</para>
/// <para>
/// <b>Standard.</b> Ascending cut with the boundaries taken exactly (no rounding). Equal values are one group with one class:
/// the group is accumulated as if it were one row, so a group that reaches over a boundary takes the better class, just as a
/// row does. A value of zero gives nothing to rank and gets no class; a negative one lowers the total, is accumulated first and so is C.
/// When the total is not positive nobody earned a share: every value but zero is C.
/// Lost customers are ranked like everybody else: the class says what they brought, the stage that they went.
/// </para>
/// <para>
/// <b>Descending</b> is the textbook cut on the same values: row by row from the largest, a row is A when the share reached
/// with it is at most A %. It is there to compare with figures published elsewhere.
/// </para>
/// <para>
/// <b>1C-compatible.</b> High = round(T·A/100, 2), Middle = round(T·B/100, 2), Low the rest; row by row, so equal values on a
/// boundary may part; zero is ranked too (all zeros are all C). The caller blanks the classes of lost customers.
/// </para>
/// </remarks>
public static class ImportanceRule
{
    /// <summary>Where the classes end for these values.</summary>
    /// <exception cref="OverflowException">The total is beyond ±922 trillion.</exception>
    public static ImportanceBoundaries Boundaries(ReadOnlySpan<long> ascending, ImportanceShares shares, RuleSet rules, ImportanceCut cut)
    {
        long total = 0;
        foreach (var value in ascending)
        {
            total = checked(total + value);
        }

        if (rules == RuleSet.OneCCompatible)
        {
            var high = RoundToCents(total * shares.A / 100m);
            var middle = RoundToCents(total * shares.B / 100m);
            var low = total - high - middle;
            return new(total, low, low + middle);
        }

        return cut == ImportanceCut.Ascending
            ? new(total, total * shares.C / 100m, total * (shares.C + shares.B) / 100m)
            : new(total, total * shares.A / 100m, total * (shares.A + shares.B) / 100m);
    }

    /// <summary>Gives each value its class and the accumulated value that decided it.</summary>
    /// <param name="ascending">Sorted, smallest first; may be empty.</param>
    /// <param name="boundaries">Of the same values, shares, rules and cut.</param>
    /// <param name="rules">Which rules.</param>
    /// <param name="cut">From which end; the 1C-compatible rules know only the ascending cut.</param>
    /// <param name="classes">Receives 1–3 per value, or 0 for no class.</param>
    /// <param name="accumulatedE4">Receives what was accumulated with the row (with its group), in the direction of the cut.</param>
    public static void Apply(
        ReadOnlySpan<long> ascending, ImportanceBoundaries boundaries, RuleSet rules, ImportanceCut cut, Span<short> classes, Span<long> accumulatedE4)
    {
        if (rules == RuleSet.OneCCompatible)
        {
            Ascending(ascending, boundaries, joinEqual: false, classes, accumulatedE4);
        }
        else if (cut == ImportanceCut.Descending)
        {
            Descending(ascending, boundaries, classes, accumulatedE4);
        }
        else
        {
            Ascending(ascending, boundaries, joinEqual: true, classes, accumulatedE4);
        }
    }

    /// <summary>As the method on spans, for short lists and tests.</summary>
    public static IReadOnlyList<ImportanceClass?> Apply(IReadOnlyList<decimal> ascending, ImportanceShares shares, RuleSet rules, ImportanceCut cut = ImportanceCut.Ascending)
    {
        var values = ascending.Select(Storage.Amount.ToE4).ToArray();
        var classes = new short[values.Length];
        Apply(values, Boundaries(values, shares, rules, cut), rules, cut, classes, new long[values.Length]);
        return [.. classes.Select(c => c == 0 ? (ImportanceClass?)null : (ImportanceClass)c)];
    }

    private static void Ascending(ReadOnlySpan<long> values, ImportanceBoundaries boundaries, bool joinEqual, Span<short> classes, Span<long> accumulated)
    {
        // Sums are whole, so a whole boundary says the same and compares faster.
        var (low, middle) = ((long)decimal.Floor(boundaries.LowE4), (long)decimal.Floor(boundaries.MiddleE4));
        long sum = 0;
        for (var start = 0; start < values.Length;)
        {
            var end = start + 1;
            while (joinEqual && end < values.Length && values[end] == values[start])
            {
                end++;
            }

            sum += values[start] * (end - start);
            var found = sum <= low ? ImportanceClass.C : sum <= middle ? ImportanceClass.B : ImportanceClass.A;
            if (joinEqual && boundaries.TotalE4 <= 0)
            {
                found = ImportanceClass.C;
            }

            for (; start < end; start++)
            {
                classes[start] = joinEqual && values[start] == 0 ? (short)0 : (short)found;
                accumulated[start] = sum;
            }
        }
    }

    private static void Descending(ReadOnlySpan<long> values, ImportanceBoundaries boundaries, Span<short> classes, Span<long> accumulated)
    {
        long sum = 0;
        for (var i = values.Length - 1; i >= 0; i--)
        {
            sum += values[i];
            var found = sum <= boundaries.LowE4 ? ImportanceClass.A : sum <= boundaries.MiddleE4 ? ImportanceClass.B : ImportanceClass.C;
            // A negative value brings the sum down again: without this the worst customer could be called B.
            classes[i] = values[i] == 0 ? (short)0 : values[i] < 0 || boundaries.TotalE4 <= 0 ? (short)ImportanceClass.C : (short)found;
            accumulated[i] = sum;
        }
    }

    private static decimal RoundToCents(decimal e4) => decimal.Round(e4 / 100m, 0, MidpointRounding.AwayFromZero) * 100m;
}
