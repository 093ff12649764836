namespace Crm.Plugin.Features.Classification;

/// <summary>One point of the curve of concentration.</summary>
/// <param name="MembersFraction">Part of the members, the largest first, 0–1.</param>
/// <param name="ValueFraction">Part of the total that they hold, 0–1; above 1 where returns follow.</param>
public readonly record struct CurvePoint(double MembersFraction, double ValueFraction);

/// <summary>Figures of a run for people who decide: concentration, dependence, shares. No clock, no database.</summary>
public sealed record RunReport
{
    private const int Points = 200;

    private static readonly int[] Tops = [1, 5, 10, 20, 50];

    /// <summary>From (0, 0) to (1, 1), at most some 200 points; empty when the total is not positive.</summary>
    public required IReadOnlyList<CurvePoint> Curve { get; init; }

    /// <summary>Where A ends and where B ends on the curve; null when nobody is in the class or before it.</summary>
    public required CurvePoint? EndOfA { get; init; }

    /// <inheritdoc cref="EndOfA"/>
    public required CurvePoint? EndOfB { get; init; }

    /// <summary>Part of the total that the largest 1, 5, 10, 20, 50 hold.</summary>
    public required IReadOnlyList<(int Members, double ValueFraction)> Largest { get; init; }

    /// <summary>Part of the total that A holds, and how many they are.</summary>
    public required (int Members, double ValueFraction) ClassA { get; init; }

    /// <summary>Herfindahl index, 0–1: the sum of squared parts. Above 0.25 a business depends on few.</summary>
    public required double Herfindahl { get; init; }

    internal static RunReport Of(RunTable table)
    {
        var total = (double)table.Boundaries.TotalE4;
        if (total <= 0)
        {
            return new() { Curve = [], EndOfA = null, EndOfB = null, Largest = [], ClassA = default, Herfindahl = 0 };
        }

        var curve = new List<CurvePoint> { new(0, 0) };
        var count = table.ByPlace.Length;
        var (sum, squares) = (0.0, 0.0);
        CurvePoint? endOfA = null;
        CurvePoint? endOfB = null;
        var (ofA, valueOfA) = (0, 0.0);
        var largest = new List<(int, double)>();
        for (var place = 1; place <= count; place++)
        {
            ref readonly var row = ref table.Rows[table.ByPlace[place - 1]];
            var part = row.ValueE4 / total;
            sum += part;
            squares += part > 0 ? part * part : 0;
            var point = new CurvePoint((double)place / count, sum);
            if (table.EffectiveOf(row).Importance == ImportanceClass.A)
            {
                (ofA, valueOfA) = (ofA + 1, valueOfA + part);
            }

            endOfA = row.Importance == (byte)ImportanceClass.A ? point : endOfA;
            endOfB = row.Importance == (byte)ImportanceClass.B ? point : endOfB;
            if (Tops.Contains(place))
            {
                largest.Add((place, sum));
            }

            if (place == count || place * Points / count != (place - 1) * Points / count)
            {
                curve.Add(point);
            }
        }

        return new() { Curve = curve, EndOfA = endOfA, EndOfB = endOfB, Largest = largest, ClassA = (ofA, valueOfA), Herfindahl = squares };
    }
}

/// <summary>How members moved between two runs. No clock, no database.</summary>
internal static class RunFlow
{
    /// <summary>Counts by pairs of groups, row by row; whoever is in one run only is in group 0 in the other.</summary>
    public static IReadOnlyList<GroupTotal> Between(RunTable before, RunTable after, int groups, Func<Classes, int> group)
    {
        var cells = new GroupTotal[groups * groups];
        var old = 0;
        foreach (ref readonly var row in after.Rows.AsSpan())
        {
            for (; old < before.Rows.Length && before.Rows[old].Id < row.Id; old++)
            {
                Add(group(before.EffectiveOf(before.Rows[old])), 0, before.Rows[old].ValueE4);
            }

            var from = 0;
            if (old < before.Rows.Length && before.Rows[old].Id == row.Id)
            {
                from = group(before.EffectiveOf(before.Rows[old++]));
            }

            Add(from, group(after.EffectiveOf(row)), row.ValueE4);
        }

        for (; old < before.Rows.Length; old++)
        {
            Add(group(before.EffectiveOf(before.Rows[old])), 0, before.Rows[old].ValueE4);
        }

        return cells;

        void Add(int from, int to, long valueE4) => cells[(from * groups) + to] = cells[(from * groups) + to].Plus(valueE4);
    }
}
