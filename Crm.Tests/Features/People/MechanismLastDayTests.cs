using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using static Crm.Tests.Features.People.MechanismNoteWorld;

namespace Crm.Tests.Features.People;

/// <summary>The last day of a contact mechanism, the ERP's or the CRM's own, and what is offered after it.</summary>
public sealed class MechanismLastDayTests(PostgresServer postgres)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task LastDay_Passed_IsOfferedNowhere_FromTheFirstMinuteOn(DatabaseKind kind)
    {
        var clock = new FixedClock(Noon);
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", [
            new(ContactMechanismKind.Phone, "+7 495 111-11-11"), new(ContactMechanismKind.Phone, "+7 495 222-22-22"),
            new(ContactMechanismKind.Email, "old@romashka.example"), new(ContactMechanismKind.Email, "new@romashka.example")]));
        host.Persons.Put(Some.Person("p1", "1", "Мария", phone: "+7 916 333-33-33"));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}");
        await using var database = app.Database();
        var maria = await database.Set<ContactPersonRecord>().Select(p => p.Id).SingleAsync(Cancellation);

        foreach (var (value, person) in ((string, string)[])[("+7 495 111-11-11", ""), ("old@romashka.example", ""), ("+7 916 333-33-33", $"{maria}")])
        {
            await anna.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = value.Contains('@', StringComparison.Ordinal) ? "Email" : "Phone", ["value"] = value, ["person"] = person, ["validTo"] = "2031-03-10" });
        }

        await FollowAsync(app);
        Assert.True(await KnownAsync(anna, "4951111111"));
        Assert.True(await KnownAsync(anna, "9163333333"));
        Assert.True(await FoundAsync(anna, "old@romashka"));
        Assert.Contains("until 10/03/2031", (await ShownAsync(anna, id))[0], StringComparison.Ordinal);

        clock.Now = new(2031, 3, 11, 0, 0, 30, TimeSpan.Zero);
        using var later = await app.SignInAsync("anna", Role.SalesManager);

        Assert.False(await KnownAsync(later, "4951111111"));
        Assert.False(await KnownAsync(later, "9163333333"));
        Assert.True(await KnownAsync(later, "4952222222"));
        var shown = await ShownAsync(later, id);
        Assert.Equal("+7 495 222-22-22", shown[0]);
        Assert.Equal(3, shown.Count(s => s.Contains("ended on 10/03/2031", StringComparison.Ordinal)));
        Assert.Equal(3, (await later.OpenAsync($"/counterparties/{id}")).QuerySelectorAll(".crm-ended.text-secondary").Length);
        foreach (var (path, offered, ended) in ((string, string, string)[])[($"/mail/new?counterparty={id}", "new@romashka.example", "old@romashka.example"), ($"/sms/new?counterparty={id}", "4952222222", "4951111111")])
        {
            var page = (await later.OpenAsync(path)).DocumentElement.OuterHtml;
            Assert.DoesNotContain(ended, page, StringComparison.Ordinal);
            Assert.Contains(offered, page, StringComparison.Ordinal);
        }

        Assert.DoesNotContain("9163333333", later.Source, StringComparison.Ordinal);
        Assert.Equal(1, await FollowAsync(app)); // the turn of the day
        Assert.Equal(0, await FollowAsync(app));
        Assert.False(await FoundAsync(later, "old@romashka"));
        Assert.False(await FoundAsync(later, "4951111111"));
        Assert.True(await FoundAsync(later, "4952222222"));

        // Given a later end, it is back with the next turn of the job.
        await later.SubmitAsync($"/counterparties/{id}/mechanism", new() { ["kind"] = "Phone", ["value"] = "+7 495 111-11-11", ["validTo"] = "2031-04-01" });
        Assert.Equal(1, await FollowAsync(app));
        Assert.True(await KnownAsync(later, "4951111111"));
        Assert.True(await FoundAsync(later, "4951111111"));
        Assert.Equal(0, await SendAsync(app, clock, new Editor())); // the ERP is told of no days
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task LastDay_OfOneTypedHere_IsFollowedAtTheTurnOfTheDay(DatabaseKind kind)
    {
        var clock = new FixedClock(Noon);
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var host = new MemoryHost();
        host.Counterparties.Put(Of("1", []));
        await app.MirrorAsync(host);
        var id = await app.IdAsync("1");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/counterparties/{id}");
        await anna.SubmitAsync($"/counterparties/{id}/mechanisms", new() { ["kind"] = "Phone", ["value"] = "+7 495 111-11-11", ["validTo"] = "2031-03-10" });
        await FollowAsync(app);
        Assert.True(await FoundAsync(anna, "4951111111"));

        clock.Now = new(2031, 3, 11, 0, 0, 3, TimeSpan.Zero);
        using var later = await app.SignInAsync("anna", Role.SalesManager);
        Assert.True(await FoundAsync(later, "4951111111"));
        Assert.Equal(1, await FollowAsync(app));

        Assert.False(await FoundAsync(later, "4951111111"));
    }

    private static async Task<bool> KnownAsync(WebBrowser browser, string number) => (await browser.PartAsync("/calls/lookup?number=" + number)).QuerySelectorAll(".crm-caller").Length > 0;

    private static async Task<bool> FoundAsync(WebBrowser browser, string typed) => (await browser.OpenAsync("/counterparties?q=" + Uri.EscapeDataString(typed))).QuerySelectorAll("tbody tr td:first-child a").Length > 0;

    private static async Task<int> FollowAsync(CrmApp app)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<SearchFollow>().RunAsync(Cancellation);
    }
}
