using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Conformance;

/// <summary>Checks of values that several kinds of record share.</summary>
internal static class Sound
{
    /// <summary>The mirror keeps amounts as 64-bit integers of ten-thousandths.</summary>
    private const decimal LargestAmount = long.MaxValue / 10_000m;

    public static void Text(string? value) => Assert.False(value is not null && string.IsNullOrWhiteSpace(value), "A text is blank instead of null.");

    public static void Name(string value) => Assert.False(string.IsNullOrWhiteSpace(value), "A name is empty.");

    public static void Amount(decimal? value)
    {
        if (value is { } amount)
        {
            Assert.InRange(decimal.Round(amount, 4), -LargestAmount, LargestAmount);
        }
    }

    public static void Money(Money? value)
    {
        if (value is { } money)
        {
            Amount(money.Amount);
            Assert.Matches("^([A-Z]{3})?$", money.Currency);
        }
    }

    public static void Mechanisms(IReadOnlyList<ContactMechanism> mechanisms)
    {
        Assert.All(mechanisms, m => Name(m.Value));
        Assert.All(mechanisms, m => Assert.True(Enum.IsDefined(m.Kind)));
    }

    /// <summary>Either every amount names its currency or none does.</summary>
    public static void OneWayToNameCurrencies(IEnumerable<Money?> values) =>
        Assert.InRange(values.Where(v => v is not null).Select(v => v!.Value.Currency.Length == 0).Distinct().Count(), 0, 1);

    public static void Leads(IEnumerable<HostKey> references, HashSet<HostKey> to)
    {
        var lost = references.Where(r => !to.Contains(r)).Distinct().Take(5).ToList();
        Assert.True(lost.Count == 0, $"References lead nowhere: {string.Join(", ", lost)}.");
    }

    public static void Login(string? login) => Assert.False(login is not null && string.IsNullOrWhiteSpace(login), "A login is blank instead of null.");
}
