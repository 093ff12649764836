using System.Globalization;
using System.Text;
using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Letters;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Letters as programs really write them, most of them badly.</summary>
public sealed class LetterReaderTests
{
    static LetterReaderTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    [Theory]
    [InlineData("Subject: =?UTF-8?B?0J/RgNC40LLQtdGC?=", "Привет")]
    [InlineData("Subject: =?utf-8?q?=D0=9F=D1=80=D0=B8_=D0=B2=D0=B5=D1=82?=", "При вет")]
    [InlineData("Subject: =?windows-1251?Q?=CF=F0=E8=E2=E5=F2?=", "Привет")]
    [InlineData("Subject: =?koi8-r?B?8NLJ18XU?=", "Привет")]
    [InlineData("Subject: =?utf-8?B?0J/RgA==?= =?utf-8?B?0LjQstC10YI=?=", "Привет")] // blanks between words are no text
    [InlineData("Subject: =?utf-8?B?0J/R?=\r\n =?utf-8?B?gNC40LLQtdGC?=", "Привет")] // a letter split between two words
    [InlineData("Subject: Re: =?utf-8?B?0J/RgA==?= more", "Re: Пр more")]
    [InlineData("Subject: =?utf-8*ru?B?0J/RgA==?=", "Пр")] // RFC 2231 5: with a language
    [InlineData("Subject: =?nonsense-8?B?0J/RgA==?=", "Пр")]
    [InlineData("Subject: =?utf-8?B?broken", "=?utf-8?B?broken")]
    [InlineData("Subject: plain\r\n\tfolded", "plain folded")]
    [InlineData("SUBJECT:no blank", "no blank")]
    public void Read_Subject_IsDecoded(string header, string expected) => Assert.Equal(expected, Read(header + "\r\n\r\nx").Subject);

    [Theory]
    [InlineData("windows-1251", "windows-1251")]
    [InlineData("koi8-r", "koi8-r")]
    [InlineData("koi8-u", "KOI8-U")]
    [InlineData("utf-8", "utf-8")]
    [InlineData("windows-1251", null)] // not said: guessed
    [InlineData("koi8-r", null)]
    [InlineData("utf-8", "us-ascii")] // said wrongly
    [InlineData("utf-8", "x-unknown")]
    public void Read_CyrillicBody_IsDecoded(string written, string? said)
    {
        const string Expected = "Добрый день! Пришлите, пожалуйста, прайс-лист.";
        var head = $"From: a@b.example\r\nContent-Type: text/plain{(said is null ? "" : $"; charset={said}")}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";

        Assert.Equal(Expected, LetterReader.Read([.. Encoding.ASCII.GetBytes(head), .. Encoding.GetEncoding(written).GetBytes(Expected)]).Text);
    }

    [Fact]
    public void Read_RawCyrillicHeaders_AreGuessed()
    {
        var letter = LetterReader.Read(Encoding.GetEncoding("windows-1251").GetBytes("From: Иванова Мария <maria@x.example>\r\nSubject: Заявка на поставку\r\n\r\nx"));

        Assert.Equal(("Заявка на поставку", "Иванова Мария", "maria@x.example"), (letter.Subject, letter.From?.Name, letter.From?.Address));
    }

    [Fact]
    public void Read_NestedMultiparts_GiveTextHtmlAndFiles()
    {
        var letter = Read("""
            From: =?utf-8?B?0JzQsNGA0LjRjw==?= <maria@x.example>
            To: "Sales, dept" <sales@trade.example>, boss@trade.example (the boss); other@trade.example
            Message-ID: <one@x.example>
            In-Reply-To: <zero@trade.example>
            References: <first@x.example>
             <zero@trade.example>
            Date: Mon, 23 Nov 2026 10:05:06 +0200 (EET)
            Content-Type: multipart/mixed; boundary="outer"

            preamble
            --outer
            Content-Type: multipart/related; boundary=middle

            --middle
            Content-Type: multipart/alternative; boundary="in ner"

            --in ner
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            =D0=94=D0=B0, soft=
             line
            --in ner
            Content-Type: text/html

            <p>yes</p>
            --in ner--
            --middle
            Content-Type: image/png; name="logo.png"
            Content-Transfer-Encoding: base64

            AQID
            --middle--
            --outer
            Content-Type: application/pdf
            Content-Disposition: attachment;
             filename*0*=utf-8''%D0%A1%D1%87;
             filename*1*=%D1%91%D1%82;
             filename*2=".pdf"
            Content-Transfer-Encoding: base64

            BAUG
            --outer
            Content-Type: message/rfc822

            From: x@y.example
            Subject: inner

            inner text
            --outer--
            epilogue
            """.ReplaceLineEndings("\r\n"));

        Assert.Equal(("Мария", "maria@x.example", "one@x.example", "zero@trade.example"), (letter.From?.Name, letter.From?.Address, letter.MessageId, letter.InReplyTo));
        Assert.Equal(["sales@trade.example", "boss@trade.example", "other@trade.example"], letter.Recipients.Select(r => r.Address));
        Assert.Equal("Sales, dept", letter.Recipients[0].Name);
        Assert.Equal(["first@x.example", "zero@trade.example"], letter.References);
        Assert.Equal(new DateTimeOffset(2026, 11, 23, 10, 5, 6, TimeSpan.FromHours(2)), letter.Date);
        Assert.Equal(("Да, soft line", "<p>yes</p>"), (letter.Text, letter.Html?.Trim()));
        Assert.Equal(["logo.png 1,2,3", "Счёт.pdf 4,5,6"], letter.Attachments.Take(2).Select(a => $"{a.Name} {string.Join(',', a.Read())}"));
        Assert.Equal("letter.eml", letter.Attachments[2].Name);
    }

    [Theory]
    [InlineData("--b\r\n\r\nfirst\r\n--b\r\n\r\nsecond", "first\n\nsecond")] // the last boundary is missing
    [InlineData("no boundary at all", "no boundary at all")]
    [InlineData("--b\r\n\r\nfirst\r\n--b--\r\n--b\r\n\r\nafter", "first")]
    [InlineData("--b", null)]
    [InlineData("", null)]
    public void Read_MissingBoundaries_LoseNoText(string body, string? expected) => Assert.Equal(expected, Read($"From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n{body}").Text?.Trim());

    [Theory]
    [InlineData("a@b.example; c@d.example;", "a@b.example c@d.example")] // parted as Outlook's users do
    [InlineData("a@b.example, Maria c@d.example, <e@f.example>", "a@b.example c@d.example e@f.example")] // one mistake
    [InlineData("Team: a@b.example, c@d.example;, e@f.example", "a@b.example c@d.example e@f.example")]
    [InlineData("undisclosed-recipients:;", "")]
    public void Read_Recipients_LoseNobody(string to, string expected) => Assert.Equal(expected, string.Join(' ', Read($"To: {to}\r\n\r\nx").Recipients.Select(r => r.Address)));

    [Theory]
    [InlineData(">From maria@b.example Mon Nov 23 10:05:06 2026\r\nSubject: s\r\n\r\nx", "s", "x")] // out of a folder of old
    [InlineData("just a note\r\nwithout any header", null, "just a note\nwithout any header")]
    public void Read_NoLetter_IsText(string raw, string? subject, string text) => Assert.Equal((subject, text), (Read(raw).Subject, Read(raw).Text));

    [Fact]
    public void Read_Invitation_IsAFileBesideTheText()
    {
        var letter = Read("Content-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nLet us meet\r\n--b\r\nContent-Type: text/calendar; method=REQUEST\r\n\r\nBEGIN:VCALENDAR\r\n--b--\r\n");

        Assert.Equal(("Let us meet", "file.ics"), (letter.Text, letter.Attachments.Single().Name));
    }

    [Fact]
    public void Read_SignedOrEncrypted_IsTextAndFiles()
    {
        var letter = Read("Content-Type: multipart/signed; boundary=b; protocol=\"application/pkcs7-signature\"\r\n\r\n--b\r\n\r\nsigned\r\n--b\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\nContent-Transfer-Encoding: base64\r\n\r\nAQID\r\n--b\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n\r\nx\r\n--b--\r\n");

        Assert.Equal(("signed", "smime.p7s 3, smime.p7m 1"), (letter.Text, string.Join(", ", letter.Attachments.Select(a => $"{a.Name} {a.Size}"))));
    }

    [Fact]
    public void Read_TextAroundAFile_IsKeptWhole()
    {
        var letter = Read("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>above</p>\r\n--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>below</p>\r\n--b--\r\n");

        Assert.Equal(("<p>above</p>\n<p>below</p>", "a.pdf"), (letter.Html, letter.Attachments.Single().Name));
    }

    [Fact]
    public void Read_RawCyrillicFileName_IsGuessed()
    {
        var raw = "Subject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=\"Счёт на оплату.pdf\"\r\n\r\nx\r\n--b--";

        Assert.Equal("Счёт на оплату.pdf", LetterReader.Read(Encoding.GetEncoding("windows-1251").GetBytes(raw)).Attachments.Single().Name);
    }

    [Fact]
    public void Read_NoMessageId_IsTheSameInEveryMailbox()
    {
        var (one, two) = (Read("Received: by one\r\nFrom: a@b.example\r\nSubject: s\r\n\r\ntext"), Read("Received: by another\r\nFrom: a@b.example\r\nSubject: s\r\n\r\ntext"));

        Assert.Equal(one.MessageId, two.MessageId);
        Assert.NotEqual(one.MessageId, Read("From: a@b.example\r\nSubject: s\r\n\r\nother text").MessageId);
    }

    [Theory]
    [InlineData("23 Nov 26 1:02 GMT", "2026-11-23T01:02:00Z")]
    [InlineData("Mon, 23 Nov 2026 01:02:03 -0530", "2026-11-23T06:32:03Z")]
    [InlineData("Mon, 23 Nov 1999 01:02:03 EST", "1999-11-23T06:02:03Z")]
    [InlineData("Mon, 32 Nov 2026 01:02:03 +0000", null)]
    [InlineData("yesterday", null)]
    [InlineData("1 Jan 2026 00:00:00 +9999", "2026-01-01T00:00:00Z")] // there is no such zone: the day is right all the same
    [InlineData("2026-11-23 10:05:06", "2026-11-23T10:05:06Z")]
    public void Read_Date_IsUnderstoodOrNull(string date, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), Read($"Date: {date}\r\n\r\nx").Date?.ToUniversalTime());

    [Theory]
    [InlineData("a@b.example", null, "a@b.example")]
    [InlineData("<a@b.example>", null, "a@b.example")]
    [InlineData("\"Quoted \\\"Name\\\"\" <a@b.example>", "Quoted \"Name\"", "a@b.example")]
    [InlineData("a@b.example (Maria)", "Maria", "a@b.example")]
    [InlineData("<@relay.example:a@b.example>", null, "a@b.example")]
    [InlineData("=?utf-8?B?0JzQsNGA0LjRjw==?= a@b.example", null, "a@b.example")]
    [InlineData("Maria a@b.example", null, "a@b.example")]
    [InlineData("Maria <a..b@b.example>", null, "a..b@b.example")] // a telephone company gave such addresses
    [InlineData("\"=?utf-8?B?0JzQsNGA0LjRjw==?=\" <a@b.example>", "Мария", "a@b.example")]
    [InlineData("<a@b.example", null, "a@b.example")]
    [InlineData("a@xn--e1afmkfd.xn--p1ai", null, "a@пример.рф")] // as people write it
    public void Read_From_IsUnderstood(string from, string? name, string address) => Assert.Equal(new LetterAddress(name, address), Read($"From: {from}\r\n\r\nx").From);

    [Theory]
    [InlineData("Auto-Submitted: auto-replied", true)]
    [InlineData("Auto-Submitted: no", false)]
    [InlineData("X-Autoreply: yes", true)]
    [InlineData("Content-Type: multipart/report; boundary=b", true)]
    [InlineData("Subject: a person's", false)]
    public void Read_AutomaticAnswers_AreKnown(string header, bool expected) => Assert.Equal(expected, Read(header + "\r\n\r\nx").IsAutomatic);

    [Fact]
    public void Read_FileNames_LeadNowhere()
    {
        var letter = Read("Content-Type: application/x; name=\"..\\..\\../etc/passwd\r\n\"\r\n\r\nx");

        Assert.Equal("passwd", letter.Attachments[0].Name);
        Assert.Equal("file", Read("Content-Type: application/x; name=\"../..\"\r\n\r\nx").Attachments[0].Name);
    }

    [Fact]
    public void Read_Bombs_EndSoon()
    {
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Read(string.Concat(Enumerable.Range(0, 200_000).Select(i => $"X-{i}: y\r\n")) + "\r\nx");
        Read("Subject: " + string.Concat(Enumerable.Repeat("=?utf-8?B?0J/R?= ", 50_000)) + "\r\n\r\nx");
        Read("To: " + string.Concat(Enumerable.Repeat("\"(((<", 200_000)) + "\r\n\r\nx");
        Read(string.Concat(Enumerable.Range(0, 3_000).Select(i => $"Content-Type: multipart/mixed; boundary=b{i}\r\n\r\n--b{i}\r\n")) + "\r\nx");
        Read("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", 100_000)));
        Read("Content-Type: text/plain" + string.Concat(Enumerable.Range(0, 100_000).Select(i => $"; a*{i}=b")) + "\r\n\r\nx");
        Read("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + string.Concat(Enumerable.Repeat("--b\r\n\r\nx\r\n", 3_000_000)));
        Read(string.Concat(Enumerable.Repeat("a:b\n", 10_000_000)));
        Read("Subject: " + new string('a', 30 << 20)); // no line end at all
        Assert.Equal("kept", Read("Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nkept\r\n--b\r\nSubject: " + new string('a', 30 << 20)).Text);
        Read("To: " + string.Concat(Enumerable.Repeat("=?utf-8?B?0J/R?= <a@b.c>,", 1_000_000)) + "\r\n\r\nx");
        HtmlClean.Clean(string.Concat(Enumerable.Repeat("<div>", 200_000)) + "x");
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }

    [Fact]
    public void Read_AnyOctets_NeverFails()
    {
        var dice = new Random(1);
        var letter = Encoding.ASCII.GetBytes("From: =?utf-8?B?0J/R?= <a@b.example>\r\nContent-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain; charset=koi8-r\r\nContent-Transfer-Encoding: base64\r\n\r\nAQID\r\n--b--\r\n");
        for (var i = 0; i < 20_000; i++)
        {
            var broken = (byte[])letter.Clone();
            for (var hit = dice.Next(1, 8); hit > 0; hit--)
            {
                broken[dice.Next(broken.Length)] = (byte)dice.Next(256);
            }

            LetterReader.Read(broken[..dice.Next(broken.Length)]);
        }
    }

    private static ReceivedLetter Read(string raw) => LetterReader.Read(Encoding.UTF8.GetBytes(raw));
}
