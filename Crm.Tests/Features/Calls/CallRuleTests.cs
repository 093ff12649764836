using Crm.Plugin.Features.Calls;
using Xunit;

namespace Crm.Tests.Features.Calls;

public sealed class CallRuleTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("74951234567", "74951234567", 3)]
    [InlineData("74951234567", "4951234567", 2)] // the country is missing
    [InlineData("380501234567", "501234567", 2)]
    [InlineData("74951234567", "1234567", 1)] // a town's seven digits
    [InlineData("74951234567", "78121234567", 0)] // another town
    [InlineData("74951234567", "234567", 0)] // six digits prove nothing
    [InlineData("112", "112", 3)]
    [InlineData("112", "5112", 0)]
    [InlineData("", "", 0)]
    public void Likeness_OfTwoNumbers_IsWhatTheyShare(string digits, string other, int expected)
    {
        Assert.Equal(expected, CallRule.Likeness(digits, other));
        Assert.Equal(expected, CallRule.Likeness(other, digits));
    }

    [Theory]
    [InlineData(null, null, 299, true)] // five minutes of ringing
    [InlineData(null, null, 300, false)]
    [InlineData(10, null, 4 * 3600 + 9, true)]
    [InlineData(10, null, 4 * 3600 + 10, false)]
    [InlineData(10, 70, 70 + 1799, true)] // half an hour to log it
    [InlineData(10, 70, 70 + 1800, false)]
    public void IsOpen_UntilItIsLoggedOrForgotten(int? answered, int? ended, int now, bool expected)
    {
        var call = Call(answered, ended);

        Assert.Equal(expected, CallRule.IsOpen(call, Noon.AddSeconds(now)));
        call.DismissedAt = Noon;
        Assert.False(CallRule.IsOpen(call, Noon.AddSeconds(now)));
    }

    [Theory]
    [InlineData(null, 30, null)]
    [InlineData(10, 70, 1)]
    [InlineData(10, 71, 2)] // a begun minute counts
    [InlineData(10, 10, 0)]
    [InlineData(10, 200_000, 1440)]
    public void Minutes_AreThoseOfTalking(int? answered, int? ended, int? expected) => Assert.Equal(expected, CallRule.Minutes(Call(answered, ended), Noon));

    private static PhoneCall Call(int? answered, int? ended) => new()
    {
        CallKey = "1", Line = "101", Number = "1", Digits = "1", Direction = CallDirection.Incoming, RangAt = Noon,
        AnsweredAt = answered is { } a ? Noon.AddSeconds(a) : null, EndedAt = ended is { } e ? Noon.AddSeconds(e) : null,
    };
}
