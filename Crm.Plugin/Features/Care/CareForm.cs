using System.Globalization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Features.Care;

/// <summary>Reads the form of the rules. No clock, no database.</summary>
internal static class CareForm
{
    /// <summary>The segment that gets a rule, and its days.</summary>
    public const string NewSegment = "newSegment";

    public const string NewDays = "newDays";

    private static readonly (string Name, short[] Values, Func<short, int, CareRule> Make)[] Kinds =
    [
        ("importance", [1, 2, 3], (value, days) => new() { Importance = value, EveryDays = days }),
        ("stage", [1, 2, 3, 4], (value, days) => new() { Stage = value, EveryDays = days }),
        ("regularity", [1, 2, 3], (value, days) => new() { Regularity = value, EveryDays = days }),
    ];

    /// <summary>The rules that were typed; a field left empty is no rule.</summary>
    /// <param name="form">As sent.</param>
    /// <param name="segments">Numbers of the segments that there are.</param>
    public static (IReadOnlyList<CareRule> Rules, IReadOnlyList<Refusal> Refusals) Read(InteractionForm form, IReadOnlyCollection<long> segments)
    {
        var (rules, refusals) = (new List<CareRule>(), new List<Refusal>());
        foreach (var (name, values, make) in Kinds)
        {
            foreach (var value in values)
            {
                if (Days(form, string.Create(CultureInfo.InvariantCulture, $"{name}{value}"), refusals) is { } days)
                {
                    rules.Add(make(value, days));
                }
            }
        }

        var ofSegments = new Dictionary<long, int>();
        foreach (var id in segments)
        {
            if (Days(form, string.Create(CultureInfo.InvariantCulture, $"segment{id}"), refusals) is { } days)
            {
                ofSegments[id] = days;
            }
        }

        var chosen = form[NewSegment].Trim();
        if (Days(form, NewDays, refusals) is { } newDays)
        {
            if (long.TryParse(chosen, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && segments.Contains(id))
            {
                ofSegments[id] = newDays;
            }
            else
            {
                refusals.Add(new(NewSegment, CareTexts.NoSegment));
            }
        }
        else if (chosen.Length > 0 && form[NewDays].Trim().Length == 0)
        {
            refusals.Add(new(NewDays, CareTexts.BadDays, CareRules.MostDays));
        }

        if (ofSegments.Count > CareRuleSet.MostSegments)
        {
            refusals.Add(new(NewSegment, CareTexts.TooManySegments, CareRuleSet.MostSegments));
        }

        rules.AddRange(ofSegments.OrderBy(s => s.Key).Select(s => new CareRule { SegmentId = s.Key, EveryDays = s.Value }));
        return (rules, refusals);
    }

    private static int? Days(InteractionForm form, string field, List<Refusal> refusals)
    {
        var text = form[field].Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= CareRules.MostDays)
        {
            return days;
        }

        refusals.Add(new(field, CareTexts.BadDays, CareRules.MostDays));
        return null;
    }
}

/// <summary>Refusals of this slice; shown by the contact log's fields and translated there.</summary>
internal static class CareTexts
{
    public const string BadDays = "Days are a whole number from 1 to {0}.";
    public const string NoSegment = "Choose a segment.";
    public const string TooManySegments = "At most {0} segments have a rule.";
}
