using Crm.Connector.Hosts.Files;
using Crm.Contracts;
using Crm.Tests.Conformance;

namespace Crm.Tests.Connector.Files;

/// <summary>A folder with every file; changes are made by rewriting a file as an export does.</summary>
internal sealed class FilesWorld : ConformanceWorld
{
    private readonly FilesFolder _folder = new();

    public FilesWorld()
    {
        Write("counterparties.csv", "key,name,code,roles,phone,email,country,city,manager",
            i => $"C{i},Customer {i},N-{i},{(i % 9 == 0 ? "supplier" : "customer")},+38044{i:D7},c{i}@example.ua,UA,Київ,user{i % 3}", 6000);
        Write("contact_persons.csv", "key,counterparty,name,position,phone,birthday", i => $"K{i},C{i},Person {i},buyer,067{i:D7},1980-01-{1 + (i % 28):D2}", 300);
        Write("sales_orders.csv", "key,number,counterparty,date,currency,total,manager", i => $"S{i},{i},C{i % 6000},2024-03-{1 + (i % 28):D2},UAH,{i}.25,user1", 12_000);
        Write("sales_order_lines.csv", "order,product,quantity,price,amount", i => $"S{i / 2},P{i % 40},{i % 7},1.5,{i}", 24_000);
        Write("products.csv", "key,code,name,unit,price", i => $"P{i},A-{i},Product {i},pcs,{i}.5", 40);
        Write("purchase_orders.csv", "key,supplier,date,currency,total", i => $"O{i},C{i * 9},2024-02-02,UAH,{i}", 200);
        Write("purchase_order_lines.csv", "order,product,quantity,received_quantity,rejected_quantity", i => $"O{i / 2},P{i % 40},10,9,1", 400);
        Write("payments.csv", "key,counterparty,order,due,amount,currency", i => $"Y{i},C{i},S{i},2024-04-01,{i}.10,UAH", 500);
        Write("users.csv", "login,name,email,roles", i => $"user{i},User {i},u{i}@example.ua,sales", 3);
    }

    public override IHostConnector Connector { get; } = new FilesConnector();

    public override IReadOnlyList<BadSetting> BadSettings =>
    [
        new(_folder.Settings() with { Address = "" }, "address"),
        new(_folder.Settings() with { Address = "https://example.ua/" }, "address"),
        new(_folder.Settings(("encoding", "koi8-r")), "encoding"),
        new(_folder.Settings(("delimiter", "|")), "delimiter"),
        new(_folder.Settings(("currency", "hryvnia")), "currency"),
    ];

    public override IHost Open() => _folder.Open();

    public override ValueTask<HostKey?> ApplyAsync(WorldChange change, Type record, CancellationToken cancellation)
    {
        var (file, changed) = record.Name switch
        {
            nameof(Counterparty) => ("counterparties.csv", "C7,Renamed,N-7,customer,,,UA,Київ,user1"),
            nameof(ContactPerson) => ("contact_persons.csv", "K7,C7,Renamed,buyer,,"),
            nameof(SalesOrder) => ("sales_orders.csv", "S7,7,C7,2024-03-08,UAH,77.77,user1"),
            nameof(Product) => ("products.csv", "P7,A-7,Renamed,pcs,1"),
            nameof(PurchaseOrder) => ("purchase_orders.csv", "O7,C63,2024-02-02,UAH,777"),
            nameof(Payment) => ("payments.csv", "Y7,C7,S7,2024-04-01,77,UAH"),
            nameof(HostUser) => ("users.csv", "user2,Renamed,,sales"),
            _ => ("", ""), // sets of lines have no key that a test could foretell
        };
        if (file.Length == 0)
            return new((HostKey?)null);
        _folder.Wait();
        var lines = File.ReadAllLines(Path.Combine(_folder.Path, file)).ToList();
        var key = changed.Split(',')[0];
        var at = lines.FindIndex(l => l.StartsWith(key + ",", StringComparison.Ordinal));
        if (change == WorldChange.Changed)
            lines[at] = changed;
        else if (change == WorldChange.Deleted)
            lines.RemoveAt(at);
        else
            lines.Insert(lines.Count / 2, (key += "-new") + changed[changed.IndexOf(',', StringComparison.Ordinal)..]);
        _folder.Write(file, string.Join('\n', lines) + "\n", ageSeconds: 30);
        return new(new HostKey(key));
    }

    public override ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return base.DisposeAsync();
    }

    private void Write(string file, string header, Func<int, string> row, int count) =>
        _folder.Write(file, header + "\n" + string.Concat(Enumerable.Range(0, count).Select(i => row(i) + "\n")));

    public static ValueTask<ConformanceWorld> StartAsync() => new(new FilesWorld());
}

public sealed class FilesHostConformanceTests : HostConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesCounterpartyConformanceTests : CounterpartyConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesContactPersonConformanceTests : ContactPersonConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesSalesOrderConformanceTests : SalesOrderConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesSalesOrderLineConformanceTests : SalesOrderLineConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesProductConformanceTests : ProductConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesPurchaseOrderConformanceTests : PurchaseOrderConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesPurchaseOrderLineConformanceTests : PurchaseOrderLineConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesPaymentConformanceTests : PaymentConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}

public sealed class FilesHostUserConformanceTests : HostUserConformance
{
    protected override ValueTask<ConformanceWorld> StartAsync() => FilesWorld.StartAsync();
}
