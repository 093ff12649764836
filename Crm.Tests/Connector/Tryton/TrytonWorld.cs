using System.Globalization;
using System.Text.Json.Nodes;
using Crm.Connector.Hosts.Tryton;
using Crm.Contracts;
using Crm.Tests.Conformance;
using Crm.Tests.Servers;
using Npgsql;

namespace Crm.Tests.Connector.Tryton;

/// <summary>A real Tryton in which a conformance test changes records through Tryton's own methods.</summary>
internal sealed class TrytonWorld(TrytonDatabase database) : ConformanceWorld
{
    private TrytonRpc Rpc => database.Rpc;

    public override IHostConnector Connector { get; } = new TrytonConnector();

    public override IReadOnlyList<BadSetting> BadSettings =>
    [
        new(database.Settings() with { Address = "tryton" }, "CRM_HOST_URL"),
        new(database.Settings() with { User = null }, "CRM_HOST_USER"),
        new(database.Settings() with { Password = "" }, "CRM_HOST_PASSWORD"),
        new(database.Settings(("pageSize", "0")), "pageSize"),
        new(database.Settings(("overlapMinutes", "soon")), "overlapMinutes"),
    ];

    public override IHost Open() => database.Open(("pageSize", "25"));

    public override async ValueTask<HostKey?> ApplyAsync(WorldChange change, Type record, CancellationToken cancellation) => (record.Name, change) switch
    {
        (nameof(Counterparty), WorldChange.Changed) => await WriteAsync("party.party", await FindAsync("party.party", "code", "ALFKI"), "name"),
        (nameof(Counterparty), WorldChange.Added) => Key(await Rpc.CreateOneAsync("party.party", new JsonObject { ["name"] = "New party" })),
        (nameof(Counterparty), WorldChange.Deleted) => await DeletePartyAsync(),
        (nameof(ContactPerson), WorldChange.Changed) => await RenamePersonAsync(),
        (nameof(ContactPerson), WorldChange.Added) => await AddPersonAsync(),
        (nameof(ContactPerson), WorldChange.Deleted) => await DeleteAsync("party.relation.all", []),
        (nameof(HostUser), WorldChange.Changed) => await WriteAsync("res.user", Rpc.UserId, "name"),
        (nameof(HostUser), WorldChange.Added) => Key(await Rpc.CreateOneAsync("res.user", new JsonObject { ["name"] = "New user", ["login"] = "new" })),
        (nameof(SalesOrder), WorldChange.Changed) => await WriteAsync("sale.sale", await DraftAsync("sale.sale"), "shipping_date"),
        (nameof(SalesOrder) or nameof(SalesOrderLineSet), WorldChange.Added) => await CopyAsync("sale.sale", 1),
        (nameof(SalesOrder) or nameof(SalesOrderLineSet), WorldChange.Deleted) => await DeleteAsync("sale.sale", Drafts),
        (nameof(SalesOrderLineSet), WorldChange.Changed) => await WriteLineAsync("sale.line", "sale", await DraftAsync("sale.sale")),
        (nameof(PurchaseOrder), WorldChange.Changed) => await WriteAsync("purchase.purchase", await DraftAsync("purchase.purchase"), "delivery_date"),
        (nameof(PurchaseOrder) or nameof(PurchaseOrderLineSet), WorldChange.Added) => await CopyAsync("purchase.purchase", 1),
        (nameof(PurchaseOrder) or nameof(PurchaseOrderLineSet), WorldChange.Deleted) => await DeleteAsync("purchase.purchase", Drafts),
        (nameof(PurchaseOrderLineSet), WorldChange.Changed) => await WriteLineAsync("purchase.line", "purchase", await DraftAsync("purchase.purchase")),
        (nameof(SupplierTerms), WorldChange.Changed) => await WriteAsync("purchase.product_supplier", 1, "code"),
        (nameof(SupplierTerms), WorldChange.Added) => await CopyAsync("purchase.product_supplier", 1),
        (nameof(SupplierTerms), WorldChange.Deleted) => await DeleteAsync("purchase.product_supplier", []),
        (nameof(Product), WorldChange.Changed) => await RenameProductAsync(),
        (nameof(Product), WorldChange.Added) => await AddProductAsync(),
        (nameof(Payment), WorldChange.Changed) => await RenumberInvoiceAsync(cancellation),
        _ => null,   // users are never deleted, posted invoices neither; deleting sold products is refused
    };

    private static JsonArray Drafts => [new JsonArray("state", "=", "draft")];

    private static HostKey Key(long id) => new(id.ToString(CultureInfo.InvariantCulture));

    private async Task<long> FindAsync(string model, string field, string value) => (await Rpc.SearchAsync(model, [new JsonArray(field, "=", value)]))[0];

    private async Task<long> DraftAsync(string model) => (await Rpc.SearchAsync(model, Drafts)).Min();

    private async Task<HostKey?> WriteAsync(string model, long id, string field)
    {
        var value = field.EndsWith("date", StringComparison.Ordinal) ? (JsonNode)TrytonRpc.Date(new DateOnly(2030, 1, 2)) : $"Changed {field}";
        await Rpc.WriteAsync(model, id, new JsonObject { [field] = value });
        return Key(id);
    }

    private async Task<HostKey?> WriteLineAsync(string model, string parent, long id)
    {
        var line = (await Rpc.SearchAsync(model, [new JsonArray(parent, "=", id)]))[0];
        await Rpc.WriteAsync(model, line, new JsonObject { ["quantity"] = 77.0 });
        return Key(id);
    }

    private async Task<HostKey?> CopyAsync(string model, long id) => Key((long)((JsonArray)(await Rpc.ModelAsync(model, "copy", new JsonArray(id)))!)[0]!);

    /// <summary>Deletes the newest, so that the oldest stay for changes.</summary>
    private async Task<HostKey?> DeleteAsync(string model, JsonArray domain)
    {
        var id = (await Rpc.SearchAsync(model, domain)).Max();
        await Rpc.DeleteAsync(model, id);
        return Key(id);
    }

    /// <summary>FISSA has no orders, so Tryton lets it go.</summary>
    private async Task<HostKey?> DeletePartyAsync()
    {
        var party = await FindAsync("party.party", "code", "FISSA");
        await Rpc.DeleteAsync("party.relation.all", await Rpc.SearchAsync("party.relation.all", [new JsonArray("from_", "=", party)]));
        await Rpc.DeleteAsync("party.party", party);
        return Key(party);
    }

    private async Task<HostKey?> RenamePersonAsync()
    {
        var relation = (await Rpc.ReadAsync("party.relation.all", [], "to"))[0];
        await WriteAsync("party.party", (long)relation["to"]!, "name");
        return Key((long)relation["id"]!);
    }

    private async Task<HostKey?> AddPersonAsync()
    {
        var like = (await Rpc.ReadAsync("party.relation.all", [], "from_", "type"))[0];
        var person = await Rpc.CreateOneAsync("party.party", new JsonObject { ["name"] = "New person" });
        return Key(await Rpc.CreateOneAsync("party.relation.all", new JsonObject { ["from_"] = like["from_"]!.DeepClone(), ["to"] = person, ["type"] = like["type"]!.DeepClone() }));
    }

    private async Task<HostKey?> RenameProductAsync()
    {
        var product = (await Rpc.ReadAsync("product.product", [], "template"))[0];
        await WriteAsync("product.template", (long)product["template"]!, "name");
        return Key((long)product["id"]!);
    }

    private async Task<HostKey?> AddProductAsync()
    {
        var template = await Rpc.CreateOneAsync("product.template", new JsonObject
        {
            ["name"] = "New product", ["type"] = "goods", ["default_uom"] = await Rpc.DataIdAsync("product", "uom_unit"), ["list_price"] = TrytonRpc.Amount(1m),
            ["cost_price_method"] = "fixed", ["products"] = TrytonRpc.Create(new JsonObject { ["code"] = "NEW" }),
        });
        return Key((await Rpc.SearchAsync("product.product", [new JsonArray("template", "=", template)]))[0]);
    }

    /// <summary>Tryton lets nobody write a posted invoice, so this stands in for what its own steps do.</summary>
    private async Task<HostKey?> RenumberInvoiceAsync(CancellationToken cancellation)
    {
        var id = (await Rpc.SearchAsync("account.invoice", [])).Min();
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync(cancellation);
        await using var command = new NpgsqlCommand($"update account_invoice set number = number || 'x', write_date = now() at time zone 'UTC' where id = {id}", connection);
        await command.ExecuteNonQueryAsync(cancellation);
        return Key(id);
    }
}
