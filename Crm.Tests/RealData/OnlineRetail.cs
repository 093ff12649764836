using System.Globalization;

namespace Crm.Tests.RealData;

/// <summary>How the converter writes an invoice whose number starts with C.</summary>
internal enum Cancellations
{
    /// <summary>As a return that lowers the customer's revenue.</summary>
    Returns,

    /// <summary>As an order that was cancelled and counts nowhere.</summary>
    CancelledOrders,
}

/// <summary>
/// The Online Retail data set as a folder of the files host: a counterparty for each CustomerID, an order for each
/// InvoiceNo with the sum of quantity × price, its lines, the products. Rows without a customer are left out.
/// </summary>
/// <remarks>Of the 18,536 invoices that are no cancellations four amount to nothing; the known answers count the 18,532 others.</remarks>
internal static class OnlineRetail
{
    public static void WriteFolder(string folder, Cancellations cancellations = Cancellations.Returns)
    {
        using var source = RealData.Open("online_retail", "online_retail.csv.gz");
        var countries = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var products = new SortedDictionary<string, string>(StringComparer.Ordinal);
        var orders = new SortedDictionary<string, (string Customer, string Date, decimal Total)>(StringComparer.Ordinal);
        using (var lines = new StreamWriter(Path.Combine(folder, "sales_order_lines.csv")))
        {
            lines.Write("order,product,quantity,price,amount\n");
            source.ReadLine();
            while (source.ReadLine() is { } line)
            {
                var fields = RealData.Split(line);
                var (invoice, product, customer) = (fields[0], fields[1], fields[6].Replace(".0", "", StringComparison.Ordinal));
                if (customer.Length == 0)
                    continue;
                var quantity = decimal.Parse(fields[3], CultureInfo.InvariantCulture);
                var price = decimal.Parse(fields[5], CultureInfo.InvariantCulture);
                countries.TryAdd(customer, fields[7]);
                products.TryAdd(product, fields[2].Length == 0 ? product : fields[2]);
                var before = orders.GetValueOrDefault(invoice);
                orders[invoice] = (customer, fields[4][..10], before.Total + (quantity * price));
                lines.Write(FormattableString.Invariant($"{invoice},{product},{quantity},{price},{quantity * price}\n"));
            }
        }

        Write(folder, "counterparties.csv", "key,name,roles,country",
            countries.Select(c => $"{c.Key},Customer {c.Key},customer,{RealData.Quote(c.Value)}"));
        Write(folder, "products.csv", "key,name", products.Select(p => $"{p.Key},{RealData.Quote(p.Value)}"));
        Write(folder, "sales_orders.csv", "key,number,counterparty,date,state,kind,currency,total", orders.Select(o => Order(o.Key, o.Value, cancellations)));
    }

    private static string Order(string invoice, (string Customer, string Date, decimal Total) order, Cancellations cancellations)
    {
        var isCancellation = invoice.StartsWith('C');
        var state = isCancellation && cancellations == Cancellations.CancelledOrders ? "cancelled" : "delivered";
        var kind = isCancellation && cancellations == Cancellations.Returns ? "return" : "sale";
        return FormattableString.Invariant($"{invoice},{invoice},{order.Customer},{order.Date},{state},{kind},GBP,{order.Total}");
    }

    private static void Write(string folder, string file, string header, IEnumerable<string> rows) =>
        File.WriteAllText(Path.Combine(folder, file), header + "\n" + string.Concat(rows.Select(r => r + "\n")));
}
