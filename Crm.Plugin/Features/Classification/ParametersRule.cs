namespace Crm.Plugin.Features.Classification;

/// <summary>Finds what is wrong with parameters before anything is read. No clock, no database.</summary>
public static class ParametersRule
{
    /// <summary>Fewer whole periods than this say nothing about regularity.</summary>
    public const int FewestPeriods = 3;

    /// <summary>From here on the coefficient of variation settles down.</summary>
    public const int EnoughPeriods = 6;

    /// <summary>A series longer than this is a mistake in the period.</summary>
    public const int MostPeriods = 1100;

    /// <summary>Why a run with these parameters is refused; empty when it is not.</summary>
    /// <param name="parameters">What is asked.</param>
    /// <param name="today">The day of the clock: a run looks back, never ahead.</param>
    public static IReadOnlyList<ClassificationProblem> Refusals(ClassificationParameters parameters, DateOnly today)
    {
        var found = new List<ClassificationProblem>();
        if (!parameters.Shares.AreWhole)
        {
            found.Add(ClassificationProblem.Of("classification.shares-sum", "The shares of A, B and C must not be negative and must sum to 100; {0} does not.", parameters.Shares));
        }

        if (parameters.Measure == Measure.Intervals)
        {
            found.Add(ClassificationProblem.Of("classification.measure-intervals", "Intervals measure regularity only: choose another measure for importance."));
        }

        if (parameters.AsOf > today)
        {
            found.Add(ClassificationProblem.Of("classification.future", "The day of the run, {0}, lies in the future.", Text(parameters.AsOf)));
        }

        if (parameters.From > parameters.AsOf)
        {
            found.Add(ClassificationProblem.Of("classification.period-order", "The period begins on {0}, after its end on {1}.", Text(parameters.From.Value), Text(parameters.AsOf)));
        }

        if (parameters.OneTime.From < 0 || parameters.OneTime.To < parameters.OneTime.From || (parameters.Rules == RuleSet.Standard && parameters.OneTime.From < 1))
        {
            found.Add(ClassificationProblem.Of("classification.one-time-band", "The band of one-time purchases, {0}, must begin at 1 or more and not end before it begins.", parameters.OneTime));
        }

        if (parameters.Loss.AfterDays < 1 || parameters.Loss.Factor < 0)
        {
            found.Add(ClassificationProblem.Of("classification.loss-rule", "A customer is lost after at least 1 day and a factor of 0 or more; {0} and {1} are not.", parameters.Loss.AfterDays, parameters.Loss.Factor));
        }

        if (parameters.Measure == Measure.Weighted && !parameters.Weights.AreUsable)
        {
            found.Add(ClassificationProblem.Of("classification.weights", "The weights, {0}, must not be negative, and one must be more than 0.", parameters.Weights));
        }

        if (parameters.Regularity == Measure.Weighted)
        {
            found.Add(ClassificationProblem.Of("classification.regularity-weighted", "Regularity is measured by one measure: choose which."));
        }

        if (parameters.Population is (Population.Suppliers or Population.Products) && UsesGrossProfit(parameters))
        {
            found.Add(ClassificationProblem.Of("classification.no-gross-profit", "Gross profit is known of orders only: suppliers and products cannot be ranked by it."));
        }

        if (parameters.IsFiltered && parameters.Population is (Population.Managers or Population.Products))
        {
            found.Add(ClassificationProblem.Of("classification.no-segment", "Only customers and suppliers have a manager and a city to choose by."));
        }

        if (parameters.Segment.UnknownWords is { Count: > 0 } words)
        {
            found.Add(ClassificationProblem.Of("classification.segment-words", "{0}: a class is A, B, C or none, a stage is potential, one-time, regular, lost or none.", string.Join(", ", words)));
        }

        found.AddRange(RulesOf(parameters, today));
        return found;
    }

    /// <summary>What the author should know although the run goes on; empty when nothing.</summary>
    public static IReadOnlyList<ClassificationProblem> Warnings(ClassificationParameters parameters) =>
        parameters.Window.Divisor < EnoughPeriods
            ? [ClassificationProblem.Of("classification.few-periods", "{0} periods say little about regularity; {1} or more are better.", parameters.Window.Divisor, EnoughPeriods)]
            : [];

    private static bool UsesGrossProfit(ClassificationParameters parameters) =>
        parameters.Measure == Measure.GrossProfit || parameters.Regularity == Measure.GrossProfit || (parameters.Measure == Measure.Weighted && parameters.Weights.GrossProfit > 0);

    private static IEnumerable<ClassificationProblem> RulesOf(ClassificationParameters parameters, DateOnly today)
    {
        if (parameters.Rules == RuleSet.OneCCompatible && parameters.Cut == ImportanceCut.Descending)
        {
            yield return ClassificationProblem.Of("classification.cut", "The 1C-compatible rules know only the ascending cut.");
        }

        if (parameters.Rules == RuleSet.Standard && !parameters.Bands.CoverEverything)
        {
            yield return ClassificationProblem.Of("classification.bands", "The bands of X, Y and Z, {0}, must follow each other from 0 without gap or overlap, and the last must have no end.", parameters.Bands);
        }

        if (parameters.Periods < 1 || parameters.Periods > MostPeriods)
        {
            yield return ClassificationProblem.Of("classification.periods", "The number of periods must be between 1 and {0}; {1} is not.", MostPeriods, parameters.Periods);
            yield break;
        }

        if (IsOutsideCalendar(parameters))
        {
            if (parameters.AsOf <= today) // what lies ahead was told already
            {
                yield return ClassificationProblem.Of("classification.calendar", "The period reaches back before the calendar begins.");
            }

            yield break;
        }

        var window = parameters.Window;
        if (parameters.Rules == RuleSet.Standard && window.Buckets < FewestPeriods)
        {
            yield return ClassificationProblem.Of("classification.too-few-periods", "Regularity needs at least {0} whole periods; there are {1}. Begin earlier or take shorter periods.", FewestPeriods, window.Buckets);
        }
        else if (window.Buckets > MostPeriods)
        {
            yield return ClassificationProblem.Of("classification.periods", "The number of periods must be between 1 and {0}; {1} is not.", MostPeriods, window.Buckets);
        }
    }

    private static bool IsOutsideCalendar(ClassificationParameters parameters)
    {
        const int LongestPeriodDays = 366;
        const int Margin = 2;
        var earliest = parameters.From ?? parameters.AsOf;
        return earliest.DayNumber < LongestPeriodDays * Margin || parameters.AsOf.DayNumber < (long)LongestPeriodDays * (parameters.Periods + Margin)
            || parameters.AsOf.DayNumber > DateOnly.MaxValue.DayNumber - (LongestPeriodDays * Margin);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
