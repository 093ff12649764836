namespace Crm.Plugin.Features.Retention;

/// <summary>Words of forecasts on several screens.</summary>
internal static class ForecastShow
{
    /// <summary>Why there is no forecast.</summary>
    public static string Reason(string reason) => reason switch
    {
        "few-customers" => "Fewer than 100 customers have bought: no forecast, only their own rhythm.",
        "few-repeats" => "Fewer than 50 customers have bought twice: no forecast, only their own rhythm.",
        _ => "The purchases do not determine the model: no forecast, only their own rhythm.",
    };

    /// <summary>Whose margin it is.</summary>
    public static string Margin(RetentionReport report) => report.IsMarginKnown ? "the company’s own" : "assumed: no document has a cost";

    /// <summary>One decimal, in the user's language; a dash for what is not known.</summary>
    public static string Number(double? value) => value is { } known ? known.ToString("0.0", System.Globalization.CultureInfo.CurrentCulture) : "–";

    /// <summary>An amount; a dash for what is not known.</summary>
    public static string Money(double? value, string currency) => value is { } known && Math.Abs(known) < 1e15 ? Shell.Show.Money(Math.Round((decimal)known, 2), currency) : "–";
}
