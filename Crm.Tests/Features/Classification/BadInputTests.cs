using System.Net;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Xunit;

namespace Crm.Tests.Features.Classification;

/// <summary>What a screen says to input and data that a class cannot be made of, in each language.</summary>
public sealed class BadInputTests
{
    private static readonly Dictionary<string, string> Form = new()
    {
        ["asOf"] = "2026-10-31", ["rules"] = "standard", ["measure"] = "revenue", ["cut"] = "ascending", ["periodicity"] = "month", ["periods"] = "12",
        ["shares"] = "80/15/5", ["bands"] = "25/60", ["oneTime"] = "1-2", ["lossAfterDays"] = "180", ["lossFactor"] = "3",
    };

    public static TheoryData<string, string[]> Languages => new()
    {
        {
            "en",
            [
                "The shares of A, B and C must not be negative and must sum to 100; 80/15/4 does not.",
                "The bands of X, Y and Z, 0-20/30-60/60-, must follow each other from 0 without gap or overlap, and the last must have no end.",
                "The bands of X, Y and Z, 0-40/30-60/60-, must follow each other from 0 without gap or overlap, and the last must have no end.",
                "Regularity needs at least 3 whole periods; there are 2. Begin earlier or take shorter periods.",
                "The day of the run, 2026-11-23, lies in the future.",
                "A/B/C, %: “x” cannot be read.",
                "No sale counts in the period.",
                "There is only one to classify: it holds everything, so its class says nothing.",
                "All values are equal: everybody is in one class, which says nothing.",
                "The measure sums to zero or less: nobody earned a share of it.",
                "The period holds amounts in EUR, USD, and there are no rates to add them by. Choose one currency.",
                "Run 1 was approved already, by dora.",
            ]
        },
        {
            "ru",
            [
                "Доли A, B и C не могут быть отрицательными и в сумме дают 100; 80/15/4 – нет.",
                "Полосы X, Y и Z (0-20/30-60/60-) должны идти от 0 подряд, без разрывов и наложений, последняя – без конца.",
                "Полосы X, Y и Z (0-40/30-60/60-) должны идти от 0 подряд, без разрывов и наложений, последняя – без конца.",
                "Для регулярности нужно не меньше 3 целых периодов, а есть 2. Начните раньше или возьмите периоды короче.",
                "Дата документа 2026-11-23 ещё не наступила.",
                "A/B/C, %: не удаётся прочитать «x».",
                "В периоде нет ни одной продажи.",
                "Классифицировать можно только одного: у него всё, и его класс ни о чём не говорит.",
                "Все значения равны: все в одном классе, и это ни о чём не говорит.",
                "Сумма показателя не больше нуля: доли ни у кого нет.",
                "В периоде суммы в валютах EUR, USD, а курсов для сложения нет. Выберите одну валюту.",
                "Документ 1 уже утвердил dora.",
            ]
        },
        {
            "uk",
            [
                "Частки A, B і C не можуть бути від’ємними і в сумі дають 100; 80/15/4 – ні.",
                "Смуги X, Y і Z (0-20/30-60/60-) мають іти від 0 поспіль, без розривів і накладань, остання – без кінця.",
                "Смуги X, Y і Z (0-40/30-60/60-) мають іти від 0 поспіль, без розривів і накладань, остання – без кінця.",
                "Для регулярності потрібно щонайменше 3 цілих періодів, а є 2. Почніть раніше або візьміть коротші періоди.",
                "Дата документа 2026-11-23 ще не настала.",
                "A/B/C, %: не вдається прочитати «x».",
                "У періоді немає жодного продажу.",
                "Класифікувати можна лише одного: у нього все, і його клас ні про що не говорить.",
                "Усі значення рівні: усі в одному класі, і це ні про що не говорить.",
                "Сума показника не більша за нуль: частки немає ні в кого.",
                "У періоді суми у валютах EUR, USD, а курсів для додавання немає. Оберіть одну валюту.",
                "Документ 1 уже затвердив dora.",
            ]
        },
    };

    [Theory, MemberData(nameof(Languages))]
    public async Task EachCase_OnTheScreen_IsSaidInTheUsersLanguage(string language, string[] expected)
    {
        await using var app = await CrmApp.StartAsync(clock: new MovableClock());
        using var browser = await app.SignInAsync("dora", Role.CommercialDirector, language);
        (string Name, string Value)[] wrong =
        [
            ("shares", "80/15/4"), ("bands", "0-20/30-60/60-"), ("bands", "0-40/30-60/60-"), ("periods", "2"), ("asOf", "2026-11-23"), ("shares", "x"),
        ];
        for (var i = 0; i < wrong.Length; i++)
        {
            await browser.OpenAsync("/classification");
            var page = await browser.SubmitAsync("/classification", new Dictionary<string, string>(Form) { [wrong[i].Name] = wrong[i].Value });
            Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
            Assert.Equal(expected[i], page.QuerySelector("[role=alert]")!.TextContent.Trim());
            Assert.Equal(wrong[i].Value, page.QuerySelector($"#{wrong[i].Name}")!.GetAttribute("value"));
        }

        await using (var database = app.Database())
        {
            Assert.Empty(database.Set<ClassificationRun>()); // nothing was begun
        }

        Assert.Equal(expected[6], await FillAsync(browser));
        await OrderAsync(app, 1, 10, "EUR");
        Assert.Equal(expected[7], await FillAsync(browser));
        await OrderAsync(app, 2, 10, "EUR");
        Assert.Equal(expected[8], await FillAsync(browser));
        await OrderAsync(app, 3, -30, "EUR");
        Assert.Equal(expected[9], await FillAsync(browser));
        await OrderAsync(app, 4, 10, "USD");
        Assert.Equal(expected[10], await FillAsync(browser));

        await browser.OpenAsync("/classification/1");
        await browser.SubmitAsync("/classification/1/approve", new Dictionary<string, string>());
        var refused = await browser.SubmitAsync("/classification/1/approve", new Dictionary<string, string>());
        Assert.Equal((HttpStatusCode.Conflict, expected[11]), (browser.Status, refused.QuerySelector("[role=alert]")!.TextContent.Trim()));
    }

    private static async Task<string> FillAsync(WebBrowser browser)
    {
        await browser.OpenAsync("/classification");
        await browser.SubmitAsync("/classification", Form);
        var begun = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var page = await browser.OpenAsync(browser.Location);
            if (page.QuerySelector("[hx-get$='/progress']") is null)
            {
                return page.QuerySelector("[role=alert]")!.TextContent.Trim();
            }

            Assert.True(TimeProvider.System.GetElapsedTime(begun) < TimeSpan.FromSeconds(60), "The run does not end.");
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
        }
    }

    // One more customer with one document.
    private static async Task OrderAsync(CrmApp app, int id, decimal total, string currency)
    {
        await using var database = app.Database();
        database.Add(new CounterpartyRecord
        {
            Id = id, ConnectionId = 1, HostKey = "c" + id, Version = "1", Name = "Name", NameFolded = "name", Roles = CounterpartyRoles.Customer, IsActive = true, Mechanisms = "", Addresses = "",
        });
        database.Add(new SalesOrderRecord
        {
            Id = id, ConnectionId = 1, HostKey = "o" + id, Version = "1", CounterpartyId = id, Date = new(2026, 10, 1), State = OrderState.Delivered,
            Kind = total < 0 ? SalesOrderKind.Return : SalesOrderKind.Sale, Currency = currency, TotalE4 = Amount.ToE4(total),
        });
        await database.SaveChangesAsync();
    }
}
