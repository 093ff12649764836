using System.Net;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Xunit;
using static Crm.Tests.Features.ContactLog.World;

namespace Crm.Tests.Features.ContactLog;

/// <summary>What the form of a contact offers, refuses and answers.</summary>
public sealed class LogContactFormTests
{
    private static readonly DateTimeOffset Now = new(2037, 11, 20, 10, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("minutes", "ten", "Minutes are a whole number from 0 to 1440.")]
    [InlineData("minutes", "99999999999", "Minutes are a whole number from 0 to 1440.")]
    [InlineData("kind", "Telepathy", "Choose one of the listed values.")]
    [InlineData("direction", "Sideways", "Choose one of the listed values.")]
    [InlineData("state", "Cancelled", "Choose one of the listed values.")]
    [InlineData("importance", "Huge", "Choose one of the listed values.")]
    [InlineData("startedAt", "31.31.2026", "This is not a date and time. Example: 2026-11-22T10:30.")]
    [InlineData("endedAt", "later", "This is not a date and time. Example: 2026-11-22T10:30.")]
    [InlineData("nextAt", "soon", "This is not a date and time. Example: 2026-11-22T10:30.")]
    [InlineData("person", "999", "This person does not belong to the counterparty. Choose another one.")]
    [InlineData("person", "x", "This person does not belong to the counterparty. Choose another one.")]
    [InlineData("responsible", "999", "This user does not exist or may no longer sign in. Choose another one.")]
    [InlineData("users", "999", "This user does not exist or may no longer sign in. Choose another one.")]
    [InlineData("outsidePersons", "999", "This person does not belong to the counterparty. Choose another one.")]
    public async Task Create_BadField_ComesBackWithTheReasonAndWhatWasTyped(string field, string typed, string reason)
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        await browser.OpenAsync($"/interactions/new?counterparty={id}");

        var page = await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Typed with care", ["subject"] = "", [field] = typed });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal(reason, page.QuerySelector($"[data-field='{field}']")!.TextContent);
        Assert.Equal("Typed with care", page.QuerySelector("textarea[name=content]")!.TextContent);
        Assert.Empty(await app.InteractionsAsync());
    }

    [Fact]
    public async Task Create_NoCounterparty_OffersThoseWithTheTypedName()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager, "ru");
        var id = await app.AddCounterpartyAsync("ООО «Ромашка»");
        await browser.OpenAsync("/interactions/new");

        var page = await browser.SubmitAsync("/interactions", new() { ["find"] = "ромаш", ["content"] = "Звонили" });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, browser.Status);
        Assert.Equal("Выберите контрагента.", page.QuerySelector("[data-field=counterparty]")!.TextContent);
        Assert.Equal(Text(id), page.QuerySelector("input[type=radio][name=counterparty]")!.GetAttribute("value"));
    }

    [Fact]
    public async Task Create_Script_IsShownAsText()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("<script>alert(1)</script>");
        await browser.OpenAsync($"/interactions/new?counterparty={id}");
        const string script = "<script>alert('x')</script><img src=x onerror=alert(2)>";

        await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = script, ["subject"] = script, ["result"] = script, ["nextStep"] = script, ["nextIn"] = "1", ["room"] = script, ["outsideNames"] = script, ["back"] = "/interactions" });

        foreach (var path in (string[])["/interactions", "/my-day", $"/interactions/{(await app.InteractionsAsync())[0].Id}"])
        {
            var page = await browser.OpenAsync(path);
            Assert.Equal(HttpStatusCode.OK, browser.Status);
            Assert.DoesNotContain(page.Scripts, s => s.TextContent.Contains("alert", StringComparison.Ordinal));
            Assert.Empty(page.QuerySelectorAll("[onerror]"));
            Assert.Contains("alert('x')", page.Body!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Create_ByHtmx_AnswersTheNoteAndTheEntryForTheTimeline()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        await browser.OpenAsync($"/interactions/new?counterparty={id}");
        browser.Http.DefaultRequestHeaders.Add("HX-Request", "true");

        var part = await browser.SubmitAsync("/interactions", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices" });

        Assert.Equal("Logged.", part.QuerySelector("#log-saved[hx-swap-oob] .alert")!.FirstChild!.NextSibling!.TextContent.Trim());
        Assert.Contains("Asked for prices", part.QuerySelector("[hx-swap-oob='afterbegin:#timeline']")!.TextContent, StringComparison.Ordinal);
        Assert.Null(part.QuerySelector("nav"));
    }

    /// <summary>The quick form has no importance: unfolding the rest must not make every contact an important one.</summary>
    [Fact]
    public async Task More_OfTheQuickForm_OffersMiddleImportance()
    {
        await using var app = await CrmApp.StartAsync(clock: new FixedClock(Now));
        using var browser = await app.SignInAsync("anna", Role.SalesManager);
        var id = await app.AddCounterpartyAsync("Romashka");
        await browser.OpenAsync($"/counterparties/{id}");
        browser.Http.DefaultRequestHeaders.Add("HX-Request", "true");

        var part = await browser.SubmitAsync("/interactions/more", new() { ["counterparty"] = Text(id), ["content"] = "Asked for prices" });

        Assert.Equal("Middle", part.QuerySelector("#importance option[selected]")?.GetAttribute("value"));
    }
}
