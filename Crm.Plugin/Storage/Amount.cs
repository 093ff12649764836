namespace Crm.Plugin.Storage;

/// <summary>Amounts as the database keeps them: integers of 1/10,000 currency unit, so sums are exact.</summary>
public static class Amount
{
    private const decimal Scale = 10_000m;

    /// <summary>Rounds what is finer than four decimals half away from zero.</summary>
    /// <exception cref="OverflowException">Beyond ±922 trillion.</exception>
    public static long ToE4(decimal amount) => checked((long)decimal.Round(amount * Scale, 0, MidpointRounding.AwayFromZero));

    /// <summary>As <see cref="ToE4(decimal)"/>; null stays null.</summary>
    public static long? ToE4(decimal? amount) => amount is { } value ? ToE4(value) : null;

    /// <summary>Exact.</summary>
    public static decimal FromE4(long e4) => e4 / Scale;

    /// <summary>As <see cref="FromE4(long)"/>; null stays null.</summary>
    public static decimal? FromE4(long? e4) => e4 is { } value ? FromE4(value) : null;
}
