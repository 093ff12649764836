using System.Globalization;
using System.Text.Json.Nodes;
using Npgsql;

namespace Crm.Tests.Servers;

/// <summary>
/// Fills an empty Tryton with the Northwind company, mostly through Tryton's own methods. Two things go in by SQL: telephone numbers,
/// because the published ones are invented and Tryton's number check refuses them, and the shipped sales (<see cref="NorthwindShipped"/>).
/// </summary>
internal sealed class NorthwindLoader
{
    /// <summary>Change it whenever the filled database would change.</summary>
    public const string Revision = "2";

    private readonly TrytonDatabase database;
    private readonly TrytonRpc rpc;
    private readonly NorthwindData data;
    private readonly Dictionary<string, long> countries = [];
    private readonly NorthwindBooks books = new();

    private NorthwindLoader(TrytonDatabase database, NorthwindData data)
    {
        this.database = database;
        this.data = data;
        rpc = database.Rpc;
    }

    public static async Task FillAsync(TrytonDatabase database, string folder)
    {
        var loader = new NorthwindLoader(database, new NorthwindData(folder));
        await loader.LoadCompanyAsync();
        await loader.LoadPartiesAsync();
        await loader.LoadProductsAsync();
        await loader.LoadTelephonesAsync();
        await NorthwindOrders.LoadAsync(database, loader.data, loader.books);
    }

    private async Task LoadCompanyAsync()
    {
        // The orders' discounts give amounts with four decimals; with cents the published total would be lost in rounding.
        books.Currency = await rpc.CreateOneAsync("currency.currency", new JsonObject
        {
            ["name"] = "US Dollar", ["code"] = "USD", ["symbol"] = "$", ["numeric_code"] = "840", ["digits"] = 4, ["rounding"] = TrytonRpc.Amount(0.0001m),
            ["rates"] = TrytonRpc.Create(new JsonObject { ["date"] = TrytonRpc.Date(new DateOnly(1996, 1, 1)), ["rate"] = TrytonRpc.Amount(1) }),
        });
        foreach (var (name, code) in NorthwindData.Countries)
            countries[name] = await rpc.CreateOneAsync("country.country", new JsonObject { ["name"] = name, ["code"] = code });
        var party = await rpc.CreateOneAsync("party.party", new JsonObject { ["name"] = "Northwind Traders", ["code"] = "NORTHWIND" });
        books.Company = await rpc.CreateOneAsync("company.company", new JsonObject { ["party"] = party, ["currency"] = books.Currency });
        await rpc.WriteAsync("res.user", rpc.UserId, new JsonObject { ["companies"] = TrytonRpc.Add(books.Company), ["company"] = books.Company });
        await rpc.ReloadContextAsync();
        await NorthwindAccounts.LoadAsync(rpc, books);
        foreach (var employee in data.Employees)
        {
            var person = await rpc.CreateOneAsync("party.party", new JsonObject { ["name"] = $"{employee["firstName"]} {employee["lastName"]}" });
            await rpc.CreateOneAsync("company.employee", new JsonObject { ["party"] = person, ["company"] = books.Company });
        }

        var steps = await rpc.SearchAsync("ir.module.config_wizard.item", [new JsonArray("state", "=", "open")]);
        await rpc.ModelAsync("ir.module.config_wizard.item", "write", TrytonRpc.Array(steps), new JsonObject { ["state"] = "done" });
    }

    private async Task LoadPartiesAsync()
    {
        var customers = await rpc.CreateAsync("party.party", [.. data.Customers.Select(c => Party(c, c["customerID"]))]);
        var suppliers = await rpc.CreateAsync("party.party", [.. data.Suppliers.Select(s => Party(s, $"S{s["supplierID"]}"))]);
        for (var i = 0; i < customers.Length; i++)
            books.Customers[data.Customers[i]["customerID"]] = customers[i];
        for (var i = 0; i < suppliers.Length; i++)
            books.Suppliers[data.Suppliers[i]["supplierID"]] = suppliers[i];
        foreach (var address in await rpc.ReadAsync("party.address", [], "party"))
            books.Addresses.TryAdd((long)address["party"]!, (long)address["id"]!);

        var type = await rpc.CreateOneAsync("party.relation.type", new JsonObject { ["name"] = "Contact person" });
        var owners = data.Customers.Zip(customers).Concat(data.Suppliers.Zip(suppliers)).ToList();
        var persons = await rpc.CreateAsync("party.party", [.. owners.Select(o => Person(o.First))]);
        await rpc.CreateAsync("party.relation.all", [.. owners.Zip(persons, (owner, person) =>
            new JsonObject { ["from_"] = owner.Second, ["to"] = person, ["type"] = type })]);
    }

    private JsonObject Party(IReadOnlyDictionary<string, string> row, string code) => new()
    {
        ["name"] = row["companyName"], ["code"] = code,
        ["addresses"] = TrytonRpc.Create(new JsonObject
        {
            ["street"] = row["address"], ["city"] = row["city"], ["postal_code"] = row["postalCode"], ["country"] = countries[row["country"]],
        }),
    };

    private static JsonObject Person(IReadOnlyDictionary<string, string> row)
    {
        var mail = new string([.. row["contactName"].Normalize(System.Text.NormalizationForm.FormD).Where(char.IsAsciiLetter)]);
        return new JsonObject
        {
            ["name"] = row["contactName"],
            ["contact_mechanisms"] = TrytonRpc.Create(new JsonObject { ["type"] = "email", ["value"] = $"{mail}@example.com" }),
        };
    }

    private async Task LoadProductsAsync()
    {
        books.Unit = await rpc.DataIdAsync("product", "uom_unit");
        books.Warehouse = (await rpc.SearchAsync("stock.location", [new JsonArray("type", "=", "warehouse")]))[0];
        var templates = await rpc.CreateAsync("product.template", [.. data.Products.Select(Template)]);
        foreach (var product in await rpc.ReadAsync("product.product", [], "code", "template"))
            books.Products[(string)product["code"]!] = ((long)product["id"]!, (long)product["template"]!);
        await rpc.CreateAsync("purchase.product_supplier", [.. data.Products.Select(Terms)]);
        Assert(templates.Length == 77, "77 products");
    }

    private JsonObject Template(IReadOnlyDictionary<string, string> row) => new()
    {
        ["name"] = row["productName"], ["code"] = row["productID"], ["type"] = "goods", ["default_uom"] = books.Unit, ["salable"] = true,
        ["sale_uom"] = books.Unit, ["purchasable"] = true, ["purchase_uom"] = books.Unit, ["list_price"] = TrytonRpc.Amount(NorthwindData.Number(row["unitPrice"])),
        ["cost_price_method"] = "fixed", ["account_category"] = books.Category,
        ["products"] = TrytonRpc.Create(new JsonObject { ["cost_price"] = TrytonRpc.Amount(NorthwindBooks.PurchasePrice(row)) }),
    };

    private JsonObject Terms(IReadOnlyDictionary<string, string> row)
    {
        var (product, template) = books.Products[row["productID"]];
        return new JsonObject
        {
            ["template"] = template, ["product"] = product, ["party"] = books.Suppliers[row["supplierID"]], ["company"] = books.Company,
            ["currency"] = books.Currency, ["code"] = $"N-{row["productID"]}", ["lead_time"] = TrytonRpc.Days(14),
            ["prices"] = TrytonRpc.Create(new JsonObject { ["quantity"] = 0.0, ["unit_price"] = TrytonRpc.Amount(NorthwindBooks.PurchasePrice(row)) }),
        };
    }

    private async Task LoadTelephonesAsync()
    {
        await using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        foreach (var (owners, ids) in new[] { (data.Customers, books.Customers), (data.Suppliers, books.Suppliers) })
        {
            foreach (var (row, party) in owners.Zip(ids.Values))
            {
                foreach (var type in (string[])["phone", "fax"])
                {
                    if (row[type].Length == 0)
                        continue;
                    await using var command = new NpgsqlCommand(
                        "insert into party_contact_mechanism(active, create_date, create_uid, party, type, value, value_compact, delivery, invoice) "
                        + "values (true, now() at time zone 'UTC', 1, @party, @type, @value, @value, false, false)", connection);
                    command.Parameters.AddWithValue("party", (int)party);
                    command.Parameters.AddWithValue("type", type);
                    command.Parameters.AddWithValue("value", row[type]);
                    await command.ExecuteNonQueryAsync();
                }
            }
        }
    }

    private static void Assert(bool holds, string what)
    {
        if (!holds)
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"The loader expected {what}."));
    }
}
