using System.CommandLine;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Classification;

/// <summary>What the command prints, what the file holds, and what the explanation says.</summary>
public sealed class ClassificationAnswerTests(PostgresServer postgres)
{
    private static readonly ClassificationParameters Standard = ClassificationParameters.For(RuleSet.Standard, new(2026, 10, 31));

    [Fact]
    public async Task Classify_Json_HasThePromisedShape()
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.CustomerAsync("a,1", "2026-10-01 90.25", "2026-10-02 0.25");
        await company.CustomerAsync("b", "2026-10-01 9.5");
        await company.CustomerAsync("c");
        var file = Path.GetTempFileName();

        var (code, output, _) = await ClassifyAsync(company, "--as-of", "2026-10-31", "--measure", "revenue", "--json", "--rows", file);

        Assert.Equal(0, code);
        Assert.Equal(
            """{"run":1,"counterparties":3,"revenue":"100","importance":{"A":1,"B":1,"C":0,"none":1},"stage":{"Potential":1,"OneTime":2,"Regular":0,"Lost":0},"regularity":{"X":0,"Y":0,"Z":0},"parameters":{"asOf":"2026-10-31","from":"2025-11-01","fromGiven":false,"rules":"standard","measure":"revenue","regularityMeasure":"revenue","shares":"80/15/5","cut":"ascending","periodicity":"month","periods":12,"seriesFrom":"2025-11-01","seriesTo":"2026-10-31","seriesPeriods":12,"oneTime":"1-2","bands":"25/60","lossAfterDays":180,"lossFactor":"3","currency":null}}""",
            output.Trim());
        Assert.Equal(
            "key,value,share,importance,regularity,stage,cv,orders\r\n\"a,1\",90.5,90.5,A,,OneTime,331.662,2\r\nb,9.5,9.5,B,,OneTime,331.662,1\r\nc,0,0,,,Potential,,0\r\n",
            await File.ReadAllTextAsync(file));
        File.Delete(file);
    }

    [Theory]
    [InlineData(0, "approve", "1")]
    [InlineData(1, "approve", "7")]
    [InlineData(1, "--as-of", "2027-01-01")]
    [InlineData(1, "--as-of", "9999-12-31")]
    [InlineData(1, "--as-of", "0001-01-01")]
    [InlineData(1, "--shares", "80/15/4")]
    [InlineData(1, "--bands", "0-20/30-60/60-")]
    [InlineData(1, "--bands", "0-40/30-60/60-")]
    [InlineData(1, "--periods", "2")]
    [InlineData(1, "--class", "D")]
    [InlineData(1, "--segment", "none of this name")]
    [InlineData(1, "--rows", "/no/such/folder/rows.csv")]
    [InlineData(1, "--rules", "1c-compatible", "--cut", "descending")]
    [InlineData(2, "--rules", "2c")]
    [InlineData(2, "--shares", "80")]
    [InlineData(2, "--as-of", "31.10.2026")]
    [InlineData(2, "--bands", "x")]
    [InlineData(2, "--one-time", "1")]
    [InlineData(2, "approve")]
    public async Task Classify_EachOutcome_HasItsExitCode(int expected, params string[] arguments)
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        await company.RunAsync(Standard);
        var (code, _, error) = await ClassifyAsync(company, arguments);
        Assert.Equal(expected, code);
        Assert.Equal(expected == 1 ? 1 : 0, expected == 2 ? 0 : error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>Data that a class says nothing of: the run is made, and one line of standard error says so.</summary>
    [Theory]
    [InlineData(0, "No sale counts in the period.", "")]
    [InlineData(0, "There is only one to classify: it holds everything, so its class says nothing.", "a 2026-10-01 10")]
    [InlineData(0, "No sale counts in the period.", "a 2026-10-01 10 return", "b 2026-10-02 5 return")]
    [InlineData(0, "All values are equal: everybody is in one class, which says nothing.", "a 2026-10-01 10", "b 2026-10-02 10")]
    [InlineData(0, "The measure sums to zero or less: nobody earned a share of it.", "a 2026-10-01 10", "b 2026-10-02 10 return")]
    [InlineData(1, "The period holds amounts in EUR, USD, and there are no rates to add them by. Choose one currency.", "a 2026-10-01 10", "b 2026-10-02 10 USD")]
    [InlineData(0, "No sale counts in the period.", "a 2026-11-21 10", "b 2026-11-20 5")]
    public async Task Classify_OddData_SaysOneClearLine(int expected, string said, params string[] orders)
    {
        await using var company = await Company.FoundAsync(DatabaseKind.Sqlite, null);
        foreach (var order in orders.Where(o => o.Length > 0))
        {
            await company.CustomerAsync(order[..1], order[2..]);
        }

        var (code, _, error) = await ClassifyAsync(company, "--as-of", "2026-10-31");

        Assert.Equal((expected, said), (code, error.Trim()));
    }

    [Fact]
    public void Parameters_StoredAsJson_AreReadAgain()
    {
        var parameters = ClassificationParameters.For(RuleSet.OneCCompatible, new(2026, 10, 15)) with
        {
            From = new(2026, 1, 2),
            Measure = Measure.GrossProfit,
            RegularityMeasure = Measure.Intervals,
            Periodicity = Periodicity.HalfYear,
            Periods = 4,
            OneTime = new(0, 3),
            Bands = new(new(0, 20), new(20, 50), new(50, 10_000)),
            Loss = new(90, 2.5m),
            Currency = "UAH",
        };
        Assert.Equal(parameters, ClassificationJson.ReadParameters(ClassificationJson.Write(parameters).ToString()));
    }

    // T = 100: 80 accumulates 100 > 20 → A; 15 accumulates 20 → B; 5 → C.
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Explain_MiddleRow_SaysEveryFigure(DatabaseKind kind)
    {
        await using var company = await Company.FoundAsync(kind, postgres);
        await company.CustomerAsync("first", "2026-10-01 80");
        var middle = await company.CustomerAsync("middle", "2026-08-01 3", "2026-09-01 4", "2026-10-01 8");
        await company.CustomerAsync("last", "2026-10-01 5");
        var (run, _) = await company.RunAsync(Standard);

        var why = (await company.Explainer.ExplainAsync(run, middle, Company.Director, CancellationToken.None))!;

        Assert.Equal((0.15m, 0.2m), (why.ShareFraction, why.AccumulatedFraction));
        Assert.Equal(new Neighbour(1, "Name of first", 800_000, ImportanceClass.A), why.Above);
        Assert.Equal(new Neighbour(3, "Name of last", 50_000, ImportanceClass.C), why.Below);
        Assert.Equal(new Classes(ImportanceClass.B, RelationshipStage.Regular, RegularityClass.Z), why.Now);
        Assert.Equal([0, 0, 0, 0, 0, 0, 0, 0, 0, 30_000, 40_000, 80_000], why.Series.Select(p => p.ValueE4));
        Assert.Equal((new DateOnly(2025, 11, 1), new DateOnly(2026, 10, 1)), (why.Series[0].Start, why.Series[^1].Start));
        // √(12·89 − 225)/15 = 193.6%
        Assert.Equal(193.563m, why.VariationPercent);
        Assert.Equal((30, 180, 3, StageReason.AboveOneTimeBand), (why.SilentDays, why.Subject.Row.LossAfterDays, why.Subject.Row.Purchases, why.Subject.Row.Reason));
        Assert.Equal((Movement.New, Movement.New, false), (why.ImportanceMovement, why.StageMovement, why.HasMirrorChanged));

        await company.OrderAsync(middle, "2026-10-02 1");
        Assert.True((await company.Explainer.ExplainAsync(run, middle, Company.Director, CancellationToken.None))!.HasMirrorChanged);
    }

    private static async Task<(int Code, string Output, string Error)> ClassifyAsync(Company company, params string[] arguments)
    {
        var root = new RootCommand { ClassifyCommand.Create((_, _) => Task.FromResult(company.Services)) };
        var result = root.Parse(["classify", .. arguments]);
        if (result.Errors.Count > 0)
        {
            return (2, "", string.Join('\n', result.Errors.Select(e => e.Message)));
        }

        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await result.InvokeAsync(new() { Output = output, Error = error, EnableDefaultExceptionHandler = false });
        return (code, output.ToString(), error.ToString());
    }
}
