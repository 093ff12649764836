using Crm.Connector.Hosts.Demo;
using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Demo;

public sealed class TaxIdsTests
{
    /// <summary>Checked with rules written down a second time: a wrong weight in the generator must not prove itself.</summary>
    [Fact]
    public async Task Read_TaxIds_HaveRightCheckDigits()
    {
        await using var host = new DemoWorld().Open();
        var parties = await host.Find<ICounterpartySource>()!.RowsAsync(TestContext.Current.CancellationToken);
        Assert.All(parties, p => Assert.True(IsValid(p.TaxId!, p.Addresses[0].Country!), $"{p.TaxId} of {p.Key}"));
        Assert.Equal([8, 10, 11, 12], parties.Select(p => p.TaxId!.Length).Distinct().Order());
    }

    [Theory]
    [InlineData("7707083893", "RU")] // the number of Sberbank, as it publishes it
    [InlineData("500100732259", "RU")] // a widely published example of a person's number
    [InlineData("14360570", "UA")] // PrivatBank
    [InlineData("00032129", "UA")] // Oschadbank
    [InlineData("GB980780684", "GB")] // a widely published example
    [InlineData("DE136695976", "DE")] // a widely published example
    public void IsValid_PublishedNumber_IsTrue(string number, string country) => Assert.True(IsValid(number, country));

    [Theory]
    [InlineData("7707083894", "RU")]
    [InlineData("500100732258", "RU")]
    [InlineData("14360571", "UA")]
    [InlineData("GB980780685", "GB")]
    [InlineData("DE136695977", "DE")]
    public void IsValid_WrongCheckDigit_IsFalse(string number, string country) => Assert.False(IsValid(number, country));

    private static bool IsValid(string number, string country)
    {
        var d = number.Where(char.IsAsciiDigit).Select(c => c - '0').ToArray();
        return (country, d.Length) switch
        {
            ("RU", 10) => Dot(d, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == d[9],
            ("RU", 12) => Dot(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == d[10] && Dot(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8) % 11 % 10 == d[11],
            ("UA", 8) => Edrpou(d) == d[7],
            ("UA", 10) => (Dot(d, -1, 5, 7, 9, 4, 6, 10, 5, 7) + 1100) % 11 % 10 == d[9],
            ("GB", 9) => (Dot(d, 8, 7, 6, 5, 4, 3, 2) + (10 * d[7]) + d[8]) % 97 is 0 or 42,
            ("DE", 9) => Iso7064(d),
            _ => false,
        };
    }

    private static int Edrpou(int[] d)
    {
        var isMiddle = d[0] is >= 3 and < 6;
        var first = (isMiddle ? Dot(d, 7, 1, 2, 3, 4, 5, 6) : Dot(d, 1, 2, 3, 4, 5, 6, 7)) % 11;
        return first < 10 ? first : (isMiddle ? Dot(d, 9, 3, 4, 5, 6, 7, 8) : Dot(d, 3, 4, 5, 6, 7, 8, 9)) % 11 % 10;
    }

    private static bool Iso7064(int[] d)
    {
        var p = 10;
        for (var i = 0; i < 8; i++)
        {
            p = (p + d[i]) % 10;
            p = (p == 0 ? 10 : p) * 2 % 11;
        }

        return (p + d[8]) % 10 == 1;
    }

    private static int Dot(int[] digits, params int[] weights) => weights.Select((w, i) => w * digits[i]).Sum();
}
