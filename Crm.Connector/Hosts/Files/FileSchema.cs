namespace Crm.Connector.Hosts.Files;

/// <summary>A column that the connector knows.</summary>
internal readonly record struct Column(string Name, bool IsRequired);

/// <summary>What a file is called and which columns it may have. The order is the one that the rows' readers count by.</summary>
/// <param name="FileName">Lower case, with extension.</param>
/// <param name="Columns">A '*' behind the name: the file must have it.</param>
internal sealed class FileSchema(string fileName, params string[] columns)
{
    public string FileName => fileName;

    public string Entity => fileName[..^4];

    public IReadOnlyList<Column> Columns { get; } =
        [.. columns.Select(c => c.EndsWith('*') ? new Column(c[..^1], true) : new Column(c, false))];

    /// <summary>Place of a column in <see cref="Columns"/>; -1 for a name that means nothing here.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Columns.Count; i++)
        {
            if (string.Equals(Columns[i].Name, name, StringComparison.OrdinalIgnoreCase))
                return i;
        }

        return -1;
    }
}

/// <summary>The nine files of a folder.</summary>
internal static class Schemas
{
    public static readonly FileSchema Counterparties = new("counterparties.csv",
        "key*", "name*", "code", "tax_id", "roles", "active", "phone", "email", "country", "region", "city", "address", "manager", "created");

    public static readonly FileSchema ContactPersons = new("contact_persons.csv",
        "key*", "counterparty*", "name*", "position", "phone", "email", "birthday");

    public static readonly FileSchema SalesOrders = new("sales_orders.csv",
        "key*", "number", "counterparty*", "date*", "state", "kind", "currency", "total*", "cost", "promised", "delivered",
        "cancel_reason", "manager");

    public static readonly FileSchema SalesOrderLines = new("sales_order_lines.csv", "order*", "product*", "quantity*", "price", "amount");

    public static readonly FileSchema Products = new("products.csv", "key*", "code", "name*", "unit", "price");

    public static readonly FileSchema PurchaseOrders = new("purchase_orders.csv",
        "key*", "number", "supplier*", "date*", "state", "currency", "total", "promised", "received");

    public static readonly FileSchema PurchaseOrderLines = new("purchase_order_lines.csv",
        "order*", "product*", "quantity*", "received_quantity", "rejected_quantity", "price");

    public static readonly FileSchema Payments = new("payments.csv",
        "key*", "counterparty*", "order", "due", "paid", "amount*", "currency");

    public static readonly FileSchema Users = new("users.csv", "login*", "name", "email", "roles", "active");

    public static readonly IReadOnlyList<FileSchema> All =
    [
        Counterparties, ContactPersons, SalesOrders, SalesOrderLines, Products, PurchaseOrders, PurchaseOrderLines, Payments, Users,
    ];
}
