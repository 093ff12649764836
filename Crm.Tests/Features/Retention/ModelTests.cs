using System.Globalization;
using Crm.Plugin.Features.Retention;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Features.Retention;

/// <summary>
/// The tenth of the CDNOW cohort that the papers use: parameters of Fader, Hardie &amp; Lee 2005, table 2, and Fader &amp; Hardie 2013; the
/// log-likelihoods as computed independently (SOURCES.md beside the data).
/// </summary>
public sealed class ModelTests
{
    private static readonly BgNbdModel Published = new(0.243, 4.414, 0.793, 2.426);

    [Fact]
    public void FitBgNbd_Cdnow_GivesThePublishedParameters()
    {
        var fitted = MaximumLikelihood.FitBgNbd(CdnowSample.Calibration())!;
        Assert.Equal(0.243, fitted.Model.R, 3);
        Assert.Equal(4.41, fitted.Model.Alpha, 2);
        Assert.Equal(0.793, fitted.Model.A, 3);
        Assert.Equal(2.43, fitted.Model.B, 2);
        Assert.Equal(-9582.4, fitted.LogLikelihood, 1);
    }

    [Fact]
    public void FitGammaGamma_Cdnow_GivesThePublishedParameters()
    {
        var fitted = MaximumLikelihood.FitGammaGamma(CdnowSample.Calibration())!;
        Assert.Equal(6.25, fitted.Model.P, 2);
        Assert.Equal(3.74, fitted.Model.Q, 2);
        Assert.Equal(15.44, fitted.Model.Gamma, 2);
        Assert.Equal(-4055.9, fitted.LogLikelihood, 1);
    }

    // The worked example of the paper's spreadsheet note: x = 2, t_x = 30.43, T = 38.86 buys 1.2260 times in the next 39 weeks.
    [Fact]
    public void ExpectedPurchases_PublishedExample_IsTheirs() =>
        Assert.Equal(1.226, Published.ExpectedPurchases(new(2, 30.43, 38.86, 0), 39), 3);

    // 1 / (1 + 0.793/(2.426+1) · ((4.414+38.86)/(4.414+30.43))^2.243) = 1 / (1 + 0.23146 · 1.62593)
    [Fact]
    public void ProbabilityAlive_Repeater_FollowsTheFormula() => Assert.Equal(0.7266, Published.ProbabilityAlive(new(2, 30.43, 38.86, 0)), 3);

    [Fact]
    public void ProbabilityAlive_WithoutARepeat_IsOne() => Assert.Equal(1, Published.ProbabilityAlive(new(0, 0, 20, 0)));

    // Published conditional expectations: nobody → 15.44·6.25/2.74 = 35.2; one repeat of 100 → weight 6.25/8.99.
    [Theory]
    [InlineData(0, 0, 35.219)]
    [InlineData(1, 100, 80.256)]
    public void ExpectedValue_IsDrawnTowardsTheMeanOfAll(int repeats, double mean, double expected) =>
        Assert.Equal(expected, new GammaGammaModel(6.25, 3.74, 15.44).ExpectedValue(new(repeats, 1, 2, mean)), 2);

    // ₂F₁(1,1;2;z) = −ln(1−z)/z
    [Fact]
    public void Hypergeometric_KnownCase_IsALogarithm() => Assert.Equal(-Math.Log(0.5) / 0.5, BgNbdModel.Hypergeometric(1, 1, 2, 0.5), 10);

    [Fact]
    public void Fit_CustomersWhoAllDidTheSame_FindsNothingOrSomethingFinite()
    {
        PurchaseSummary[] same = [.. Enumerable.Repeat(new PurchaseSummary(0, 0, 10, 0), 50)];
        Assert.Null(MaximumLikelihood.FitGammaGamma(same));
        var fitted = MaximumLikelihood.FitBgNbd(same);
        Assert.True(fitted is null || double.IsFinite(fitted.LogLikelihood));
    }
}

/// <summary>The published sample: purchase days of 2,357 customers.</summary>
internal static class CdnowSample
{
    public static readonly int CalibrationEnd = new DateOnly(1997, 9, 30).DayNumber;

    public static IReadOnlyList<(List<int> Days, List<double> Values)> Customers()
    {
        var path = Path.Combine(Environment.GetEnvironmentVariable("CRM_TEST_DATA") ?? Path.Combine(Architecture.Repository.PathOf(), "..", "shared", "data"), "cdnow", "CDNOW_sample.txt");
        if (!File.Exists(path))
        {
            RequiredServers.Absent("cdnow/CDNOW_sample.txt is not in the data folder beside the repository (../shared/data, or CRM_TEST_DATA).");
        }

        var customers = new SortedDictionary<string, SortedDictionary<int, double>>(StringComparer.Ordinal);
        foreach (var line in File.ReadLines(path))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var day = DateOnly.ParseExact(fields[2], "yyyyMMdd", CultureInfo.InvariantCulture).DayNumber;
            var days = customers.TryGetValue(fields[1], out var known) ? known : customers[fields[1]] = [];
            days[day] = days.GetValueOrDefault(day) + double.Parse(fields[4], CultureInfo.InvariantCulture);
        }

        return [.. customers.Values.Select(c => (c.Keys.ToList(), c.Values.ToList()))];
    }

    public static IReadOnlyList<PurchaseSummary> Calibration() =>
    [
        .. Customers().Select(c =>
        {
            var count = c.Days.Count(d => d <= CalibrationEnd);
            return PurchaseSummary.Of(c.Days.Take(count).ToArray(), c.Values.Take(count).ToArray(), CalibrationEnd);
        }),
    ];
}
