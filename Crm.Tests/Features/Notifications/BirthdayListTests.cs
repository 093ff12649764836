using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Notifications;

/// <summary>Coming birthdays on their page and on the user's day.</summary>
public sealed class BirthdayListTests(PostgresServer postgres)
{
    [Theory]
    [InlineData("2037-02-28", 0, "2036-02-29")] // a common year keeps the 29th on the 28th
    [InlineData("2037-02-28", 0, "2037-02-28")]
    [InlineData("2036-02-28", 1, "2036-02-29")]
    [InlineData("2036-12-31", 1, "1990-01-01")]
    [InlineData("2037-03-01", 0, "0001-03-01")] // year unknown
    [InlineData("2037-02-27", 1, "0004-02-29")]
    public void Kept_ADayOfBirth_IsAmongThoseOfTheDayThatItIsKeptOn(string from, int after, string birthday) =>
        Assert.Single(BirthdayRule.Kept(Day(from), 5), k => k == (Day(birthday), after));

    [Fact]
    public void Kept_AYear_HasEachBirthdayOnceAndWhereTheRuleSays()
    {
        var from = Day("2037-01-01");
        var kept = BirthdayRule.Kept(from, 364).ToList();

        Assert.Equal(kept.Count, kept.Select(k => k.Birthday).Distinct().Count());
        Assert.All(kept, k => Assert.Equal(from.AddDays(k.After), BirthdayRule.Next(k.Birthday, from)));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_OfBothKindsOfPersons_ByDay_WithinRights(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(NoticeWorld.At("2037-02-27T10:00:00Z")));
        var (mine, other) = (await app.AddCounterpartyAsync("Mine", "anna"), await app.AddCounterpartyAsync("Other", "boris"));
        await PersonAsync(app, mine, "Leap", "1984-02-29");
        await PersonAsync(app, mine, "Today", "1990-02-27");
        await PersonAsync(app, mine, "Yesterday", "1990-02-26");
        await PersonAsync(app, other, "Foreign", "1990-03-01");
        var corrected = await PersonAsync(app, mine, "Corrected", "1990-07-07");
        var wrong = await PersonAsync(app, mine, "Wrong in the ERP", "1990-02-28");
        var left = await PersonAsync(app, mine, "Left", "1990-02-28");
        PersonCard[] cards = [Card("Corrected", "1990-03-05", corrected), Card("Wrong in the ERP", "1990-08-08", wrong), Card("Left", null, left), Card("Own", "0001-03-01", null), Card("Too late", "1990-04-01", null)];
        await app.SaveAsync(cards);
        await app.SaveAsync(
            new PersonPlace { PersonCardId = cards[2].Id, CounterpartyId = mine, LeftOn = new(2037, 1, 1) },
            new PersonPlace { PersonCardId = cards[3].Id, CounterpartyId = mine }, new PersonPlace { PersonCardId = cards[4].Id, CounterpartyId = mine });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Equal(
            ["Today|Today|47|Mine", "Tomorrow|Leap|53|Mine", "Sun, 1 March|Own|–|Mine", "Thu, 5 March|Corrected|47|Mine"],
            Rows(await anna.OpenAsync("/birthdays")));
        Assert.Equal(["Today", "Leap"], Rows(await anna.OpenAsync("/birthdays?days=1")).Select(r => r.Split('|')[1]));
        Assert.Contains("Foreign", Rows(await anna.OpenAsync("/birthdays?who=all")).Select(r => r.Split('|')[1]));
        Assert.Equal(4, Rows(await anna.OpenAsync("/birthdays?days=61")).Count); // not understood: thirty days
        await app.NarrowSalespeopleAsync();
        Assert.DoesNotContain("Foreign", Rows(await anna.OpenAsync("/birthdays?who=all")).Select(r => r.Split('|')[1]));

        var block = (await anna.OpenAsync("/my-day")).QuerySelector(".crm-birthdays")!; // three days ahead, as nobody set another number
        Assert.Equal(["Today · Mine", "Leap · Mine", "Own · Mine"], block.QuerySelectorAll(".crm-done-line span:first-of-type").Select(s => s.TextContent));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_OfMany_ComesPageByPage(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres, new FixedClock(NoticeWorld.At("2037-02-27T10:00:00Z")));
        var id = await app.AddCounterpartyAsync("Mine", "anna");
        for (var i = 0; i < 51; i++)
        {
            await PersonAsync(app, id, $"P{i % 26:00}", $"1990-03-{1 + (i % 2):00}");
        }

        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var first = await anna.OpenAsync("/birthdays");
        var second = await anna.OpenAsync(first.QuerySelector("tbody tr:last-child a")!.GetAttribute("href")!);
        Assert.Equal((50, 1), (Rows(first).Count, Rows(second).Count));
        Assert.Equal("Show more", (await anna.OpenAsync("/my-day?")).QuerySelector(".crm-birthdays .card-body > a")?.TextContent);
    }

    private static List<string> Rows(AngleSharp.Dom.IDocument page) =>
        [.. page.QuerySelectorAll("tbody tr").Where(r => r.Children.Length == 5).Select(r => string.Join('|', r.Children.Take(4).Select(c => c.TextContent.Trim())))];

    private static async Task<long> PersonAsync(CrmApp app, long counterparty, string name, string birthday)
    {
        var id = await app.AddPersonAsync(counterparty, name);
        await using var database = app.Database();
        var day = (DateOnly?)Day(birthday);
        await database.Set<ContactPersonRecord>().Where(p => p.Id == id).ExecuteUpdateAsync(p => p.SetProperty(x => x.Birthday, day));
        return id;
    }

    private static PersonCard Card(string name, string? birthday, long? person) =>
        new() { Name = name, NameFolded = name.ToLowerInvariant(), Birthday = birthday is null ? null : Day(birthday), ContactPersonId = person, CreatedAt = DateTimeOffset.UnixEpoch };

    private static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
