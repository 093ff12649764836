using System.Net;
using System.Net.Http.Headers;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Features.ContactLog;

/// <summary>Series, checklists, orders and files of contacts.</summary>
public sealed class InteractionPartsTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    private static string Tomorrow(int hour) => $"{Now.AddDays(1):yyyy-MM-dd}T{hour:00}:00";

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Plan_ThatRepeats_MakesEachWithItsChecklist_AndCanBeCalledOff(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync(new SalesOrderRecord { ConnectionId = 1, HostKey = "o1", Version = "1", Number = "SO-7", CounterpartyId = id, Date = new(2026, 1, 1), Currency = "EUR" });
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/interactions/new?counterparty={id}");
        Dictionary<string, string> plan = new()
        {
            ["counterparty"] = $"{id}", ["state"] = "Planned", ["kind"] = "Meeting", ["subject"] = "Планёрка", ["plannedStart"] = Tomorrow(10), ["plannedEnd"] = Tomorrow(11),
            ["repeat"] = "Weekly", ["repeatCount"] = "3", ["checklist"] = "Прайс\n\n Образцы ", ["orders"] = "SO-7",
        };

        await anna.SubmitAsync("/interactions", plan);

        var made = (await app.InteractionsAsync()).OrderBy(i => i.At).ToList();
        Assert.Equal(3, made.Count);
        Assert.Equal([0, 7, 14], made.Select(i => (i.PlannedStart!.Value - made[0].PlannedStart!.Value).Days));
        Assert.All(made, i => Assert.Equal(TimeSpan.FromHours(1), i.PlannedEnd - i.PlannedStart));
        Assert.All(made, i => Assert.Equal(made[0].Id, i.SeriesId));
        await using var database = app.Database();
        Assert.Equal(6, await database.Set<InteractionTask>().CountAsync(TestContext.Current.CancellationToken));
        Assert.Equal(3, await database.Set<InteractionOrder>().CountAsync(TestContext.Current.CancellationToken));

        // The same room of time again: the third of the new series is in the way of the second of the old one.
        plan["plannedStart"] = $"{Now.AddDays(6):yyyy-MM-dd}T10:30";
        plan["plannedEnd"] = "";
        plan["repeat"] = "Daily";
        var page = await anna.SubmitAsync("/interactions", plan);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Contains("Anna is in another meeting", page.QuerySelector("[data-field=repeat]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(3, (await app.InteractionsAsync()).Count);

        page = await anna.OpenAsync($"/interactions/{made[1].Id}");
        Assert.Contains("SO-7", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await anna.SubmitAsync($"/interactions/{made[1].Id}/checklist/0", new() { ["done"] = "true" });
        page = await anna.SubmitAsync($"/interactions/{made[1].Id}/checklist", new() { ["checklist"] = "Договор" });
        Assert.Equal(["true", "false", "false"], page.QuerySelectorAll(".crm-task button").Select(b => b.GetAttribute("aria-pressed")));
        await anna.SubmitAsync($"/interactions/{made[1].Id}/checklist", new() { ["checklist"] = new string('x', 301) });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);

        await anna.SubmitAsync($"/interactions/{made[1].Id}/series/cancel", new() { ["result"] = "не нужно" });
        Assert.Equal([InteractionState.Planned, InteractionState.Cancelled, InteractionState.Cancelled], (await app.InteractionsAsync()).OrderBy(i => i.At).Select(i => i.State));
    }

    [Theory]
    [InlineData("repeat", "Hourly", "repeat")]
    [InlineData("repeatCount", "1", "repeatCount")]
    [InlineData("repeatCount", "101", "repeatCount")]
    [InlineData("repeatCount", "many", "repeatCount")]
    [InlineData("orders", "SO-404", "orders")]
    [InlineData("plannedStart", "2001-01-01T00:00", "plannedStart")]
    public async Task Plan_BadValues_AreToldAtTheField(string field, string value, string told)
    {
        await using var app = await CrmApp.StartAsync();
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/interactions/new?counterparty={id}");
        Dictionary<string, string> plan = new() { ["counterparty"] = $"{id}", ["state"] = "Planned", ["subject"] = "x", ["plannedStart"] = Tomorrow(10), ["repeat"] = "Weekly", ["repeatCount"] = "3", ["importance"] = "Middle", ["kind"] = "PhoneCall", ["direction"] = "Outgoing" };
        plan[field] = value;

        var page = await anna.SubmitAsync("/interactions", plan);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, anna.Status);
        Assert.Equal([told], page.QuerySelectorAll("[data-field]").Select(e => e.GetAttribute("data-field")).Distinct());
        Assert.Empty(await app.InteractionsAsync());
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Search_WordsOfChecklistAndFileNames_FindTheContact_AlsoAfterAnEdit(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/interactions/new?counterparty={id}");
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["state"] = "Planned", ["subject"] = "Встреча", ["plannedStart"] = Tomorrow(10), ["checklist"] = "Образцы линолеума" });
        var interaction = (await app.InteractionsAsync()).Single().Id;
        var page = await anna.OpenAsync($"/interactions/{interaction}");
        await anna.SubmitAsync($"/interactions/{interaction}/checklist", new() { ["checklist"] = "Договор аренды" });
        await UploadAsync(anna, interaction, await TokenAsync(anna), "%PDF-1.7 bill"u8.ToArray(), "Смета цоколя.pdf");

        for (var edited = 0; edited < 2; edited++)
        {
            foreach (var word in (string[])["ЛИНОЛЕУМ", "аренды", "цоколя", "встреча"])
            {
                Assert.Contains($"/interactions/{interaction}", (await anna.OpenAsync($"/interactions?who=all&q={Uri.EscapeDataString(word)}")).QuerySelector("main")!.InnerHtml, StringComparison.Ordinal);
            }

            Assert.DoesNotContain($"/interactions/{interaction}", (await anna.OpenAsync("/interactions?who=all&q=паркет")).QuerySelector("main")!.InnerHtml, StringComparison.Ordinal);
            await anna.OpenAsync($"/interactions/{interaction}");
            await anna.SubmitAsync($"/interactions/{interaction}/done", new() { ["result"] = "Договорились" });
        }

        await using var database = app.Database();
        Assert.Equal("""{"checklist":[null,"Договор аренды"]}""", (await database.Set<AuditEntry>().SingleAsync(a => a.Action == "interaction.checklist-added", TestContext.Current.CancellationToken)).Detail);
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Edit_LinkedOrders_KeepsWhatTheyWere(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka");
        await app.SaveAsync([.. ((string[])["SO-7", "SO-8"]).Select(n => new SalesOrderRecord { ConnectionId = 1, HostKey = n, Version = "1", Number = n, CounterpartyId = id, Date = new(2026, 1, 1), Currency = "EUR" })]);
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        await anna.OpenAsync($"/interactions/new?counterparty={id}");
        Dictionary<string, string> contact = new() { ["counterparty"] = $"{id}", ["content"] = "счёт", ["orders"] = "SO-7" };
        await anna.SubmitAsync("/interactions", contact);
        var made = (await app.InteractionsAsync()).Single();
        await anna.OpenAsync($"/interactions/{made.Id}");
        contact = new() { ["counterparty"] = $"{id}", ["kind"] = "PhoneCall", ["direction"] = "Outgoing", ["importance"] = "Middle", ["state"] = "Done", ["content"] = "счёт", ["version"] = "1", ["orders"] = "SO-8" };

        await anna.SubmitAsync($"/interactions/{made.Id}", contact);

        await using var database = app.Database();
        Assert.Equal(["SO-8"], await database.Set<InteractionOrder>().Join(database.Set<SalesOrderRecord>(), o => o.OrderId, o => o.Id, (_, o) => o.Number!).ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal("""{"orders":["SO-7","SO-8"]}""", (await database.Set<AuditEntry>().SingleAsync(a => a.Action == "interaction.orders", TestContext.Current.CancellationToken)).Detail);
        var page = await anna.OpenAsync($"/interactions/{made.Id}");
        Assert.Contains(page.QuerySelectorAll("del"), d => d.TextContent.Contains("SO-7", StringComparison.Ordinal));

        // Another one that somebody else saved meanwhile: nothing of it is kept.
        await anna.SubmitAsync($"/interactions/{made.Id}", new(contact) { ["version"] = "99", ["orders"] = "SO-7" });
        Assert.Equal(HttpStatusCode.Conflict, anna.Status);
        Assert.Equal(1, await database.Set<AuditEntry>().CountAsync(a => a.Action == "interaction.orders", TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task File_Attached_IsKeptOutsideTheDatabase_AndServedHarmlesslyToWhoMayReadIt(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var id = await app.AddCounterpartyAsync("Romashka", "anna");
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var boris = await app.SignInAsync("boris", Role.SalesManager);
        await anna.OpenAsync($"/interactions/new?counterparty={id}");
        await anna.SubmitAsync("/interactions", new() { ["counterparty"] = $"{id}", ["content"] = "счёт" });
        var interaction = (await app.InteractionsAsync()).Single().Id;
        var page = await anna.OpenAsync($"/interactions/{interaction}");
        var token = page.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;

        Assert.Equal(HttpStatusCode.OK, await UploadAsync(anna, interaction, token, "%PDF-1.7 bill"u8.ToArray(), "Счёт 1.pdf"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await UploadAsync(anna, interaction, token, "MZ\u0001"u8.ToArray(), "bill.pdf"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await UploadAsync(anna, interaction, token, [], "empty.pdf"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, await UploadAsync(anna, interaction, token, new byte[(20 << 20) + 1], "large.pdf"));
        Assert.Equal(HttpStatusCode.NotFound, await UploadAsync(boris, interaction, await TokenAsync(boris), "%PDF-1.7"u8.ToArray(), "a.pdf"));

        await using var database = app.Database();
        var file = await database.Set<InteractionFile>().SingleAsync(TestContext.Current.CancellationToken);
        Assert.True(File.Exists(Path.Combine(app.Folder, "files", file.Hash[..2], file.Hash)));
        using var answer = await anna.Http.GetAsync(new Uri($"/interactions/{interaction}/files/{file.Id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("%PDF-1.7 bill", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(("attachment", "Счёт 1.pdf"), (answer.Content.Headers.ContentDisposition!.DispositionType, answer.Content.Headers.ContentDisposition.FileNameStar));
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["default-src 'none'; sandbox"], answer.Headers.GetValues("Content-Security-Policy"));
        await boris.OpenAsync($"/interactions/{interaction}/files/{file.Id}");
        Assert.Equal(HttpStatusCode.NotFound, boris.Status);

        await anna.OpenAsync($"/interactions/{interaction}");
        page = await anna.SubmitAsync($"/interactions/{interaction}/files/{file.Id}/remove", []);
        Assert.Contains("removed a file", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        await anna.OpenAsync($"/interactions/{interaction}/files/{file.Id}");
        Assert.Equal(HttpStatusCode.NotFound, anna.Status);

        // Its record still names the bytes; those that no record names go, once they are a day old.
        var orphan = Path.Combine(app.Folder, "files", "orphan");
        await File.WriteAllTextAsync(orphan, "x", TestContext.Current.CancellationToken);
        var options = app.Services.GetRequiredService<CrmPluginOptions>();
        Assert.Equal(0, await FileSweep.RunAsync(database, options, TimeProvider.System, TestContext.Current.CancellationToken));
        File.SetLastWriteTimeUtc(orphan, Now.AddDays(-2).UtcDateTime);
        Assert.Equal(1, await FileSweep.RunAsync(database, options, TimeProvider.System, TestContext.Current.CancellationToken));
    }

    [Theory]
    [MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Search_AmongThousands_FindsRareAndCommonWordsInAnyLanguage_WithinRights(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        var (mine, other) = (await app.AddCounterpartyAsync("Mine", "anna"), await app.AddCounterpartyAsync("Other", "boris"));
        await app.SaveAsync([.. Enumerable.Range(0, 4_000).Select(i => Entry(i % 2 == 0 ? mine : other, i, i switch { 3_990 => "Посылка из Żółta Łódź", 3_991 => "посылка 北京市 получена", _ => "обычный разговор о поставке" }))]);
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        using var chief = await app.SignInAsync("chief", Role.CommercialDirector);

        Assert.Equal(2, await RowsAsync(chief, "посылка"));
        Assert.Equal(1, await RowsAsync(chief, "łódź ПОСЫЛ"));
        Assert.Equal(1, await RowsAsync(chief, "北京市"));
        Assert.Equal(0, await RowsAsync(chief, "посылка поставке"));
        Assert.Equal(50, await RowsAsync(chief, "разговор поставк"));
        Assert.Equal(0, await RowsAsync(chief, "%_\"'"));
        Assert.Equal(1, await RowsAsync(anna, "посылка"));

        // An edit is found by its new words and no longer by the old ones.
        await using var database = app.Database();
        var changed = await database.Set<Interaction>().AsTracking().FirstAsync(i => i.TextFolded.Contains("посылка из"), TestContext.Current.CancellationToken);
        changed.TextFolded = "бандероль";
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, await RowsAsync(chief, "посылка"));
        Assert.Equal(1, await RowsAsync(chief, "бандероль"));

        async Task<int> RowsAsync(WebBrowser browser, string words)
        {
            var page = await browser.PartAsync("/interactions?who=all&q=" + Uri.EscapeDataString(words));
            return System.Text.RegularExpressions.Regex.Count(browser.Source, "<time");
        }

        static Interaction Entry(long counterparty, int no, string text) => new()
        {
            CounterpartyId = counterparty, Kind = InteractionKind.PhoneCall, Direction = InteractionDirection.Incoming, State = InteractionState.Done, Importance = InteractionImportance.Middle,
            Content = text, TextFolded = Crm.Plugin.Search.SearchText.Fold(text), At = Now.AddHours(-no), StartedAt = Now.AddHours(-no), ResponsibleId = 1, Version = 1, CreatedBy = 1, CreatedAt = Now,
        };
    }

    private static async Task<string> TokenAsync(WebBrowser browser) =>
        (await browser.OpenAsync("/my-day")).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;

    private static async Task<HttpStatusCode> UploadAsync(WebBrowser browser, long interaction, string token, byte[] bytes, string name)
    {
        using var content = new MultipartFormDataContent();
        content.Add(new StringContent(token), "__RequestVerificationToken");
        var file = new ByteArrayContent(bytes);
        file.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Add(file, "file", name);
        using var answer = await browser.Http.PostAsync(new Uri($"/interactions/{interaction}/files", UriKind.Relative), content);
        return answer.StatusCode;
    }
}
