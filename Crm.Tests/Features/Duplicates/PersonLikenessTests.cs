using System.Net;
using AngleSharp.Dom;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Duplicates;

/// <summary>Whoever enters a contact person, a phone or an e-mail is told who has it already.</summary>
public sealed class PersonLikenessTests(PostgresServer postgres)
{
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task NewPerson_WhoIsKnown_IsWarnedOfWithReasonsAndSavedWhenSure(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await AddTwoAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person?new=1");
        var form = new Dictionary<string, string> { ["name"] = "Mariya Ivanova", ["newPhone"] = "8 916 222 33 44", ["newEmail"] = "PETR@lutik.example" };

        var page = await anna.SubmitAsync($"/counterparties/{id}/person", form);

        // 45 for the name in other letters and order, 40 for the number in another spelling; 40 for the address.
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal(["85 % Иванова Мария same name, same telephone", "40 % Сидоров Пётр Лютик same e-mail"], Shown(page));
        Assert.Equal("8 916 222 33 44", page.QuerySelector("#newPhone")!.GetAttribute("value"));
        await anna.OpenAsync(page.QuerySelector(".crm-likely a")!.GetAttribute("href")!);
        Assert.Equal(HttpStatusCode.OK, anna.Status); // opens the existing one
        await using var database = app.Database();
        Assert.Empty(await database.Set<PersonCard>().ToListAsync());

        form["sure"] = "true";
        await anna.SubmitAsync($"/counterparties/{id}/person", form);
        Assert.Equal($"/counterparties/{id}", anna.Location);
        var card = await database.Set<PersonCard>().SingleAsync();
        Assert.Equal(["8 916 222 33 44", "PETR@lutik.example"], (await database.Set<OwnMechanism>().Where(m => m.CardId == card.Id).OrderBy(m => m.Kind).ToListAsync()).Select(m => m.Value));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task NewPerson_NamesakesAndNobody_AreToldApart(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await AddTwoAsync(app);
        var own = new PersonCard { Name = "Олена Шевченко", NameFolded = "олена шевченко" };
        await app.SaveAsync(own);
        await app.SaveAsync(new PersonPlace { PersonCardId = own.Id, CounterpartyId = await app.IdAsync("2") });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person?new=1");

        // Elsewhere the full name tells, of the ERP's persons and of the CRM's own.
        Assert.Equal(["45 % Сидоров Пётр Лютик same name"], Shown(await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["name"] = "Пётр Сидоров" })));
        Assert.Equal(["45 % Олена Шевченко Лютик same name"], Shown(await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["name"] = "Олена Шевченко" })));

        // A first name alone, and the number of the person's own company, tell nothing.
        await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["name"] = "Пётр", ["newPhone"] = "+7 495 111-11-11" });
        Assert.Equal($"/counterparties/{id}", anna.Location);
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Mechanism_ThatOthersHave_IsWarnedOfAndAddedWhenSure(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await AddTwoAsync(app);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        var page = await anna.OpenAsync($"/counterparties/{id}/person");
        Assert.Equal("Add a phone or an e-mail", page.QuerySelector("h1")!.TextContent);
        Assert.Null(page.QuerySelector("#position")); // no form of a person

        page = await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Email", ["value"] = "petr@LUTIK.example" });
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "petr@LUTIK.example"), (anna.Status, page.QuerySelector("#value")!.GetAttribute("value")));
        Assert.Equal(["40 % Сидоров Пётр Лютик same e-mail"], Shown(page));
        Assert.Equal(["40 % Лютик same telephone"], Shown(await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "8 495 222-22-22" })));
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "8 495 222-22-22", ["sure"] = "true" });

        await using var database = app.Database();
        Assert.Equal("8 495 222-22-22", (await database.Set<OwnMechanism>().SingleAsync()).Value);
    }

    [Fact]
    public async Task NewPerson_OfSomebodyOutOfReach_IsNotGivenAway()
    {
        await using var app = await CrmApp.StartAsync();
        var id = await AddTwoAsync(app);
        await using (var database = app.Database())
        {
            await database.Set<CounterpartyRecord>().Where(c => c.Id != id).ExecuteUpdateAsync(c => c.SetProperty(x => x.ManagerLogin, "viktor"));
        }

        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person?new=1");

        await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["name"] = "Сидоров Пётр", ["newPhone"] = "+7 495 222-22-22", ["newEmail"] = "petr@lutik.example" });

        Assert.Equal($"/counterparties/{id}", anna.Location);
    }

    [Theory]
    [InlineData("newPhone", "12", "A telephone number has 5 to 20 digits.")]
    [InlineData("newEmail", "olga@", "This is not an e-mail address. Example: name@company.com.")]
    public async Task NewPerson_BadNumberOrAddress_ComesBackWithTheReasonAtTheField(string field, string value, string expected)
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Ромашка");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}/person?new=1");

        var page = await anna.SubmitAsync($"/counterparties/{id}/person", new() { ["name"] = "Ольга", [field] = value });

        Assert.Equal((HttpStatusCode.UnprocessableEntity, expected), (anna.Status, page.QuerySelector($"[data-field={field}]")?.TextContent.Trim()));
        await using var database = app.Database();
        Assert.Empty(await database.Set<PersonCard>().ToListAsync());
    }

    private static IEnumerable<string> Shown(IDocument page) => page.QuerySelectorAll(".crm-likely").Select(l =>
        string.Join(' ', l.Children.Where(c => !c.ClassList.Contains("badge")).Select(c => c.TextContent)) + " " + string.Join(", ", l.QuerySelectorAll(".badge").Select(b => b.TextContent)));

    private static async Task<long> AddTwoAsync(CrmApp app)
    {
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "Ромашка", phone: "+7 495 111-11-11"), Some.Counterparty("2", "Лютик", phone: "+7 495 222-22-22"));
        host.Persons.Put(
            Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 222-33-44"),
            Some.Person("p2", "2", "Сидоров Пётр") with { Mechanisms = [new(ContactMechanismKind.Email, "petr@lutik.example")] });
        await app.MirrorAsync(host);
        return await app.IdAsync("1");
    }
}
