using System.Text;
using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Files;

public sealed class FilesReadingTests : IDisposable
{
    private readonly FilesFolder _folder = new();

    static FilesReadingTests() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string, string, bool> Dialects
    {
        get
        {
            var data = new TheoryData<string, string, bool>();
            foreach (var encoding in (string[])["utf-8", "utf-8-bom", "windows-1251"])
            {
                foreach (var delimiter in (string[])[",", ";", "\t"])
                {
                    data.Add(encoding, delimiter, false);
                    data.Add(encoding, delimiter, true);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Dialects))]
    public async Task ReadChanged_EachEncodingAndDelimiter_ReadsTheSame(string encoding, string delimiter, bool isSet)
    {
        var text = string.Join(delimiter, "KEY", " Name ", "\"city\"", "note") + "\r\n"
            + string.Join(delimiter, "1", "\"Завод \"\"Їжак\"\" і Ко\"", "Київ", "x") + "\r\n";
        _folder.Write("counterparties.csv", text, encoding switch
        {
            "utf-8-bom" => new UTF8Encoding(true),
            "windows-1251" => Encoding.GetEncoding(1251),
            _ => new UTF8Encoding(false),
        });
        if (encoding == "utf-8-bom")
            _folder.Write("counterparties.csv", [0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(text)]);
        (string, string)[] options = isSet
            ? [("encoding", encoding.Replace("-bom", "", StringComparison.Ordinal)), ("delimiter", delimiter)]
            : [("encoding", "auto")];
        var row = Assert.Single(await _folder.Open(options).Find<ICounterpartySource>()!.RowsAsync(default));
        Assert.Equal("Завод \"Їжак\" і Ко", row.Name);
        Assert.Equal("Київ", Assert.Single(row.Addresses).City);
    }

    [Fact]
    public async Task ReadChanged_Windows1251BehindAMegabyteOfAscii_ReadsTheLetters()
    {
        var text = new StringBuilder("key,name\n");
        for (var i = 0; i < 60_000; i++)
            text.Append(i).Append(",plain ascii customer\n");
        text.Append("last,Черкаси\n");
        _folder.Write("counterparties.csv", text.ToString(), Encoding.GetEncoding(1251));
        var rows = await _folder.Open().Find<ICounterpartySource>()!.RowsAsync(default);
        Assert.Equal(60_001, rows.Count);
        Assert.Equal("Черкаси", rows[^1].Name);
    }

    [Fact]
    public async Task ReadChanged_OneDamagedRowInUtf8_IsTheOnlyBadOne()
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes("key,name\n1,Львів\n2,"), 0xD0, .. Encoding.UTF8.GetBytes("\n3,Одеса\n")];
        _folder.Write("counterparties.csv", bytes);
        var pages = await _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default);
        Assert.Equal(["Львів", "Одеса"], pages.SelectMany(p => p.Rows).Select(r => r.Name));
        var problem = Assert.Single(pages.SelectMany(p => p.Problems));
        Assert.Equal(("counterparties.csv:3", "files.bad-encoding"), (problem.Place, problem.Code));
    }

    [Fact]
    public async Task ReadChanged_FullCounterparty_MapsEachColumn()
    {
        _folder.Write("counterparties.csv", """
            key;name;code;tax_id;roles;active;phone;email;country;region;city;address;manager;created
            17;Acme;C-17;12345678;Customer+Supplier;no;"+380 44 123-45-67; 067 1112233";a@b.ua,c@d.ua;UA;Київська;Бровари;"вул. Лісова, 1";olena;2021-02-28
            18;Bare;;;;;;;;;;;;
            """);
        var rows = await _folder.Open().Find<ICounterpartySource>()!.RowsAsync(default);
        var full = rows[0];
        Assert.Equal(new HostKey("17"), full.Key);
        Assert.Equal(("Acme", "C-17", "12345678"), (full.Name, full.Code, full.TaxId));
        Assert.Equal(CounterpartyRoles.Customer | CounterpartyRoles.Supplier, full.Roles);
        Assert.False(full.IsActive);
        Assert.Equal(
            [
                new(ContactMechanismKind.Phone, "+380 44 123-45-67"), new(ContactMechanismKind.Phone, "067 1112233"),
                new(ContactMechanismKind.Email, "a@b.ua"), new(ContactMechanismKind.Email, "c@d.ua"),
            ],
            full.Mechanisms);
        Assert.Equal(new PostalAddress("UA", "Київська", "Бровари", null, "вул. Лісова, 1"), Assert.Single(full.Addresses));
        Assert.Equal(("olena", new DateOnly(2021, 2, 28)), (full.ManagerLogin, full.CreatedOn));
        var bare = rows[1];
        Assert.Equal((null, null, CounterpartyRoles.None, true), (bare.Code, bare.TaxId, bare.Roles, bare.IsActive));
        Assert.Empty(bare.Mechanisms);
        Assert.Empty(bare.Addresses);
        Assert.Equal((null, null), (bare.ManagerLogin, bare.CreatedOn));
    }

    [Fact]
    public async Task ReadChanged_SalesOrders_MapsColumnsAndDefaults()
    {
        _folder.Write("sales_orders.csv", """
            key,number,counterparty,date,state,kind,currency,total,cost,promised,delivered,cancel_reason,manager
            1,N-1,17,2024-01-31,Cancelled,return,uah,-10.5,4.20,2024-02-01,2024-02-02,too late,olena
            2,,17,2024-01-31T23:59:59Z,,,,8911407.90405,,,,,
            """);
        var rows = await _folder.Open(("Currency", "EUR")).Find<ISalesOrderSource>()!.RowsAsync(default);
        Assert.Equal((OrderState.Cancelled, SalesOrderKind.Return, new Money(-10.5m, "UAH"), (decimal?)4.20m),
            (rows[0].State, rows[0].Kind, rows[0].Total, rows[0].Cost));
        Assert.Equal((new DateOnly(2024, 2, 1), new DateOnly(2024, 2, 2)), (rows[0].PromisedOn!.Value, rows[0].DeliveredOn!.Value));
        Assert.Equal(("N-1", "too late", "olena"), (rows[0].Number, rows[0].CancelReason, rows[0].ManagerLogin));
        Assert.Equal((OrderState.Confirmed, SalesOrderKind.Sale, new Money(8911407.9041m, "EUR")), (rows[1].State, rows[1].Kind, rows[1].Total));
        Assert.Equal(new DateOnly(2024, 1, 31), rows[1].Date);
        Assert.Equal((null, null, null, null), (rows[1].Number, rows[1].Cost, rows[1].PromisedOn, rows[1].ManagerLogin));
    }

    [Fact]
    public async Task ReadChanged_OtherFiles_MapTheirColumns()
    {
        _folder.Write("contact_persons.csv", "key,counterparty,name,birthday\n1,17,Ivan,1980-05-17\n2,17,Olha,--05-17\n");
        _folder.Write("products.csv", "key,name,unit,price,code\nP,Bolt,pcs,0.12345,B-1\n");
        _folder.Write("purchase_orders.csv", "key,supplier,date,total,currency,received\n9,S,2024-01-02,,,\n10,S,2024-01-02,5,USD,2024-01-09\n");
        _folder.Write("payments.csv", "key,counterparty,order,due,paid,amount\n1,17,77,2024-01-02,,100\n2,17,,,2024-01-03,-5\n");
        _folder.Write("users.csv", "login,roles,active\nolena,Sales; Managers,1\npetro,,0\n");
        await using var host = _folder.Open();
        var persons = await host.Find<IContactPersonSource>()!.RowsAsync(default);
        Assert.Equal([new DateOnly(1980, 5, 17), new DateOnly(1, 5, 17)], persons.Select(p => p.Birthday!.Value));
        var product = Assert.Single(await host.Find<IProductSource>()!.RowsAsync(default));
        Assert.Equal(("Bolt", "B-1", "pcs", (decimal?)0.1235m), (product.Name, product.Code, product.Unit, product.Price)); // half away from zero
        var purchases = await host.Find<IPurchaseOrderSource>()!.RowsAsync(default);
        Assert.Equal([null, new Money(5, "USD")], purchases.Select(p => p.Total));
        Assert.Equal(new DateOnly(2024, 1, 9), purchases[1].ReceivedOn);
        var payments = await host.Find<IPaymentSource>()!.RowsAsync(default);
        Assert.Equal([new HostKey("77"), null], payments.Select(p => p.Order));
        Assert.Equal([100m, -5m], payments.Select(p => p.Amount.Amount));
        var users = await host.Find<IHostUserSource>()!.RowsAsync(default);
        Assert.Equal(["Sales", "Managers"], users[0].Groups);
        Assert.Equal(("olena", "olena", false), (users[0].Login, users[0].Name, users[1].IsActive));
        Assert.Null(host.Find<IHostSignIn>());
    }

    [Fact]
    public async Task ReadChanged_QuotedNewLines_KeepThemAndPhysicalLineNumbers()
    {
        _folder.Write("counterparties.csv", "key,name,address\r\n1,A,\"one\r\ntwo, \"\"three\"\"\"\r\n\r\n2,B,x,y\r\n");
        var page = Assert.Single(await _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default));
        Assert.Equal("one\r\ntwo, \"three\"", Assert.Single(Assert.Single(page.Rows).Addresses).Lines);
        Assert.Equal("counterparties.csv:5", Assert.Single(page.Problems).Place);
    }

    [Fact]
    public async Task ReadChanged_HugeField_IsRead()
    {
        var huge = new string('ж', 1_500_000);
        _folder.Write("counterparties.csv", $"key,name\n1,A\n2,\"{huge}\"\n3,C\n");
        var rows = await _folder.Open().Find<ICounterpartySource>()!.RowsAsync(default);
        Assert.Equal(["A", huge, "C"], rows.Select(r => r.Name));
    }

    [Fact]
    public async Task ReadChanged_HeaderOnly_YieldsOneEmptyPage()
    {
        _folder.Write("counterparties.csv", "key,name");
        var page = Assert.Single(await _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default));
        Assert.Empty(page.Rows);
        Assert.Empty(page.Problems);
    }

    [Theory]
    [InlineData("", "files.no-header")]
    [InlineData("key,code\n1,2\n", "files.missing-column")]
    [InlineData("key,name,Key\n1,2,3\n", "files.repeated-column")]
    public async Task ReadChanged_WrongHeader_IsRefused(string text, string code)
    {
        _folder.Write("counterparties.csv", text);
        var refused = await Assert.ThrowsAsync<HostException>(() => _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default));
        Assert.Equal((HostFailure.Refused, code), (refused.Failure, refused.Code));
        if (code == "files.missing-column")
            Assert.Contains("counterparties.csv has no column name", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadChanged_Utf16_IsRefused()
    {
        _folder.Write("counterparties.csv", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes("key,name\n")]);
        var refused = await Assert.ThrowsAsync<HostException>(() => _folder.Open().Find<ICounterpartySource>()!.PagesAsync(null, default));
        Assert.Equal("files.bad-encoding", refused.Code);
    }

    [Fact]
    public async Task Find_MissingFile_IsNullUntilItComes()
    {
        await using var host = _folder.Open();
        Assert.Null(host.Find<IPaymentSource>());
        _folder.Write("Payments.CSV", "key,counterparty,amount\n1,2,3\n");
        Assert.Single(await host.Find<IPaymentSource>()!.RowsAsync(default));
    }

    [Fact]
    public async Task ReadChanged_VanishedFile_IsUnavailable()
    {
        _folder.Write("payments.csv", "key,counterparty,amount\n1,2,3\n");
        var source = _folder.Open().Find<IPaymentSource>()!;
        File.Delete(Path.Combine(_folder.Path, "payments.csv"));
        var failure = await Assert.ThrowsAsync<HostException>(() => source.PagesAsync(null, default));
        Assert.Equal((HostFailure.Unavailable, "files.missing-file"), (failure.Failure, failure.Code));
    }

    [Fact]
    public async Task Check_TellsEachFile()
    {
        _folder.Write("counterparties.csv", "key;name;junk\n1;Львів;\n");
        _folder.Write("products.csv", "key\n1\n");
        var checks = (await _folder.Open().CheckAsync(default)).ToDictionary(c => c.Name);
        Assert.Equal(CheckState.Ok, checks["host.reachable"].State);
        Assert.Equal(CheckState.Ok, checks["host.file.counterparties"].State);
        Assert.StartsWith("UTF-8, semicolon, 28 bytes; columns key, name; not there: code, ", checks["host.file.counterparties"].Found, StringComparison.Ordinal);
        Assert.Equal((CheckState.Failed, "products.csv has no column name; its first line must name the columns."),
            (checks["host.file.products"].State, checks["host.file.products"].Found));
        Assert.Equal(CheckState.Warning, checks["host.file.payments"].State);
    }

    [Fact]
    public async Task Check_NothingThere_Fails()
    {
        var checks = (await _folder.Open().CheckAsync(default)).ToDictionary(c => c.Name);
        Assert.Equal(CheckState.Failed, checks["host.file.counterparties"].State);
        var nowhere = new Crm.Connector.Hosts.Files.FilesConnector().Open(_folder.Settings() with { Address = _folder.Path + "-none" });
        var check = Assert.Single(await nowhere.CheckAsync(default));
        Assert.Equal(("host.reachable", CheckState.Failed), (check.Name, check.State));
    }
}
