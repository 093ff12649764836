using Crm.Contracts;
using Crm.Plugin.Features.People;
using Xunit;

namespace Crm.Tests.Features.People;

public sealed class MechanismNoteRuleTests
{
    private static readonly DateOnly Today = new(2026, 11, 22);
    private static readonly DateTimeOffset Read = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly ContactMechanism[] Erp =
    [
        new(ContactMechanismKind.Phone, "+7 495 111-11-11", "office"), new(ContactMechanismKind.Email, "a@x.example"), new(ContactMechanismKind.Phone, "+7 495 222-22-22"),
    ];

    [Fact]
    public void Of_WithoutNotes_KeepsTheErpsOrder_AndTheFirstOfSeveralIsMain() =>
        Assert.Equal(["+7 495 111-11-11 office main", "a@x.example", "+7 495 222-22-22"], Lines([]));

    [Fact]
    public void Of_ANumberInAnotherSpelling_IsTheSame() =>
        Assert.Equal(["+7 495 222-22-22 shop main", "+7 495 111-11-11 office", "a@x.example"], Lines([Note("8 (495) 222-22-22", "shop", isMain: true)]));

    [Fact]
    public void Of_WrittenAndReadAfterwards_IsTheErps()
    {
        var note = Note("+7 495 111-11-11", "accounts", MechanismFate.Written);
        note.WrittenAt = Read.AddSeconds(1);
        Assert.Equal("+7 495 111-11-11 accounts main", Lines([note])[0]);
        note.WrittenAt = Read.AddSeconds(-1);
        Assert.Equal("+7 495 111-11-11 office main", Lines([note])[0]);
    }

    [Theory]
    [InlineData("2026-11-21", false)]
    [InlineData("2026-11-22", true)]
    public void Of_TheLastDay_IsAGoodOne(string last, bool isGood)
    {
        var note = Note("+7 495 111-11-11", null);
        note.ValidTo = DateOnly.ParseExact(last, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

        Assert.Equal(isGood, MechanismNoteRule.Offered(MechanismNoteRule.Of(Erp, [note], [], Read, Today)).Any(m => m.Value == "+7 495 111-11-11"));
    }

    [Fact]
    public void Of_OneThatTheErpDoesNotHave_IsNowhere() => Assert.Equal(Lines([]), Lines([Note("+7 495 333-33-33", "gone", isMain: true)]));

    private static List<string> Lines(MechanismNote[] notes) =>
        [.. MechanismNoteRule.Of(Erp, notes, [], Read, Today).Select(h => string.Join(' ', new[] { h.Read.Value, h.Label, h.IsMain ? "main" : null }.OfType<string>()))];

    private static MechanismNote Note(string value, string? label, MechanismFate fate = MechanismFate.Own, bool isMain = false) => new()
    {
        Kind = ContactMechanismKind.Phone, Value = value, Normal = MechanismRule.Normal(ContactMechanismKind.Phone, value), Label = label, IsMain = isMain, Fate = fate,
    };
}
