using Crm.Contracts;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;
using static Crm.Plugin.Mirror.Writing.MirrorColumn;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>The tables of the mirror and what of each record goes where.</summary>
internal static class MirrorTables
{
    public static readonly MirrorTable<HostUser> HostUsers = new(
        MirrorEntity.HostUsers, "host_user",
        [Text("login"), Text("name"), Text("email"), Text("groups"), Flag("is_active")],
        (u, row) =>
        {
            row.Text(u.Login);
            row.Text(u.Name);
            row.Text(u.Email);
            row.Text(string.Join('\n', u.Groups));
            row.Flag(u.IsActive);
        },
        u => string.IsNullOrEmpty(u.Login) ? "login is empty" : RowCheck.Name(u.Name));

    public static readonly MirrorTable<Product> Products = new(
        MirrorEntity.Products, "product",
        [Text("name"), Text("name_folded"), Text("code"), Text("unit"), Long("price_e4"), Flag("is_active")],
        (p, row) =>
        {
            row.Text(p.Name);
            row.Text(SearchText.Fold(p.Name));
            row.Text(p.Code);
            row.Text(p.Unit);
            row.Long(Amount.ToE4(p.Price));
            row.Flag(p.IsActive);
        },
        p => RowCheck.Name(p.Name) ?? RowCheck.Amount(p.Price, "price"));

    public static readonly MirrorTable<Counterparty> Counterparties = new(
        MirrorEntity.Counterparties, "counterparty",
        [
            Text("name"), Text("name_folded"), Text("code"), Text("tax_id"), Int("roles"), Flag("is_active"), Text("mechanisms"),
            Text("addresses"), Text("city"), Text("manager_login"), Int("created_on"),
        ],
        (c, row) =>
        {
            row.Text(c.Name);
            row.Text(SearchText.Fold(c.Name));
            row.Text(c.Code);
            row.Text(c.TaxId);
            row.Int((int)c.Roles);
            row.Flag(c.IsActive);
            row.Text(MirrorJson.Write(c.Mechanisms));
            row.Text(MirrorJson.Write(c.Addresses));
            row.Text(c.Addresses.Count > 0 ? c.Addresses[0].City : null);
            row.Text(c.ManagerLogin);
            row.Int(c.CreatedOn?.DayNumber);
        },
        c => RowCheck.Name(c.Name));

    public static readonly MirrorTable<ContactPerson> ContactPersons = new(
        MirrorEntity.ContactPersons, "contact_person",
        [
            Reference("counterparty_key", "counterparty"), Text("name"), Text("name_folded"), Text("position"), Text("mechanisms"),
            Int("birthday"), Flag("is_active"),
        ],
        (p, row) =>
        {
            row.Text(p.Counterparty.Value);
            row.Text(p.Name);
            row.Text(SearchText.Fold(p.Name));
            row.Text(p.Position);
            row.Text(MirrorJson.Write(p.Mechanisms));
            row.Int(p.Birthday?.DayNumber);
            row.Flag(p.IsActive);
        },
        p => RowCheck.Name(p.Name) ?? RowCheck.Key(p.Counterparty, "counterparty"));

    public static readonly MirrorTable<SalesOrder> SalesOrders = new(
        MirrorEntity.SalesOrders, "sales_order",
        [
            Text("number"), Reference("counterparty_key", "counterparty"), Int("date"), Int("state"), Int("kind"), Text("currency"),
            Long("total_e4"), Long("cost_e4"), Int("promised_on"), Int("delivered_on"), Text("cancel_reason"), Text("manager_login"),
        ],
        (o, row) =>
        {
            row.Text(o.Number);
            row.Text(o.Counterparty.Value);
            row.Int(o.Date.DayNumber);
            row.Int((int)o.State);
            row.Int((int)o.Kind);
            row.Text(o.Total.Currency ?? "");
            row.Long(Signed(o.Kind, Amount.ToE4(o.Total.Amount)));
            row.Long(o.Cost is { } cost ? Signed(o.Kind, Amount.ToE4(cost)) : null);
            row.Int(o.PromisedOn?.DayNumber);
            row.Int(o.DeliveredOn?.DayNumber);
            row.Text(o.CancelReason);
            row.Text(o.ManagerLogin);
        },
        o => RowCheck.Key(o.Counterparty, "counterparty") ?? RowCheck.Amount(o.Total.Amount, "total") ?? RowCheck.Amount(o.Cost, "cost"));

    public static readonly MirrorTable<SalesOrderLineSet> SalesOrderLines =
        new(MirrorEntity.SalesOrderLines, "line_set", [], (_, _) => { }, Check)
        {
            Discriminator = (int)MirrorEntity.SalesOrderLines,
            Lines = new(
                "sales_order_line",
                [
                    Reference("order_key", "sales_order"), Reference("product_key", "product"),
                    Long("quantity_e4"), Long("price_e4"), Long("amount_e4"),
                ],
                set => set.Lines.Count,
                (set, index, row) =>
                {
                    var line = set.Lines[index];
                    row.Text(line.Order.Value);
                    row.Text(line.Product?.Value);
                    row.Long(Amount.ToE4(line.Quantity));
                    row.Long(Amount.ToE4(line.Price));
                    row.Long(Amount.ToE4(line.Amount));
                }),
        };

    public static readonly MirrorTable<PurchaseOrder> PurchaseOrders = new(
        MirrorEntity.PurchaseOrders, "purchase_order",
        [
            Text("number"), Reference("counterparty_key", "counterparty"), Int("date"), Int("state"), Text("currency"),
            Long("total_e4"), Int("promised_on"), Int("received_on"),
        ],
        (o, row) =>
        {
            row.Text(o.Number);
            row.Text(o.Supplier.Value);
            row.Int(o.Date.DayNumber);
            row.Int((int)o.State);
            row.Text(o.Total?.Currency ?? "");
            row.Long(Amount.ToE4(o.Total?.Amount));
            row.Int(o.PromisedOn?.DayNumber);
            row.Int(o.ReceivedOn?.DayNumber);
        },
        o => RowCheck.Key(o.Supplier, "supplier") ?? RowCheck.Amount(o.Total?.Amount, "total"));

    public static readonly MirrorTable<PurchaseOrderLineSet> PurchaseOrderLines =
        new(MirrorEntity.PurchaseOrderLines, "line_set", [], (_, _) => { }, Check)
        {
            Discriminator = (int)MirrorEntity.PurchaseOrderLines,
            Lines = new(
                "purchase_order_line",
                [
                    Reference("order_key", "purchase_order"), Reference("product_key", "product"), Long("quantity_e4"),
                    Long("received_quantity_e4"), Long("rejected_quantity_e4"), Long("price_e4"),
                ],
                set => set.Lines.Count,
                (set, index, row) =>
                {
                    var line = set.Lines[index];
                    row.Text(line.Order.Value);
                    row.Text(line.Product?.Value);
                    row.Long(Amount.ToE4(line.Quantity));
                    row.Long(Amount.ToE4(line.ReceivedQuantity));
                    row.Long(Amount.ToE4(line.RejectedQuantity));
                    row.Long(Amount.ToE4(line.Price));
                }),
        };

    public static readonly MirrorTable<SupplierTerms> SupplierTerms = new(
        MirrorEntity.SupplierTerms, "supplier_terms",
        [
            Reference("counterparty_key", "counterparty"), Reference("product_key", "product"), Text("supplier_code"),
            Int("lead_time_days"), Text("currency"), Long("price_e4"), Long("minimum_quantity_e4"),
        ],
        (t, row) =>
        {
            row.Text(t.Supplier.Value);
            row.Text(t.Product.Value);
            row.Text(t.SupplierCode);
            row.Int(t.LeadTime is { } lead ? (int)Math.Ceiling(lead.TotalDays) : null);
            row.Text(t.Price?.Currency);
            row.Long(Amount.ToE4(t.Price?.Amount));
            row.Long(Amount.ToE4(t.MinimumQuantity));
        },
        t => RowCheck.Key(t.Supplier, "supplier") ?? RowCheck.Key(t.Product, "product") ?? RowCheck.Amount(t.Price?.Amount, "price")
            ?? RowCheck.Amount(t.MinimumQuantity, "minimum quantity"));

    public static readonly MirrorTable<Payment> Payments = new(
        MirrorEntity.Payments, "payment",
        [
            Reference("counterparty_key", "counterparty"), Reference("order_key", "sales_order"), Text("number"), Int("due_on"),
            Int("paid_on"), Text("currency"), Long("amount_e4"),
        ],
        (p, row) =>
        {
            row.Text(p.Counterparty.Value);
            row.Text(p.Order?.Value);
            row.Text(p.Number);
            row.Int(p.DueOn?.DayNumber);
            row.Int(p.PaidOn?.DayNumber);
            row.Text(p.Amount.Currency ?? "");
            row.Long(Amount.ToE4(p.Amount.Amount));
        },
        p => RowCheck.Key(p.Counterparty, "counterparty") ?? RowCheck.Amount(p.Amount.Amount, "amount"));

    public static readonly IReadOnlyList<MirrorTable> All =
    [
        HostUsers, Products, Counterparties, ContactPersons, SalesOrders, SalesOrderLines, PurchaseOrders, PurchaseOrderLines,
        SupplierTerms, Payments,
    ];

    /// <summary>Tables whose rows may wait for a row of <paramref name="target"/>, with the waiting column and whether they are lines.</summary>
    public static IEnumerable<(string Table, MirrorColumn Column, bool IsLine)> WaitingFor(string target)
    {
        foreach (var table in All)
        {
            foreach (var column in table.Columns.Where(c => c.Target == target))
            {
                yield return (table.Name, column, false);
            }
        }

        foreach (var column in SalesOrderLines.Lines!.Columns.Where(c => c.Target == target))
        {
            yield return (SalesOrderLines.Lines.Name, column, true);
        }

        foreach (var column in PurchaseOrderLines.Lines!.Columns.Where(c => c.Target == target))
        {
            yield return (PurchaseOrderLines.Lines.Name, column, true);
        }
    }

    /// <summary>A return lowers whatever its sign is in the ERP.</summary>
    private static long Signed(SalesOrderKind kind, long amountE4) => kind == SalesOrderKind.Return ? -Math.Abs(amountE4) : amountE4;

    private static string? Check(SalesOrderLineSet set)
    {
        foreach (var line in set.Lines)
        {
            if ((RowCheck.Key(line.Order, "order") ?? RowCheck.Amount(line.Quantity, "quantity") ?? RowCheck.Amount(line.Price, "price")
                ?? RowCheck.Amount(line.Amount, "amount")) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }

    private static string? Check(PurchaseOrderLineSet set)
    {
        foreach (var line in set.Lines)
        {
            if ((RowCheck.Key(line.Order, "order") ?? RowCheck.Amount(line.Quantity, "quantity") ?? RowCheck.Amount(line.Price, "price")
                ?? RowCheck.Amount(line.ReceivedQuantity, "received quantity") ?? RowCheck.Amount(line.RejectedQuantity, "rejected quantity")) is { } wrong)
            {
                return wrong;
            }
        }

        return null;
    }
}
