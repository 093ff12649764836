using System.Text.Json.Nodes;

namespace Crm.Tests.Servers;

/// <summary>The least bookkeeping that lets Tryton post an invoice: a chart of accounts, the fiscal year 1998, a payment term, a category.</summary>
internal static class NorthwindAccounts
{
    public static async Task LoadAsync(TrytonRpc rpc, NorthwindBooks books)
    {
        var chart = await rpc.DataIdAsync("account", "account_template_root_en");
        var context = new JsonObject { ["company"] = books.Company };
        var session = ((JsonArray)(await rpc.CallAsync("wizard.account.create_chart.create", context))!)[0]!;
        var state = new JsonObject { ["start"] = new JsonObject(), ["account"] = new JsonObject { ["company"] = books.Company, ["account_template"] = chart } };
        await rpc.CallAsync("wizard.account.create_chart.execute", session, state, "create_account", context);
        state["properties"] = new JsonObject
        {
            ["company"] = books.Company, ["account_receivable"] = await AccountAsync("receivable"), ["account_payable"] = await AccountAsync("payable"),
        };
        await rpc.CallAsync("wizard.account.create_chart.execute", session, state, "create_properties", context);
        await rpc.CallAsync("wizard.account.create_chart.delete", session, context);

        var moves = await rpc.CreateOneAsync("ir.sequence", new JsonObject
        {
            ["name"] = "Moves", ["company"] = books.Company, ["sequence_type"] = await rpc.DataIdAsync("account", "sequence_type_account_move"),
        });
        var invoices = await rpc.CreateOneAsync("ir.sequence.strict", new JsonObject
        {
            ["name"] = "Invoices", ["company"] = books.Company, ["sequence_type"] = await rpc.DataIdAsync("account_invoice", "sequence_type_account_invoice"),
        });
        var year = await rpc.CreateOneAsync("account.fiscalyear", new JsonObject
        {
            ["name"] = "1998", ["company"] = books.Company, ["post_move_sequence"] = moves,
            ["start_date"] = TrytonRpc.Date(new DateOnly(1998, 1, 1)), ["end_date"] = TrytonRpc.Date(new DateOnly(1998, 12, 31)),
            ["invoice_sequences"] = TrytonRpc.Create(new JsonObject
            {
                ["company"] = books.Company, ["out_invoice_sequence"] = invoices, ["in_invoice_sequence"] = invoices,
                ["out_credit_note_sequence"] = invoices, ["in_credit_note_sequence"] = invoices,
            }),
        });
        await rpc.PressAsync("account.fiscalyear", "create_period", year);
        await rpc.CreateOneAsync("account.invoice.payment_term", new JsonObject
        {
            ["name"] = "30 days",
            ["lines"] = TrytonRpc.Create(new JsonObject { ["type"] = "remainder", ["relativedeltas"] = TrytonRpc.Create(new JsonObject { ["days"] = 30 }) }),
        });
        books.Category = await rpc.CreateOneAsync("product.category", new JsonObject
        {
            ["name"] = "Goods", ["accounting"] = true, ["account_expense"] = await AccountAsync("expense"), ["account_revenue"] = await AccountAsync("revenue"),
        });

        async Task<long> AccountAsync(string kind) => (await rpc.SearchAsync(
            "account.account",
            [new JsonArray($"type.{kind}", "=", true), new JsonArray("company", "=", books.Company), new JsonArray("closed", "=", false)]))[0];
    }
}
