using System.Net;
using Crm.Plugin.Features.People;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.People;

/// <summary>Contact persons of the CRM's own, and the preferences of theirs and of counterparties.</summary>
public sealed class PersonTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Person_OfTheCrmsOwn_ServesTwoCounterparties_AndIsLoggedWith(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (first, second) = (await app.AddCounterpartyAsync("Ромашка"), await app.AddCounterpartyAsync("Лютик"));
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{first}/person?new=1");

        var card = await anna.SubmitAsync($"/counterparties/{first}/person", new()
        {
            ["name"] = "Пётр Сидоров", ["position"] = "Директор", ["role"] = "decides", ["birthday"] = "02-29", ["channel"] = "Email", ["language"] = "uk", ["doNotContact"] = "true", ["note"] = "после обеда",
        });

        var shown = card.QuerySelector(".crm-person")!.TextContent;
        Assert.All((string[])["Пётр Сидоров", "Директор · decides · the CRM's own", "Do not contact", "by e-mail", "uk", "после обеда"], t => Assert.Contains(t, shown, StringComparison.Ordinal));
        await using var database = app.Database();
        var id = (await database.Set<PersonCard>().SingleAsync(Cancellation)).Id;
        await anna.SubmitAsync($"/counterparties/{first}/person/place", new() { ["card"] = $"{id}", ["counterparty"] = $"{second}" });
        Assert.Equal($"/counterparties/{second}", anna.Location);
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{second}", ["content"] = "договорились", ["person"] = $"-{id}" });
        Assert.Contains("Пётр Сидоров", (await anna.OpenAsync($"/counterparties/{second}")).QuerySelector("#timeline")!.TextContent, StringComparison.Ordinal);
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{await app.AddCounterpartyAsync("Чужой")}", ["content"] = "нет", ["person"] = $"-{id}" });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);

        // Who has left is no longer offered, and stays to be seen.
        await anna.SubmitAsync($"/counterparties/{second}/person", new() { ["card"] = $"{id}", ["name"] = "Пётр Сидоров", ["leftOn"] = "2020-01-31" });
        card = await anna.OpenAsync($"/counterparties/{second}");
        Assert.Contains("left on", card.QuerySelector(".crm-person")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(card.QuerySelectorAll("#person option[value^='-']"));
        Assert.Single((await anna.OpenAsync($"/counterparties/{first}")).QuerySelectorAll("#person option[value^='-']"));
    }

    [Fact]
    public async Task Person_AndPreferencesChanged_KeepWhatTheyReplaceInTheAuditLog()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Ромашка");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person");
        await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["name"] = "Ольга", ["birthday"] = "1990-02-28", ["position"] = "бухгалтер" });
        await using var database = app.Database();
        var card = await database.Set<PersonCard>().SingleAsync(TestContext.Current.CancellationToken);
        await anna.OpenAsync($"/counterparties/{id}/person?card={card.Id}");
        await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["card"] = $"{card.Id}", ["name"] = "Ольга", ["birthday"] = "1990-03-01", ["position"] = "бухгалтер", ["doNotContact"] = "true" });
        await anna.OpenAsync($"/counterparties/{id}/preferences");
        await anna.SubmitAsync($"/counterparties/{id}/preferences", new() { ["channel"] = "Phone" });
        await anna.SubmitAsync($"/counterparties/{id}/preferences", new() { ["channel"] = "Email" });

        Assert.Equal(
            [
                """{"birthday":[null,"1990-02-28"],"name":[null,"Ольга"],"position":[null,"бухгалтер"]}""", """{"birthday":["1990-02-28","1990-03-01"],"doNotContact":[null,"true"]}""",
                """{"channel":[null,"Phone"]}""", """{"channel":["Phone","Email"]}""",
            ],
            await database.Set<AuditEntry>().Where(a => a.Action.StartsWith("person.") || a.Action.StartsWith("preferences.")).OrderBy(a => a.Id).Select(a => a.Detail).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Preferences_AreSeenOnTheCardAndWhereAContactIsLogged()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Ромашка");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/preferences");

        await anna.SubmitAsync($"/counterparties/{id}/preferences", new() { ["channel"] = "Phone", ["language"] = "RU", ["doNotContact"] = "true", ["terms"] = "Доставка по средам" });

        foreach (var path in (string[])[$"/counterparties/{id}", $"/interactions/new?counterparty={id}"])
        {
            var shown = (await anna.OpenAsync(path)).QuerySelector("main")!.TextContent;
            Assert.All((string[])["Do not contact", "by phone", "ru", "Доставка по средам"], t => Assert.Contains(t, shown, StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("person", "name", "", "name")]
    [InlineData("person", "birthday", "2100-01-01", "birthday")]
    [InlineData("person", "birthday", "13-45", "birthday")]
    [InlineData("person", "leftOn", "soon", "leftOn")]
    [InlineData("person", "channel", "Pigeon", "channel")]
    [InlineData("person", "language", "русский", "language")]
    [InlineData("mechanisms", "value", "", "value")]
    [InlineData("mechanisms", "value", "12", "value")]
    [InlineData("mechanisms", "validTo", "1999-01-01", "validTo")]
    [InlineData("preferences", "channel", "Pigeon", "channel")]
    public async Task Form_BadValue_IsToldAtTheField(string form, string field, string value, string told)
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Ромашка");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person");
        Dictionary<string, string> typed = form == "mechanisms" ? new() { ["kind"] = "Phone", ["value"] = "+7 495 1234567", ["validFrom"] = "2000-01-01" } : new() { ["name"] = "Анна" };
        typed[field] = value;

        var page = await anna.SubmitAsync($"/counterparties/{id}/{form}", typed);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal(told, page.QuerySelector("[data-field]")!.GetAttribute("data-field"));
        typed["note"] = typed["label"] = typed["terms"] = new string('x', 3_300_000); // ten megabytes
        await anna.SubmitAsync($"/counterparties/{id}/{form}", typed);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
    }

    [Fact]
    public async Task Another_SalespersonsCounterparty_IsNotFound()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Ромашка", "boris");
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync("/my-day");

        foreach (var path in (string[])["person?new=1", "preferences"])
        {
            await anna.OpenAsync($"/counterparties/{id}/{path}");
            Assert.Equal(HttpStatusCode.NotFound, anna.Status);
        }

        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "+7 495 1234567" });
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);
    }
}
