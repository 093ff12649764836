namespace Crm.Plugin.Features.Classification;

/// <summary>Sorts many values at once, digit by digit: a million take a few passes over short arrays.</summary>
internal static class ValueSort
{
    private const int DigitBits = 11;
    private const int FewValues = 4096;

    /// <summary>Sorts ascending.</summary>
    /// <param name="values">Sorted afterwards.</param>
    /// <returns>Where each value was before; equal values keep their order.</returns>
    public static int[] Order(long[] values)
    {
        var order = new int[values.Length];
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        if (values.Length <= FewValues)
        {
            // The comparison of positions makes it keep the order of equal values.
            Array.Sort(order, (a, b) => values[a].CompareTo(values[b]) is var compared and not 0 ? compared : a.CompareTo(b));
            var sorted = Array.ConvertAll(order, i => values[i]);
            sorted.CopyTo(values, 0);
            return order;
        }

        var (least, most) = (values.Min(), values.Max());
        var (from, to, fromOrder, toOrder) = (values, new long[values.Length], order, new int[values.Length]);
        var counts = new int[1 << DigitBits];
        for (var shift = 0; shift < 64 && ((ulong)most - (ulong)least) >> shift > 0; shift += DigitBits)
        {
            Pass(from, to, fromOrder, toOrder, counts, least, shift);
            (from, to, fromOrder, toOrder) = (to, from, toOrder, fromOrder);
        }

        if (from != values)
        {
            from.CopyTo(values, 0);
        }

        return fromOrder;
    }

    private static void Pass(long[] from, long[] to, int[] fromOrder, int[] toOrder, int[] counts, long least, int shift)
    {
        Array.Clear(counts);
        foreach (var value in from)
        {
            counts[Digit(value, least, shift)]++;
        }

        var start = 0;
        for (var digit = 0; digit < counts.Length; digit++)
        {
            (counts[digit], start) = (start, start + counts[digit]);
        }

        for (var i = 0; i < from.Length; i++)
        {
            var at = counts[Digit(from[i], least, shift)]++;
            (to[at], toOrder[at]) = (from[i], fromOrder[i]);
        }
    }

    // Above the least every value is a number without a sign, whatever signs there are.
    private static int Digit(long value, long least, int shift) => (int)((((ulong)value - (ulong)least) >> shift) & ((1 << DigitBits) - 1));
}
