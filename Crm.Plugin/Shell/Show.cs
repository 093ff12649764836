using System.Globalization;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Shell;

/// <summary>Values as the user's language and time zone write them.</summary>
public sealed class Show(Security.CurrentUser user, TimeProvider clock)
{
    private readonly TimeZoneInfo zone = user.Zone;

    /// <summary>Today in the user's zone.</summary>
    public DateOnly Today => DateOnly.FromDateTime(Local(clock.GetUtcNow()));

    /// <summary>Wall clock of the user.</summary>
    public DateTime Local(DateTimeOffset instant) => TimeZoneInfo.ConvertTime(instant, zone).DateTime;

    /// <summary>22.11.2026.</summary>
    public string Day(DateOnly? day) => day?.ToString("d", CultureInfo.CurrentCulture) ?? "";

    /// <summary>22.11.2026 10:42.</summary>
    public string Moment(DateTimeOffset? instant) => instant is { } at ? Local(at).ToString("g", CultureInfo.CurrentCulture) : "";

    /// <summary>10:42 when it was today, else day and time.</summary>
    public string ShortMoment(DateTimeOffset? instant) =>
        instant is not { } at ? "" : DateOnly.FromDateTime(Local(at)) == Today ? Local(at).ToString("t", CultureInfo.CurrentCulture) : Moment(at);

    /// <summary>1 234 567,89 €: two decimals, more where the amount has more.</summary>
    public static string Money(long amountE4, string currency) => Money(Amount.FromE4(amountE4), currency);

    /// <inheritdoc cref="Money(long, string)"/>
    public static string Money(decimal amount, string currency)
    {
        var number = amount.ToString(decimal.Round(amount, 2) == amount ? "N2" : "#,##0.00##", CultureInfo.CurrentCulture);
        var sign = currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", "RUB" => "₽", "UAH" => "₴", _ => currency };
        return sign.Length == 0 ? number : $"{number}\u00a0{sign}";
    }

    /// <summary>1 234 567.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.CurrentCulture);

    /// <summary>A fraction of 0–1 as 12,3 %.</summary>
    public static string Percent(double fraction) => fraction.ToString("P1", CultureInfo.CurrentCulture);
}
