using Crm.Plugin.Features.Duplicates;
using Xunit;

namespace Crm.Tests.Features.Duplicates;

public sealed class NameKeyTests
{
    [Theory]
    [InlineData("ООО «Северный Ветер»", "Severnyy veter LLC")]
    [InlineData("Общество с ограниченной ответственностью \"Ромашка\"", "РОМАШКА, ООО")]
    [InlineData("ТОВ «Київ Хліб»", "Kyiv Hlib")]
    [InlineData("ИП Щербаков Ж. А.", "Shcherbakov Zh A")]
    [InlineData("Müller & Söhne GmbH", "MULLER SOHNE")]
    [InlineData("Технология Плюс", "Плюс Технология")]
    [InlineData("Philipps Ltd.", "Филипс")]
    public void Of_TwoSpellingsOfOneName_AreEqual(string one, string other)
    {
        Assert.NotEqual("", NameKey.Of(one));
        Assert.Equal(NameKey.Of(one), NameKey.Of(other));
    }

    [Theory]
    [InlineData("ООО Ромашка", "ООО Ромашки")]
    [InlineData("Северный ветер", "Южный ветер")]
    [InlineData("АО Альфа", "АО Альфа 2")]
    public void Of_TwoNames_Differ(string one, string other) => Assert.NotEqual(NameKey.Of(one), NameKey.Of(other));

    [Theory]
    [InlineData("«»")]
    [InlineData("Я")]
    [InlineData("")]
    public void Of_TooLittle_IsNothingToCompare(string name) => Assert.Equal("", NameKey.Of(name));

    [Theory]
    [InlineData(DuplicateReasons.Name, 45)]
    [InlineData(DuplicateReasons.Phone, 40)]
    [InlineData(DuplicateReasons.TaxId | DuplicateReasons.Name, 100)]
    [InlineData(DuplicateReasons.Name | DuplicateReasons.Email, 85)]
    [InlineData(DuplicateReasons.None, 0)]
    public void Score_OfReasons(DuplicateReasons reasons, int expected) => Assert.Equal(expected, DuplicateRule.Score(reasons));

    [Theory]
    [InlineData("77 01-123456", "7701123456")]
    [InlineData("0000000000", "")]
    [InlineData("123", "")]
    [InlineData(null, "")]
    public void TaxKey_OfATypedNumber(string? typed, string expected) => Assert.Equal(expected, DuplicateRule.TaxKey(typed));
}
