using System.Text;
using System.Text.Json;
using Crm.Connector.Hosts.Tryton;
using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonJsonTests
{
    [Fact]
    public void Write_EveryKindOfValue_GivesTrytonsEncoding()
    {
        object?[] values =
        [
            null, "Müller", true, 7, 8L, 1.5, 12.3456m, new DateOnly(2026, 11, 22), new DateTimeOffset(2026, 11, 22, 3, 4, 5, TimeSpan.Zero).AddMicroseconds(615425),
            TimeSpan.FromDays(7), new byte[] { 104, 105, 255 }, new Dictionary<string, object?> { ["a"] = new[] { 1, 2 } },
        ];
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            TrytonJson.Write(writer, values);

        Assert.Equal(
            """[null,"M\u00FCller",true,7,8,1.5,{"__class__":"Decimal","decimal":"12.3456"},{"__class__":"date","year":2026,"month":11,"day":22},"""
            + """{"__class__":"datetime","year":2026,"month":11,"day":22,"hour":3,"minute":4,"second":5,"microsecond":615425},"""
            + """{"__class__":"timedelta","seconds":604800},{"__class__":"bytes","base64":"aGn/"},{"a":[1,2]}]""",
            Encoding.UTF8.GetString(buffer.ToArray()));
    }

    [Fact]
    public void Read_TrytonsEncodings_GivesExactValues()
    {
        Assert.Equal(12.3456m, TrytonJson.ReadDecimal(Json("""{"__class__":"Decimal","decimal":"12.3456"}""")));
        Assert.Equal(0.1m, TrytonJson.ReadDecimal(Json("0.1")));
        Assert.Equal(0.00001m, TrytonJson.ReadDecimal(Json("""{"__class__":"Decimal","decimal":"1E-5"}""")));
        Assert.Equal(new DateOnly(2026, 11, 22), TrytonJson.ReadDate(Json("""{"__class__":"date","year":2026,"month":11,"day":22}""")));
        Assert.Equal(1_767_225_600_000_001, TrytonJson.ReadStamp(Json(
            """{"__class__":"datetime","year":2026,"month":1,"day":1,"hour":0,"minute":0,"second":0,"microsecond":1}""")));
        Assert.Equal(TimeSpan.FromDays(7), TrytonJson.ReadSpan(Json("""{"__class__":"timedelta","seconds":604800.0}""")));
        Assert.Equal([104, 105, 255], TrytonJson.ReadBytes(Json("""{"__class__":"bytes","base64":"aG\nn/\n"}""")));
    }

    [Theory]
    [InlineData("2026-11-22")]
    [InlineData("""{"__class__":"date","year":2026,"month":11}""")]
    public void ReadDate_SomethingElse_IsAFormatException(string json) =>
        Assert.Throws<FormatException>(() => TrytonJson.ReadDate(Json(json.StartsWith('{') ? json : $"\"{json}\"")));

    [Fact]
    public void ToInstant_Stamp_KeepsMicroseconds()
    {
        var stamp = 1_767_225_600_123_456;

        Assert.Equal(stamp, TrytonJson.ToStamp(TrytonJson.ToInstant(stamp)));
    }

    [Theory]
    [InlineData("", "u", "p", "tryton.bad-address")]
    [InlineData("ftp://host/", "u", "p", "tryton.bad-address")]
    [InlineData("http://user:secret@host/", "u", "p", "tryton.bad-address")]
    [InlineData("http://host/a/b/", "u", "p", "tryton.bad-address")]
    [InlineData("http://host/", "", "p", "tryton.bad-user")]
    [InlineData("http://host/", "a:b", "p", "tryton.bad-user")]
    [InlineData("http://host/", "u", "", "tryton.bad-password")]
    public void Open_BadSetting_IsRefusedWithoutItsValue(string address, string user, string password, string code)
    {
        var e = Assert.Throws<HostException>(() => new TrytonConnector().Open(
            new HostSettings { Connection = "t", Address = address, User = user, Password = password, Clock = TimeProvider.System }));

        Assert.Equal((HostFailure.Refused, code), (e.Failure, e.Code));
        Assert.DoesNotContain("secret", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pageSize", "0")]
    [InlineData("parallel", "many")]
    public void Open_BadOption_NamesItsKey(string key, string value)
    {
        var e = Assert.Throws<HostException>(() => new TrytonConnector().Open(new HostSettings
        {
            Connection = "t", Address = "http://host/", User = "u", Password = "p", Clock = TimeProvider.System,
            Options = new Dictionary<string, string> { [key] = value },
        }));

        Assert.Equal("tryton.bad-option", e.Code);
        Assert.Contains(key, e.Message, StringComparison.Ordinal);
    }

    private static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}
