using System.Globalization;

namespace Crm.Benchmarks;

/// <summary>Writes a <see cref="ScaleHost"/> out as the files that an ERP would export.</summary>
internal static class ScaleFiles
{
    public static async Task WriteAsync(ScaleHost host, string folder, CancellationToken cancellation)
    {
        Directory.CreateDirectory(folder);
        await WriteCounterpartiesAsync(host, folder, cancellation);
        await WriteOrdersAsync(host, folder, cancellation);
    }

    public static async Task WriteOrdersAsync(ScaleHost host, string folder, CancellationToken cancellation)
    {
        await using var orders = new StreamWriter(Path.Combine(folder, "sales_orders.csv"));
        await orders.WriteLineAsync("key,number,counterparty,date,state,currency,total,cost,manager");
        for (var n = 0; n < host.Orders; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            var o = host.MakeOrder(n);
            await orders.WriteLineAsync(string.Create(CultureInfo.InvariantCulture,
                $"{o.Key.Value},{o.Number},{o.Counterparty.Value},{o.Date:yyyy-MM-dd},confirmed,{o.Total.Currency},{o.Total.Amount},{o.Cost},{o.ManagerLogin}"));
        }
    }

    private static async Task WriteCounterpartiesAsync(ScaleHost host, string folder, CancellationToken cancellation)
    {
        await using var file = new StreamWriter(Path.Combine(folder, "counterparties.csv"));
        await file.WriteLineAsync("key,name,code,tax_id,roles,phone,email,country,city,address,manager");
        for (var n = 0; n < host.Counterparties; n++)
        {
            cancellation.ThrowIfCancellationRequested();
            var c = ScaleHost.MakeCounterparty(n);
            var address = c.Addresses[0];
            await file.WriteLineAsync(
                $"{c.Key.Value},{c.Name},{c.Code},{c.TaxId},customer,{c.Mechanisms[0].Value},{c.Mechanisms[1].Value},{address.Country},{address.City},\"{address.Lines}\",{c.ManagerLogin}");
        }
    }
}
