using Crm.Plugin.Search;
using Xunit;

namespace Crm.Tests.Search;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("ООО «Ёлка»  и\tКо", "ооо 'елка' и ко")]
    [InlineData("ТОВ “Їжак”", "тов 'їжак'")]
    [InlineData("Österreich Straße", "osterreich strasse")]
    [InlineData("Комп’ютер", "комп'ютер")]
    [InlineData("Йод ЙОД", "йод йод")]
    [InlineData("  ", "")]
    public void Fold_Text_IsComparableWithoutCase(string text, string expected) => Assert.Equal(expected, SearchText.Fold(text));
}

public sealed class PhoneDigitsTests
{
    [Theory]
    [InlineData("+7 (495) 123-45-67", "74951234567")]
    [InlineData("8 (495) 123-45-67", "74951234567")]
    [InlineData("8 (423) 202-25-11, доб. 100", "74232022511")]
    [InlineData("+380 44 123 45 67", "380441234567")]
    [InlineData("044 123-45-67", "380441234567")]
    [InlineData("00 44 20 7946 0018", "442079460018")]
    [InlineData("123-45", "12345")]
    [InlineData("", "")]
    public void Normalise_Spelling_BecomesInternationalDigits(string typed, string expected) =>
        Assert.Equal(expected, PhoneDigits.Normalise(typed));

    [Theory]
    [InlineData("8 495 123", new[] { "8495123", "495123" })]
    [InlineData("123-45", new[] { "12345" })]
    [InlineData("+7 495", new[] { "7495" })]
    [InlineData("044 12", new[] { "04412", "4412" })]
    [InlineData("12", new string[0])]
    [InlineData("8 (495) 123-45-67", new[] { "74951234567", "84951234567", "4951234567" })]
    public void Candidates_TypedFragment_IsLookedUpWithAndWithoutTrunkPrefix(string typed, string[] expected) =>
        Assert.Equal(expected, PhoneDigits.Candidates(typed));

    [Fact]
    public void Entries_Number_HoldEveryRunOfThreeDigitsOrMore()
    {
        var entries = PhoneFragment.Entries("123456789", 7).ToList();

        Assert.Equal(7, entries.Count); // one from each place but the last two
        foreach (var fragment in (string[])["123", "1234567", "12345678", "234", "56789", "6789", "789"])
        {
            var (low, high) = PhoneFragment.Range(fragment);
            Assert.Single(entries, e => e >= low && e < high);
        }
    }

    [Theory, InlineData("124"), InlineData("89"), InlineData("321"), InlineData("12346"), InlineData("012")]
    public void Range_FragmentThatIsNotInTheNumber_HoldsNoneOfItsEntries(string fragment)
    {
        var (low, high) = PhoneFragment.Range(fragment);

        Assert.DoesNotContain(PhoneFragment.Entries("1234567", 7), e => e >= low && e < high);
    }

    [Fact]
    public void Entry_LargestRunAndId_AreBothKept()
    {
        var entry = PhoneFragment.Entry(PhoneFragment.Run("99999999", 0), 34_359_738_367);

        Assert.True(entry > 0);
        Assert.Equal(34_359_738_367, entry & 34_359_738_367);
        Assert.Equal(214_358_880, entry >> 35); // 11 to the eighth, less 1
    }
}
