using System.Globalization;

namespace Crm.Tests.RealData;

/// <summary>
/// The CDNOW master data set as a folder of the files host: a counterparty for each customer, a delivered order for each
/// of the customer's days (lines of one day are one order, as the known answers count them).
/// </summary>
internal static class Cdnow
{
    public static void WriteFolder(string folder)
    {
        using var source = RealData.Open("cdnow", "CDNOW_master.txt.gz");
        var customers = new SortedSet<string>(StringComparer.Ordinal);
        var days = new SortedDictionary<(string Customer, string Day), decimal>();
        source.ReadLine();
        while (source.ReadLine() is { } line)
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            customers.Add(fields[0]);
            var dollars = decimal.Parse(fields[3], CultureInfo.InvariantCulture);
            days[(fields[0], fields[1])] = days.GetValueOrDefault((fields[0], fields[1])) + dollars;
        }

        File.WriteAllText(Path.Combine(folder, "counterparties.csv"),
            "key,name,roles\n" + string.Concat(customers.Select(c => $"{c},Customer {c},customer\n")));
        File.WriteAllText(Path.Combine(folder, "sales_orders.csv"),
            "key,counterparty,date,state,currency,total\n" + string.Concat(days.Select(d => FormattableString.Invariant(
                $"{d.Key.Customer}-{d.Key.Day},{d.Key.Customer},{d.Key.Day[..4]}-{d.Key.Day[4..6]}-{d.Key.Day[6..]},delivered,USD,{d.Value}\n"))));
    }
}
