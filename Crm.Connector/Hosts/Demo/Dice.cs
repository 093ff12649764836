namespace Crm.Connector.Hosts.Demo;

/// <summary>What a throw is for: each purpose has its own stream, so that a new one changes no other.</summary>
internal enum Throw
{
    Party = 1,
    Name = 2,
    Person = 3,
    Trade = 4,
    SalesMonth = 5,
    SalesOrder = 6,
    Basket = 7,
    Supplier = 8,
    PurchaseMonth = 9,
    PurchaseOrder = 10,
    Terms = 11,
    Product = 12,
}

/// <summary>
/// Random numbers that depend on nothing but the seed and what they are for (splitmix64, Steele, Lea and Flood 2014).
/// Only operations that IEEE 754 rounds exactly are used on them: a company is the same on every processor.
/// </summary>
internal struct Dice
{
    private ulong state;

    public Dice(int seed, Throw purpose, int a, int b = 0, int c = 0)
    {
        state = (uint)seed;
        foreach (var part in (ReadOnlySpan<int>)[(int)purpose, a, b, c])
        {
            state = Next() ^ (uint)part;
        }
    }

    /// <summary>At least 0 and less than 1.</summary>
    public double Fraction() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>At least <paramref name="from"/> and less than <paramref name="to"/>.</summary>
    public double Between(double from, double to) => from + ((to - from) * Fraction());

    /// <summary>Both ends may come.</summary>
    public int Whole(int from, int to) => from + (int)(Next() % (ulong)(to - from + 1));

    public bool Chance(double probability) => Fraction() < probability;

    public T Of<T>(IReadOnlyList<T> values) => values[Whole(0, values.Count - 1)];

    /// <summary>A whole number whose mean is <paramref name="mean"/>, spread by about one.</summary>
    public int Count(double mean)
    {
        var whole = (int)(mean + Fraction());
        return whole == 0 ? 0 : Math.Max(0, whole + (Chance(0.3) ? 1 : 0) - (Chance(0.3) ? 1 : 0));
    }

    private ulong Next()
    {
        state += 0x9E3779B97F4A7C15;
        var z = state;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
