using System.Text.Json.Nodes;

namespace Crm.Tests.Servers;

/// <summary>The data have no invoices; two make the payments readable: the first unshipped sale's is open, the second's is paid.</summary>
internal static class NorthwindInvoices
{
    /// <summary>Thirty days before both are due.</summary>
    public static readonly DateOnly InvoicedOn = new(1998, 5, 7);

    public static readonly DateOnly PaidOn = new(1998, 5, 20);

    public static async Task LoadAsync(TrytonRpc rpc, NorthwindBooks books, long[] sales)
    {
        await InvoiceAsync(rpc, books, sales[0]);
        var paid = await InvoiceAsync(rpc, books, sales[1]);
        var journal = (await rpc.SearchAsync("account.journal", [new JsonArray("type", "=", "cash")]))[0];
        var cash = (await rpc.SearchAsync("account.account", [new JsonArray("name", "=", "Main Cash"), new JsonArray("company", "=", books.Company)]))[0];
        var method = await rpc.CreateOneAsync("account.invoice.payment.method", new JsonObject
        {
            ["name"] = "Cash", ["company"] = books.Company, ["journal"] = journal, ["debit_account"] = cash, ["credit_account"] = cash,
        });
        await PayAsync(rpc, books, paid, method);
    }

    private static async Task<long> InvoiceAsync(TrytonRpc rpc, NorthwindBooks books, long saleId)
    {
        var sale = (await rpc.ReadAsync("sale.sale", [new JsonArray("id", "=", saleId)], "party", "invoice_address"))[0];
        var lines = await rpc.ReadAsync("sale.line", [new JsonArray("sale", "=", saleId)], "product", "quantity", "unit_price");
        var revenue = (await rpc.SearchAsync("account.account", [new JsonArray("name", "=", "Main Revenue"), new JsonArray("company", "=", books.Company)]))[0];
        var receivable = (await rpc.SearchAsync("account.account", [new JsonArray("name", "=", "Main Receivable"), new JsonArray("company", "=", books.Company)]))[0];
        var invoice = await rpc.CreateOneAsync("account.invoice", new JsonObject
        {
            ["type"] = "out", ["company"] = books.Company, ["currency"] = books.Currency, ["party"] = sale["party"]!.DeepClone(),
            ["invoice_address"] = sale["invoice_address"]!.DeepClone(), ["account"] = receivable, ["invoice_date"] = TrytonRpc.Date(InvoicedOn),
            ["journal"] = (await rpc.SearchAsync("account.journal", [new JsonArray("type", "=", "revenue")]))[0],
            ["payment_term"] = (await rpc.SearchAsync("account.invoice.payment_term", []))[0],
            ["lines"] = TrytonRpc.Create([.. lines.Select(l => new JsonObject
            {
                ["type"] = "line", ["product"] = l["product"]!.DeepClone(), ["quantity"] = l["quantity"]!.DeepClone(), ["unit"] = books.Unit,
                ["unit_price"] = l["unit_price"]!.DeepClone(), ["account"] = revenue, ["origin"] = $"sale.line,{l["id"]}",
            })]),
        });
        await rpc.PressAsync("account.invoice", "post", invoice);
        return invoice;
    }

    private static async Task PayAsync(TrytonRpc rpc, NorthwindBooks books, long invoice, long method)
    {
        var context = new JsonObject { ["active_model"] = "account.invoice", ["active_id"] = invoice, ["active_ids"] = new JsonArray(invoice), ["company"] = books.Company };
        var total = (await rpc.ReadAsync("account.invoice", [new JsonArray("id", "=", invoice)], "total_amount", "account"))[0];
        var session = ((JsonArray)(await rpc.CallAsync("wizard.account.invoice.pay.create", context))!)[0]!;
        var state = new JsonObject
        {
            ["start"] = new JsonObject
            {
                ["amount"] = total["total_amount"]!.DeepClone(), ["currency"] = books.Currency, ["company"] = books.Company,
                ["invoice_account"] = total["account"]!.DeepClone(), ["payment_method"] = method, ["date"] = TrytonRpc.Date(PaidOn),
                ["description"] = null,
            },
        };
        await rpc.CallAsync("wizard.account.invoice.pay.execute", session, state, "choice", context);
        await rpc.CallAsync("wizard.account.invoice.pay.delete", session, context);
    }
}
