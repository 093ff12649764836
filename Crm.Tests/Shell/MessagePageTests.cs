using System.Net;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Shell;

/// <summary>What cannot be shown is told in the language of whoever asked, whichever part of the plugin refused it.</summary>
public sealed class MessagePageTests
{
    [Theory]
    [InlineData("ru", "Нет доступа", "Не найдено", "Произошла ошибка")]
    [InlineData("uk", "Немає доступу", "Не знайдено", "Сталася помилка")]
    [InlineData("en", "Not allowed", "Not found", "Something went wrong")]
    public async Task Refusal_IsInTheUsersLanguage(string language, string forbidden, string missing, string failed)
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Aster");
        using var browser = await app.SignInAsync("anna", Role.SalesManager);

        await ExpectAsync(browser, $"/administration/users?lang={language}", HttpStatusCode.Forbidden, forbidden);
        await ExpectAsync(browser, $"/nowhere?lang={language}", HttpStatusCode.NotFound, missing);
        await ExpectAsync(browser, $"/interactions/987654?lang={language}", HttpStatusCode.NotFound, missing);
        await using (var database = app.Database())
        {
            await database.Database.ExecuteSqlRawAsync("ALTER TABLE interaction RENAME TO interaction_gone");
        }

        await ExpectAsync(browser, $"/counterparties/{id}?lang={language}", HttpStatusCode.InternalServerError, failed);
    }

    private static async Task ExpectAsync(WebBrowser browser, string address, HttpStatusCode status, string headline)
    {
        var page = await browser.OpenAsync(address);
        Assert.Equal(status, browser.Status);
        Assert.Equal(headline, page.QuerySelector(".empty-title")?.TextContent);
    }
}
