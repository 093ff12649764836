using System.Globalization;
using System.IO.Compression;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Features.Classification;

/// <summary>
/// Observed data sets. Totals, buyers and the counts of the descending cut are the published ones (SOURCES.md beside the data); the counts of
/// the ascending cut, the stages and the regularity were computed independently, by a script in another language.
/// </summary>
public sealed class RealDataTests(PostgresServer postgres)
{
    private static readonly ClassificationParameters Retail = ClassificationParameters.For(RuleSet.Standard, new(2011, 12, 9));
    private static readonly ClassificationParameters Cdnow = ClassificationParameters.For(RuleSet.Standard, new(1998, 6, 30)) with { From = new(1997, 1, 1) };
    private static readonly ClassificationParameters Northwind = ClassificationParameters.For(RuleSet.Standard, new(1998, 5, 6)) with { From = new(1996, 7, 4) };

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task OnlineRetail_BothCuts_GiveTheKnownCounts(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.LoadAsync(ObservedSales.OnlineRetail());

        var ascending = (await company.RunAsync(Retail)).Totals;
        var descending = (await company.RunAsync(Retail with { Cut = ImportanceCut.Descending })).Totals;
        var classical = (await company.RunAsync(ClassificationParameters.For(RuleSet.OneCCompatible, Retail.AsOf))).Totals;

        Assert.Equal((4_338, 18_532L, "8911407.904"), (ascending.Counterparties, ascending.Orders, ClassificationJson.Exact(ascending.RevenueE4)));
        Assert.Equal([1_132, 1_469, 1_737, 0], Importance(descending));
        Assert.Equal([1_133, 1_469, 1_736, 0], Importance(ascending));
        Assert.Equal([688, 1_220, 2_430, 0], Importance(classical));
        Assert.Equal([0, 1_731, 1_824, 783], Stages(ascending));
        Assert.Equal((0, 65, 1_759, 328), (ascending.X.Count, ascending.Y.Count, ascending.Z.Count, ascending.Returned.Count));
    }

    [Fact]
    public async Task Cdnow_BothCuts_GiveTheKnownCounts()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.LoadAsync(ObservedSales.Cdnow());

        var (run, ascending) = await company.RunAsync(Cdnow);
        var descending = (await company.RunAsync(Cdnow with { Cut = ImportanceCut.Descending })).Totals;

        Assert.Equal((23_570, 67_591L, "2500315.63"), (ascending.Counterparties, ascending.Orders, ClassificationJson.Exact(ascending.RevenueE4)));
        // 68 customers only ever got things for nothing.
        Assert.Equal([7_694, 8_044, 7_764, 68], Importance(descending));
        // Equal values stand together, so 23 customers on the boundary are B and not C.
        Assert.Equal([7_695, 8_067, 7_740, 68], Importance(ascending));
        Assert.Equal([0, 3_841, 3_551, 16_178], Stages(ascending));
        Assert.Equal((0, 13, 3_538, 3_428), (ascending.X.Count, ascending.Y.Count, ascending.Z.Count, ascending.Returned.Count));
        var table = await company.Store.TableAsync((await company.Store.FindAsync(run, CancellationToken.None))!, CancellationToken.None);
        Assert.Equal(12_054, table.Rows.Count(r => r.PurchasesEver == 1));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Northwind_BothCuts_GiveTheKnownCounts(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.LoadAsync(ObservedSales.Northwind());

        var ascending = (await company.RunAsync(Northwind)).Totals;
        var descending = (await company.RunAsync(Northwind with { Cut = ImportanceCut.Descending })).Totals;

        Assert.Equal((91, 830L, "1265793.0395"), (ascending.Counterparties, ascending.Orders, ClassificationJson.Exact(ascending.RevenueE4)));
        Assert.Equal([33, 27, 29, 2], Importance(descending));
        Assert.Equal([34, 27, 28, 2], Importance(ascending));
        Assert.Equal([2, 12, 72, 5], Stages(ascending));
    }

    private static int[] Importance(ClassificationTotals totals) => [totals.A.Count, totals.B.Count, totals.C.Count, totals.WithoutImportance.Count];

    private static int[] Stages(ClassificationTotals totals) => [totals.Potential.Count, totals.OneTime.Count, totals.Regular.Count, totals.Lost.Count];
}

/// <summary>Reads the observed data sets as customers with their orders.</summary>
internal static class ObservedSales
{
    private const decimal Nothing = 0;

    public static IReadOnlyList<(string Key, IReadOnlyList<(DateOnly On, decimal Total)> Orders)> OnlineRetail()
    {
        var orders = new Dictionary<(string Customer, string Invoice), (DateOnly On, decimal Total)>();
        foreach (var line in Lines("online_retail/online_retail.csv.gz"))
        {
            var fields = Fields(line);
            var (quantity, price) = (Number(fields[3]), Number(fields[5]));
            if (fields[6].Length > 0 && !fields[0].StartsWith('C') && quantity > 0 && price > 0)
            {
                var (on, total) = orders.GetValueOrDefault((fields[6], fields[0]), (Day(fields[4]), Nothing));
                orders[(fields[6], fields[0])] = (on, total + (quantity * price));
            }
        }

        return [.. orders.GroupBy(o => o.Key.Customer).Select(g => (g.Key, (IReadOnlyList<(DateOnly, decimal)>)[.. g.Select(o => o.Value)]))];
    }

    public static IReadOnlyList<(string Key, IReadOnlyList<(DateOnly On, decimal Total)> Orders)> Cdnow() =>
    [
        .. Lines("cdnow/CDNOW_master.txt.gz")
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .GroupBy(f => f[0])
            .Select(customer => (customer.Key, (IReadOnlyList<(DateOnly, decimal)>)
                [.. customer.GroupBy(f => f[1]).Select(day => (DateOnly.ParseExact(day.Key, "yyyyMMdd", CultureInfo.InvariantCulture), day.Sum(f => Number(f[3]))))])),
    ];

    public static IReadOnlyList<(string Key, IReadOnlyList<(DateOnly On, decimal Total)> Orders)> Northwind()
    {
        var totals = Lines("northwind/order-details.csv").Select(Fields).GroupBy(f => f[0])
            .ToDictionary(g => g.Key, g => g.Sum(f => Number(f[2]) * Number(f[3]) * (1 - Number(f[4]))));
        var orders = Lines("northwind/orders.csv").Select(Fields).ToLookup(f => f[1], f => (Day(f[3]), totals[f[0]]));
        return [.. Lines("northwind/customers.csv").Select(l => Fields(l)[0]).Select(key => (key, (IReadOnlyList<(DateOnly, decimal)>)[.. orders[key]]))];
    }

    private static IEnumerable<string> Lines(string path)
    {
        using var stream = File.OpenRead(Path.Combine(RequiredServers.Data(Path.GetDirectoryName(path)!), Path.GetFileName(path)));
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(stream, CompressionMode.Decompress) : stream);
        reader.ReadLine();
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }

    private static List<string> Fields(string line)
    {
        var fields = new List<string>();
        var field = new System.Text.StringBuilder();
        var quoted = false;
        foreach (var letter in line)
        {
            if (letter == '"')
            {
                quoted = !quoted;
            }
            else if (letter == ',' && !quoted)
            {
                fields.Add(field.ToString());
                field.Clear();
            }
            else
            {
                field.Append(letter);
            }
        }

        fields.Add(field.ToString());
        return fields;
    }

    private static decimal Number(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static DateOnly Day(string text) => DateOnly.ParseExact(text[..10], "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
