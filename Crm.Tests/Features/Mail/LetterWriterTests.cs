using System.Text;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Letters;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters as we write them: read back they are the same, and no text makes headers of its own.</summary>
public sealed class LetterWriterTests
{
    [Fact]
    public void Read_TwentyMegabytes_AreKeptWhole()
    {
        var content = new byte[20 << 20];
        new Random(1).NextBytes(content);
        var raw = Written(Letter() with { Files = [new("Отчёт за год.bin", "application/octet-stream", content)] });

        var letter = LetterReader.Read(raw);

        Assert.Equal("Отчёт за год.bin", letter.Attachments[0].Name);
        Assert.True(content.AsSpan().SequenceEqual(letter.Attachments[0].Read()));
    }

    [Fact]
    public void Write_ThenRead_GivesTheSame()
    {
        var subject = "Прайс-лист на ноябрь: очень длинная тема, которая не помещается в одну строку заголовка 📦";
        var raw = Written(Letter() with { Subject = subject, FromName = "ООО «Ромашка», отдел продаж", References = "a@x b@x", InReplyTo = "b@x", Text = "Добрый день\n.\nточка" });

        var letter = LetterReader.Read(raw);

        Assert.Equal((subject, "ООО «Ромашка», отдел продаж", "Добрый день\n.\nточка", "b@x"), (letter.Subject, letter.From?.Name, letter.Text, letter.InReplyTo));
        Assert.Equal(["a@x", "b@x"], letter.References);
        Assert.All(Encoding.ASCII.GetString(raw).Split("\r\n"), line => Assert.True(line.Length <= 90, line)); // RFC 5322 2.1.1: never over 998
    }

    [Fact]
    public void Write_Again_GivesTheSameOctets()
    {
        var letter = Letter() with { Subject = "Прайс", References = "a@x b@x", Files = [new("Счёт.pdf", "application/pdf", [1, 2, 3]), new("a.eml", "message/rfc822", [4])] };

        Assert.Equal(Written(letter), Written(letter));
    }

    [Fact]
    public void Write_HostileTexts_MakeNoHeadersOfTheirOwn()
    {
        var raw = Encoding.ASCII.GetString(Written(Letter() with { Subject = "x\r\nBcc: all@x.example", ToName = "a\r\nBcc: b@x.example", InReplyTo = "a@x>\r\nBcc: d@x.example", Files = [new("a\r\nBcc: e@x.example", "text/x\r\nBcc: f@x.example", [1])] }));

        Assert.DoesNotContain("\nBcc:", raw, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("mail.address-not-supported", Assert.Throws<MailException>(() => Written(Letter() with { ToAddress = "a@b.example>\r\nBcc: c@x.example" })).Code);
    }

    [Theory]
    [InlineData("a@b.example", true)]
    [InlineData("имя@пример.рф", true)]
    [InlineData("first.last+tag@sub.b.example", true)]
    [InlineData("a@b", false)]
    [InlineData("a b@c.example", false)]
    [InlineData(".a@b.example", false)]
    [InlineData("a..b@c.example", false)]
    [InlineData("a@-b.example", false)]
    [InlineData("a@b.example\r\nRCPT TO:<x@y.example>", false)]
    [InlineData("", false)]
    public void IsValid_Address_IsOneThatServersTake(string address, bool expected) => Assert.Equal(expected, MailAddressRule.IsValid(address));

    private static byte[] Written(OutgoingLetter letter)
    {
        using var octets = new MemoryStream();
        using var message = LetterWriter.Write(letter);
        message.WriteTo(new MimeKit.FormatOptions { NewLineFormat = MimeKit.NewLineFormat.Dos }, octets);
        return octets.ToArray();
    }

    private static OutgoingLetter Letter() => new()
    {
        MessageId = "crm.1@trade.example", Date = DateTimeOffset.UnixEpoch, FromAddress = "sales@trade.example", ToAddress = "maria@x.example", ToName = "Мария", Subject = "s", Text = "t",
    };
}
