using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Calendar;

/// <summary>A column of the control of plans.</summary>
public enum ControlPart
{
    /// <summary>Plans whose time has passed.</summary>
    Overdue,

    /// <summary>Plans of today that are still to come.</summary>
    Today,

    /// <summary>Plans of the six days after.</summary>
    Week,

    /// <summary>Counterparties that were in touch lately and have no next step.</summary>
    Adrift,
}

/// <summary>Where the columns begin and end: one rule for the figures and for the lists behind them. No clock, no database.</summary>
public static class ControlRule
{
    /// <summary>How long a contact keeps its counterparty among those that need a next step.</summary>
    public const int AdriftDays = 90;

    /// <summary>The first instant of the reader's next day, and the first behind the six days from then.</summary>
    public static (DateTimeOffset Tomorrow, DateTimeOffset Horizon) Edges(DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = LocalTime.DayOf(now, zone);
        return (LocalTime.StartOf(today.AddDays(1), zone), LocalTime.StartOf(today.AddDays(7), zone));
    }

    /// <summary>From the first instant, null for the beginning of time, until before the second.</summary>
    public static (DateTimeOffset? From, DateTimeOffset Before) Range(ControlPart part, DateTimeOffset now, TimeZoneInfo zone)
    {
        var (tomorrow, horizon) = Edges(now, zone);
        return part switch
        {
            ControlPart.Overdue => (null, now),
            ControlPart.Today => (now, tomorrow),
            _ => (tomorrow, horizon),
        };
    }
}
