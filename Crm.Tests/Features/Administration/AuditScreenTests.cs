using Crm.Plugin.Features.Administration;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Xunit;

namespace Crm.Tests.Features.Administration;

/// <summary>What the audit log says, an administrator reads.</summary>
public sealed class AuditScreenTests
{
    [Fact]
    public async Task Log_InRussian_SaysActionRecordAndChangeInWords()
    {
        await using var app = await CrmApp.StartAsync();
        await app.SaveAsync(new AuditEntry { At = DateTimeOffset.UnixEpoch, UserLogin = "anna", Action = "identity.joined", Subject = "counterparty", SubjectId = "7", Detail = """{"reason":["<b>старое</b>","новое"],"note":"x"}""" });
        await app.SaveAsync(new AuditEntry { At = DateTimeOffset.UnixEpoch, Action = "classification.exported", Subject = "classification", SubjectId = "3", Detail = "csv" });
        await app.SaveAsync(new AuditEntry { At = DateTimeOffset.UnixEpoch, Action = "of.a-later-version", Subject = "thing", SubjectId = "1", Detail = "{broken" });
        using var admin = await app.SignInAsync("admin", Role.Administrator, "ru");

        var rows = (await admin.OpenAsync("/administration/audit")).QuerySelectorAll("tbody tr").Select(r => r.QuerySelectorAll("td").Skip(1).Select(Text).ToArray()).ToList();

        Assert.Equal(
            [
                ["Система", "of.a-later-version", "thing 1", "{broken"],
                ["Система", "Классификация выгружена", "Классификация 3", "csv"],
                ["anna", "Дубли объединены", "Контрагент 7", "reason: <b>старое</b> новое|note: x"],
            ],
            rows.Where(r => r[0] != "admin"));
        var page = await admin.OpenAsync("/administration/audit?subject=counterparty");
        Assert.Equal("counterparty", page.QuerySelector("select[name=subject] option[selected]")!.GetAttribute("value"));
        Assert.Single(page.QuerySelectorAll("tbody tr"));
    }

    [Fact]
    public void Lines_OfWhatIsKept_AreReadable()
    {
        Assert.Equal([new("minutes", "20", "10"), new("done", "true"), new("empty", null, "was")], AuditDetail.Lines("""{"minutes":[10,20],"done":true,"empty":["was",null]}"""));
        Assert.Equal([new("shares", "[80,15,5]"), new("both", "[[1],[2]]")], AuditDetail.Lines("""{"shares":[80,15,5],"both":[[1],[2]]}"""));
        Assert.Equal([], AuditDetail.Lines(null));
        Assert.Equal([new(null, "?name=x")], AuditDetail.Lines("?name=x"));
    }

    private static string Text(AngleSharp.Dom.IElement cell) => cell.QuerySelectorAll("div") is { Length: > 0 } lines ? string.Join('|', lines.Select(l => l.TextContent)) : cell.TextContent.Trim();
}
