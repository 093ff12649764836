using Crm.Plugin.Features.Mail;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Mail;

/// <summary>Templates of letters, and what the audit log keeps of them.</summary>
public sealed class MailTemplateTests
{
    [Fact]
    public async Task Template_ChangedAndRemoved_LeavesWhatItSaidInTheAuditLog()
    {
        await using var app = await CrmApp.StartAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/mail/templates");
        await anna.SubmitAsync("/mail/templates", new() { ["name"] = "Прайс", ["subject"] = "Наш прайс", ["text"] = "Здравствуйте, {person}!" });
        await anna.OpenAsync("/mail/templates?id=1");
        await anna.SubmitAsync("/mail/templates", new() { ["id"] = "1", ["name"] = "Прайс", ["subject"] = "Новый прайс", ["text"] = "Здравствуйте, {person}!" });
        Assert.Contains("Новый прайс", (await anna.OpenAsync("/mail/templates?id=1")).QuerySelector(".list-group")!.TextContent, StringComparison.Ordinal);
        await anna.SubmitAsync("/mail/templates/1/remove", []);

        Assert.DoesNotContain("прайс", anna.Source, StringComparison.OrdinalIgnoreCase);
        await using var database = app.Database();
        Assert.Empty(await database.Set<MailTemplate>().ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            [
                """{"name":[null,"Прайс"],"subject":[null,"Наш прайс"],"text":[null,"Здравствуйте, {person}!"]}""", """{"subject":["Наш прайс","Новый прайс"]}""",
                """{"name":["Прайс",null],"subject":["Новый прайс",null],"text":["Здравствуйте, {person}!",null]}""",
            ],
            await database.Set<AuditEntry>().Where(a => a.Subject == "mail-template").OrderBy(a => a.Id).Select(a => a.Detail).ToListAsync(TestContext.Current.CancellationToken));
    }
}
