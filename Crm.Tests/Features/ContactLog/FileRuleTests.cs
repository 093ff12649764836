using System.Text;
using Crm.Plugin.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

public sealed class FileRuleTests
{
    [Theory]
    [InlineData("%PDF-1.7 …", "offer.exe", "application/pdf")] // the bytes count, not the name
    [InlineData("\u0089PNG\r\n", "photo", "image/png")]
    [InlineData("PK\u0003\u0004", "price.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")]
    [InlineData("PK\u0003\u0004", "many.zip", "application/zip")]
    [InlineData("PK\u0003\u0004", "macro.docm", null)]
    [InlineData("plain words", "note.txt", "text/plain")]
    [InlineData("a;b;c", "table.csv", "text/csv")]
    [InlineData("MZ\u0090\u0000\u0003", "offer.pdf", null)]
    [InlineData("\u007fELF\u0002", "offer.pdf", null)]
    [InlineData("#!/bin/sh", "run.txt", null)]
    [InlineData("  <!DOCTYPE html><p>", "page.txt", null)]
    [InlineData("text <SCRIPT>alert(1)</SCRIPT>", "a.txt", null)]
    [InlineData("<svg onload=alert(1)>", "a.png", null)]
    public void TypeOf_ByFirstBytes(string head, string name, string? expected) => Assert.Equal(expected, FileRule.TypeOf(Encoding.Latin1.GetBytes(head), name));

    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData(@"C:\Users\anna\Счёт.pdf", "Счёт.pdf")]
    [InlineData("a\"\r\nSet-Cookie: x", "aSet-Cookie x")]
    [InlineData("exe.\u202efdp", "exe.fdp")] // a mark that would show it backwards
    [InlineData("...", "file")]
    [InlineData("", "file")]
    public void NameOf_IsHarmless(string sent, string expected) => Assert.Equal(expected, FileRule.NameOf(sent));
}
