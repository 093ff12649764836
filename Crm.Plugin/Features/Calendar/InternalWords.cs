using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Calendar;

/// <summary>English texts of internal plans, the keys of their translations, and their icons.</summary>
public static class InternalWords
{
    public static string Of(InternalKind kind) => kind switch
    {
        InternalKind.Meeting => "Internal meeting",
        InternalKind.Task => "Own task",
        InternalKind.Holiday => "Holiday",
        InternalKind.Illness => "Illness",
        _ => "Business trip",
    };

    /// <summary>Name of a Tabler icon.</summary>
    public static string Icon(InternalLine line) => line.IsHidden ? "lock" : line.Plan.Kind switch
    {
        InternalKind.Meeting => "users-group",
        InternalKind.Task => "checkbox",
        InternalKind.Holiday => "beach",
        InternalKind.Illness => "thermometer",
        _ => "plane",
    };

    /// <summary>What it is called: nothing but busy or away for whoever may not know more.</summary>
    public static string Title(InternalLine line, IStringLocalizer texts) =>
        line.IsHidden ? texts[line.Plan.IsAbsence ? "Away" : "Busy"]
        : line.Plan.Subject is { } subject ? line.Plan.IsAbsence ? $"{texts[Of(line.Plan.Kind)].Value}: {subject}" : subject
        : texts[Of(line.Plan.Kind)];
}
