using System.Net;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>Rooms are reserved by whatever is planned in them, and by one of a series against the next.</summary>
public sealed class RoomTests(PostgresServer postgres)
{
    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_OfAnyKindWithARoomAndNoEnd_ReservesItForHalfAnHour(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        Assert.Empty(await PlanAsync(anna, id, "PhoneCall", "10:00"));

        Assert.Equal(["room"], await PlanAsync(boris, id, "Other", "10:29"));
        Assert.Equal(["room"], await PlanAsync(boris, id, "PhoneCall", "09:31"));
        Assert.Equal(["room"], await PlanAsync(boris, id, "Meeting", "09:00", "18:00"));
        Assert.Empty(await PlanAsync(boris, id, "PhoneCall", "10:30"));
        Assert.Empty(await PlanAsync(boris, id, "Other", "09:30"));

        // One that was stored with no end, or that ends as it begins, reserves no less.
        var day = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(3);
        await app.SaveAsync(Stored(id, new(day.AddHours(10), TimeSpan.Zero), null), Stored(id, new(day.AddHours(12), TimeSpan.Zero), new(day.AddHours(12), TimeSpan.Zero)));
        Assert.Equal(["room"], await PlanAsync(boris, id, "PhoneCall", "10:15", days: 3));
        Assert.Equal(["room"], await PlanAsync(boris, id, "PhoneCall", "12:15", days: 3));
        Assert.Empty(await PlanAsync(boris, id, "PhoneCall", "12:30", days: 3));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Series_WhoseMeetingsRunIntoEachOther_IsRefused(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        Assert.Equal(["repeat"], await PlanAsync(anna, id, "Meeting", "10:00", "11:00", endDays: 1, repeat: "Daily"));
        Assert.Equal(["repeat"], await PlanAsync(anna, id, "PhoneCall", "10:00", "11:00", endDays: 7, repeat: "Weekly"));
        Assert.Empty(await app.InteractionsAsync());
        Assert.Empty(await PlanAsync(anna, id, "Meeting", "10:00", "10:00", endDays: 1, repeat: "Daily")); // one ends as the next begins
        Assert.Equal(3, (await app.InteractionsAsync()).Count);
    }

    /// <returns>The fields that were refused.</returns>
    private static async Task<IReadOnlyList<string?>> PlanAsync(WebBrowser browser, long id, string kind, string from, string to = "", int days = 2, int endDays = 0, string repeat = "")
    {
        var day = TimeProvider.System.GetUtcNow().UtcDateTime.Date.AddDays(days);
        await browser.OpenAsync($"/interactions/new?counterparty={id}");
        var page = await browser.SubmitAsync("/interactions", new()
        {
            ["counterparty"] = $"{id}", ["state"] = "Planned", ["kind"] = kind, ["subject"] = "x", ["room"] = "Blue",
            ["plannedStart"] = $"{day:yyyy-MM-dd}T{from}", ["plannedEnd"] = to.Length == 0 ? "" : $"{day.AddDays(endDays):yyyy-MM-dd}T{to}", ["repeat"] = repeat, ["repeatCount"] = "3",
        });
        Assert.True(browser.Status is HttpStatusCode.OK or HttpStatusCode.UnprocessableEntity);
        return [.. page.QuerySelectorAll("[data-field]").Select(e => e.GetAttribute("data-field")).Distinct()];
    }

    private static Interaction Stored(long counterparty, DateTimeOffset start, DateTimeOffset? end) => new()
    {
        CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Outgoing, State = InteractionState.Planned, Importance = InteractionImportance.Middle,
        At = start, PlannedStart = start, PlannedEnd = end, Room = "Blue", RoomFolded = "blue", ResponsibleId = 1, Version = 1, CreatedBy = 1, CreatedAt = start,
    };
}
