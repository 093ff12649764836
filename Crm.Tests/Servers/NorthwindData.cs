using System.Globalization;
using System.Text;

namespace Crm.Tests.Servers;

/// <summary>The Northwind trading company's tables as they are published: empty text means NULL.</summary>
internal sealed class NorthwindData(string folder)
{
    /// <summary>ISO codes of the country names in the data.</summary>
    public static readonly IReadOnlyDictionary<string, string> Countries = new Dictionary<string, string>
    {
        ["Argentina"] = "AR", ["Australia"] = "AU", ["Austria"] = "AT", ["Belgium"] = "BE", ["Brazil"] = "BR", ["Canada"] = "CA",
        ["Denmark"] = "DK", ["Finland"] = "FI", ["France"] = "FR", ["Germany"] = "DE", ["Ireland"] = "IE", ["Italy"] = "IT",
        ["Japan"] = "JP", ["Mexico"] = "MX", ["Netherlands"] = "NL", ["Norway"] = "NO", ["Poland"] = "PL", ["Portugal"] = "PT",
        ["Singapore"] = "SG", ["Spain"] = "ES", ["Sweden"] = "SE", ["Switzerland"] = "CH", ["UK"] = "GB", ["USA"] = "US", ["Venezuela"] = "VE",
    };

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Customers { get; } = Read(folder, "customers.csv");

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Suppliers { get; } = Read(folder, "suppliers.csv");

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Products { get; } = Read(folder, "products.csv");

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Employees { get; } = Read(folder, "employees.csv");

    public IReadOnlyList<IReadOnlyDictionary<string, string>> Orders { get; } = Read(folder, "orders.csv");

    public ILookup<string, IReadOnlyDictionary<string, string>> Lines { get; } = Read(folder, "order-details.csv").ToLookup(l => l["orderID"]);

    public static decimal Number(string text) => decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);

    /// <summary>Price of a unit after the line's discount: four decimals at most.</summary>
    public static decimal SalePrice(IReadOnlyDictionary<string, string> line) => Number(line["unitPrice"]) * (1 - Number(line["discount"]));

    public static DateOnly Day(string text) => DateOnly.ParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static List<IReadOnlyDictionary<string, string>> Read(string folder, string file)
    {
        var records = Records(File.ReadAllText(Path.Combine(folder, file))).ToList();
        return [.. records.Skip(1).Select(r => records[0].Zip(r).ToDictionary(f => f.First, f => f.Second))];
    }

    /// <summary>RFC 4180: fields in quotes may hold commas, line breaks and doubled quotes.</summary>
    private static IEnumerable<List<string>> Records(string text)
    {
        var record = new List<string>();
        var field = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (quoted && c == '"' && i + 1 < text.Length && text[i + 1] == '"')
                field.Append(text[++i]);
            else if (c == '"')
                quoted = !quoted;
            else if (quoted || c is not (',' or '\r' or '\n'))
                field.Append(c);
            else if (c != '\r')
            {
                record.Add(field.ToString());
                field.Clear();
                if (c == '\n')
                {
                    yield return record;
                    record = [];
                }
            }
        }
    }
}
