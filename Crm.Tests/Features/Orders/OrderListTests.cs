using System.Net;
using Crm.Contracts;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Features.ContactLog;
using Crm.Tests.Mirror;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Orders;

/// <summary>The list of orders: by state and by what a role may see, however rare that is, and as a file.</summary>
public sealed class OrderListTests(PostgresServer postgres)
{
    private static readonly DateOnly First = new(2020, 1, 1);

    /// <summary>21,000 orders of somebody else's customer, and one of Anna's and one draft at the very beginning.</summary>
    private static MemoryHost Company(int many)
    {
        var host = new MemoryHost();
        host.Orders.PageSize = 5_000;
        host.Counterparties.Put(Some.Counterparty("a", "Aster") with { ManagerLogin = "anna" }, Some.Counterparty("b", "Birch") with { ManagerLogin = "boris" });
        host.Orders.Put(
            Some.Order("o1", "a", 10m) with { Number = "SO-1", Date = First },
            Some.Order("o2", "b", 20m) with { Number = "SO-2", Date = First, State = OrderState.Draft });
        host.Orders.Put(Enumerable.Range(0, many).Select(i => Some.Order($"m{i}", "b", 1m) with { Number = $"M-{i}", Date = First.AddDays(1 + (i / 100)), State = OrderState.Delivered }));
        return host;
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_RareState_IsFoundByLookingFurtherBack(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company(21_000));
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector);

        var page = await viktor.OpenAsync("/orders?state=draft");
        Assert.Empty(Numbers(page));
        var further = page.QuerySelector("tr.crm-more")!;
        Assert.Contains("Looked back to 12/01/2020.", further.TextContent, StringComparison.Ordinal); // the 20,000th from behind is M-1000, of the eleventh day after the first
        Assert.Equal(["SO-2"], Numbers(await viktor.OpenAsync(further.QuerySelector("a")!.GetAttribute("href")!)));
        Assert.Equal(50, Numbers(await viktor.OpenAsync("/orders?state=delivered")).Count);
        Assert.Equal(["SO-2"], Numbers(await viktor.OpenAsync("/orders?state=draft&to=2020-01-05")));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task List_NarrowReach_GathersTheOrdersOfTheFewWithinIt(DatabaseKind kind)
    {
        await using var app = await CrmApp.StartAsync(kind, postgres);
        await app.MirrorAsync(Company(3_000));
        await app.NarrowSalespeopleAsync();
        using var anna = await app.SignInAsync("anna", Role.SalesManager);

        var page = await anna.OpenAsync("/orders");

        Assert.Equal(["SO-1"], Numbers(page));
        Assert.Null(page.QuerySelector("tr.crm-more"));
        Assert.Empty(Numbers(await anna.OpenAsync("/orders?state=draft")));
        Assert.Equal(["SO-1"], Numbers(await anna.OpenAsync("/orders?state=confirmed&from=2020-01-01&to=2020-01-01")));
    }

    [Fact]
    public async Task Export_OfAFilter_HoldsItsRowsInTheUsersWords()
    {
        await using var app = await CrmApp.StartAsync();
        var host = Company(3);
        host.Orders.Put(Some.Order("r1", "a", -5.5m, kind: SalesOrderKind.Return) with { Number = "=1+1", Date = new(2021, 2, 3), State = OrderState.Cancelled, CancelReason = "Брак", PromisedOn = new(2021, 2, 4) });
        await app.MirrorAsync(host);
        using var viktor = await app.SignInAsync("viktor", Role.CommercialDirector, "ru");
        await app.SaveAsync(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.All, WriteScope = Scope.Own, ExportScope = Scope.None });

        var csv = await viktor.Http.GetStringAsync(new Uri("/orders/export?format=csv&from=2021-01-01", UriKind.Relative));

        Assert.Equal(
            "Номер,Дата,Контрагент,Состояние,Вид,Обещан,Отгружен,Причина срыва,Менеджер,Сумма,Валюта\r\n'=1+1,2021-02-03,Aster,Отменён,Возврат,2021-02-04,,Брак,,-5.5,EUR\r\n", csv);
        await using var stream = await viktor.Http.GetStreamAsync(new Uri("/orders/export?format=xlsx", UriKind.Relative));
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory);
        using var workbook = DocumentFormat.OpenXml.Packaging.SpreadsheetDocument.Open(memory, false);
        Assert.Equal(1 + 6, workbook.WorkbookPart!.WorksheetParts.Single().Worksheet.Descendants<DocumentFormat.OpenXml.Spreadsheet.Row>().Count());
        using var anna = await app.SignInAsync("anna", Role.SalesManager);
        Assert.Null((await anna.OpenAsync("/orders")).QuerySelector("a[href^='/orders/export']"));
        await anna.OpenAsync("/orders/export?format=csv");
        Assert.Equal(HttpStatusCode.Forbidden, anna.Status);
    }

    private static List<string> Numbers(AngleSharp.Dom.IDocument page) => [.. page.QuerySelectorAll("tbody tr td:first-child a[href^='/orders/']").Select(a => a.TextContent)];
}
