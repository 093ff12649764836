using System.Net;
using System.Text;
using AngleSharp.Html.Parser;
using Crm.Plugin.Features.Calls;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Calls;

/// <summary>A call log of an exchange: looked at, imported once, taken back.</summary>
public sealed class CallImportTests(PostgresServer postgres)
{
    private const string Cdr = """"
        "calldate","clid","src","dst","channel","dstchannel","duration","billsec","disposition","linkedid"
        "2026-03-02 10:00:00","""Иванов"" <84951234567>","84951234567","101","PJSIP/trunk-1","PJSIP/101-0000002a","70","60","ANSWERED","k1"
        "2026-03-02 10:05:00","x","84957654321","101","","","20","0","NO ANSWER","k2"
        "2026-03-02 11:00:00","x","101","84957654321","","","40","30","ANSWERED","k3"
        "2 March","x","84957654321","101","","","20","0","NO ANSWER","k4"
        "2026-03-02 12:00:00","x","84957654321","101","","","soon","0","NO ANSWER","k5"

        """";

    [Fact]
    public void Read_OfAsterisksCdr_TellsWaitTalkAndDirection()
    {
        var (rows, refusal) = CallRecordFile.Read(Cdr, TimeZoneInfo.Utc, new HashSet<string> { "101" });

        Assert.Null(refusal);
        var at = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);
        Assert.Equal(new CallRecord("k1", "101", CallDirection.Incoming, "84951234567", "74951234567", at, at.AddSeconds(10), at.AddSeconds(70), "answered"), rows[0].Call);
        Assert.Equal((CallDirection.Incoming, (DateTimeOffset?)null, "no-answer"), (rows[1].Call!.Direction, rows[1].Call!.AnsweredAt, rows[1].Call!.Disposition));
        Assert.Equal((CallDirection.Outgoing, "101", "84957654321"), (rows[2].Call!.Direction, rows[2].Call!.Line, rows[2].Call!.Number));
        Assert.Equal([(5, CallTexts.BadStart), (6, CallTexts.BadSeconds)], rows.Skip(3).Select(r => (r.No, r.Wrong!)));
    }

    [Theory]
    [InlineData("101", "84957654321", "", CallDirection.Outgoing, "101", "84957654321")]
    [InlineData("84957654321", "101", "", CallDirection.Incoming, "101", "84957654321")]
    [InlineData("101", "102", "", CallDirection.Incoming, "102", "101")] // between two of our own
    [InlineData("101", "84957654321", "in", CallDirection.Incoming, "84957654321", "101")] // the exchange knows better
    [InlineData("", "101", "", CallDirection.Incoming, "101", "")]
    [InlineData("123456", "84957654321", "", CallDirection.Incoming, "84957654321", "123456")]
    public void Read_WithoutKnownLines_TakesAShortNumberThatCallsALongOneForALine(string src, string dst, string direction, CallDirection expected, string line, string number)
    {
        var call = Assert.Single(CallRecordFile.Read($"start,src,dst,direction\n2026-03-02 10:00,{src},{dst},{direction}\n", TimeZoneInfo.Utc, new HashSet<string>()).Rows).Call!;

        Assert.Equal((expected, line, number), (call.Direction, call.Line, call.Number));
    }

    [Theory]
    [InlineData("start;src;dst;status\r\n02.03.2026 10:00;8 495 123-45-67;101;отвечен\r\n")]
    [InlineData("start\tsrc\tdst\tstatus\n2026-03-02T10:00:00\t8 495 123-45-67\t101\tотвечен\n")]
    public void Read_AnySeparatorAndSet_IsTheSameCall(string text)
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        foreach (var encoding in (Encoding[])[new UTF8Encoding(true), Encoding.GetEncoding(1251)])
        {
            byte[] bytes = [.. encoding.GetPreamble(), .. encoding.GetBytes(text)];
            var call = Assert.Single(CallRecordFile.Read(CallRecordFile.Decode(bytes), TimeZoneInfo.Utc, new HashSet<string>()).Rows).Call!;
            // Without the exchange's own name the number and the time make one: 2026-03-02T10:00:00Z.
            Assert.Equal(("cdr:74951234567:1772445600", "отвечен", "101"), (call.Key, call.Disposition, call.Line));
        }
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Import_LookedAtFirst_AddsOnceAndIsTakenBackAsAWhole(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var anna = await app.AddUserAsync("anna", Role.SalesManager);
        var party = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(new CallLine { Extension = "101", UserId = anna.Id });
        // The exchange had reported one of them itself, under another name and a second later.
        var at = new DateTimeOffset(2026, 3, 2, 10, 5, 1, TimeSpan.Zero);
        await app.SaveAsync(new PhoneCall { CallKey = "live", Line = "101", UserId = anna.Id, Direction = CallDirection.Incoming, Number = "84957654321", Digits = "74957654321", RangAt = at, EndedAt = at.AddSeconds(20) });
        using var chief = await app.SignInAsync("chief", Role.Administrator);

        var page = await UploadAsync(chief, Cdr);
        Assert.Equal(["5|bad This is not a date and time of a call.", "6|bad The seconds are no whole number.", "2|new", "3|known", "4|new"], page.QuerySelectorAll("#verdicts tbody tr").Select(r => $"{r.Children[0].TextContent}|{r.Children[1].TextContent.Trim()}"));
        Assert.Equal(1, await CountAsync(app)); // looking imports nothing
        var import = page.QuerySelector("form[action^='/calls/import/']")!.GetAttribute("action")!;
        await chief.SubmitAsync(import, []);
        Assert.Equal((HttpStatusCode.OK, 3), (chief.Status, await CountAsync(app)));
        await chief.SubmitAsync(import, []);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, 3), (chief.Status, await CountAsync(app)));
        Assert.Contains("There is nothing new in this file.", (await UploadAsync(chief, Cdr)).Body!.TextContent, StringComparison.Ordinal);

        await using (var database = app.Database())
        {
            var first = await database.Set<PhoneCall>().SingleAsync(c => c.CallKey == "k1");
            Assert.Equal((anna.Id, 10), (first.UserId, (first.AnsweredAt - first.RangAt)!.Value.TotalSeconds));
            database.Add(new Crm.Plugin.Features.ContactLog.Interaction { CounterpartyId = party, CallId = first.Id, Kind = Crm.Plugin.Features.ContactLog.InteractionKind.PhoneCall, Direction = Crm.Plugin.Features.ContactLog.InteractionDirection.Incoming, State = Crm.Plugin.Features.ContactLog.InteractionState.Done, At = at, ResponsibleId = anna.Id, Version = 1 });
            await database.SaveChangesAsync();
        }

        var undo = (await chief.OpenAsync("/calls/import")).QuerySelector("form[action$='/undo']")!.GetAttribute("action")!;
        await chief.SubmitAsync(undo, []);
        Assert.Equal(2, await CountAsync(app)); // the exchange's own, and the one that a contact was logged from
        await chief.SubmitAsync(undo, []);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, chief.Status);
    }

    [Theory]
    [InlineData("", "Choose a file.")]
    [InlineData("a,b,c\n1,2,3\n", "The file has no column start. Its first line must name the columns.")]
    [InlineData("start,src,dst\n", "There are no calls in this file.")]
    public async Task Import_OfWhatIsNoCallLog_IsRefusedAtTheField(string text, string reason)
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);

        var page = await UploadAsync(chief, text);

        Assert.Equal(reason, page.QuerySelector("[data-field=file]")!.TextContent);
        Assert.Equal(0, await CountAsync(app));
    }

    [Fact]
    public async Task Import_OfAnotherKindOfFile_IsRefusedAndKeepsNothing()
    {
        await using var app = await CrmApp.StartAsync();
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        byte[] picture = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48, 0x44, 0x52, 0x00, 0xff];
        foreach (var (bytes, reason) in ((byte[], string)[])
        [
            (picture, "The file has no column start. Its first line must name the columns."),
            (Encoding.UTF8.GetBytes("<html><script>alert(1)</script></html>"), "The file has no column start. Its first line must name the columns."),
            (Enumerable.Repeat((byte)'x', 10 << 20).ToArray(), "The file has no column start. Its first line must name the columns."),
            (Enumerable.Repeat((byte)'x', (20 << 20) + 1).ToArray(), "A file may have at most 20 MB."),
        ])
        {
            var (status, page) = await SendAsync(chief, bytes, "log.csv");
            Assert.Equal((HttpStatusCode.UnprocessableEntity, reason), (status, page.QuerySelector("[data-field=file]")!.TextContent));
            Assert.DoesNotContain(page.Scripts, s => s.TextContent.Contains("alert", StringComparison.Ordinal));
        }

        await using var database = app.Database();
        Assert.Equal((0, 0), (await database.Set<PhoneCall>().CountAsync(), await database.Set<CallImport>().CountAsync()));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Import_OfCyrillicScriptAndZeroes_ShowsTextAndDoesNoHarm(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        using var chief = await app.SignInAsync("chief", Role.Administrator);
        var text = "start;src;dst;disposition;linkedid\r\n02.03.2026 10:00;8 495 123-45-67;101;отвечен;k1\r\n02.03.2026 10:05;<script>alert(1)</script>;101;<b>занято</b>;k\02\r\n";
        var cyrillic = CodePagesEncodingProvider.Instance.GetEncoding(1251)!.GetBytes(text);

        var (status, page) = await SendAsync(chief, cyrillic, "<img src=x onerror=alert(1)>.csv");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["отвечен", "<b>занято</b>"], page.QuerySelectorAll("#verdicts td:last-child").Select(c => c.TextContent));
        Assert.Contains("img src=x onerror=alert(1).csv", page.QuerySelector("h2")!.TextContent, StringComparison.Ordinal);
        await chief.OpenAsync("/calls/import");
        await chief.SubmitAsync(page.QuerySelector("form[action^='/calls/import/']")!.GetAttribute("action")!, []);
        Assert.Equal((HttpStatusCode.OK, 2), (chief.Status, await CountAsync(app)));
        foreach (var path in (string[])["/calls/import", "/calls?who=all", "/calls/queue?period=days&from=2026-03-01&to=2026-03-03"])
        {
            page = await chief.OpenAsync(path);
            Assert.Equal((path, HttpStatusCode.OK), (path, chief.Status));
            Assert.Empty(page.QuerySelectorAll("[onerror]"));
            Assert.DoesNotContain(page.Scripts, s => s.TextContent.Contains("alert", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Import_OfWhoIsNoAdministrator_IsRefused()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/calls/import");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
    }

    private static async Task<AngleSharp.Dom.IDocument> UploadAsync(WebBrowser browser, string text) => (await SendAsync(browser, Encoding.UTF8.GetBytes(text), "cdr.csv")).Page;

    private static async Task<(HttpStatusCode Status, AngleSharp.Dom.IDocument Page)> SendAsync(WebBrowser browser, byte[] file, string name)
    {
        var page = await browser.OpenAsync("/calls/import");
        using var content = new MultipartFormDataContent
        {
            { new StringContent(page.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!), "__RequestVerificationToken" },
            { new ByteArrayContent(file), "file", name },
        };
        using var answer = await browser.Http.PostAsync(new Uri("/calls/import", UriKind.Relative), content);
        return (answer.StatusCode, await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync()));
    }

    private static async Task<int> CountAsync(CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<PhoneCall>().CountAsync();
    }
}
