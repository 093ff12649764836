using System.Globalization;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Care;

/// <summary>The parts of which a question for overdue care is made, for the screen and for the notices alike.</summary>
internal static class OverdueCareSql
{
    /// <summary>The last contact with a row <c>d</c>; null when there was none.</summary>
    public const string Last = "(SELECT MAX(i.at) FROM interaction i WHERE i.counterparty_id = d.id AND i.state = 1)";

    /// <summary>Holds for a row <c>d</c> that a rule speaks of and nobody has contacted in time.</summary>
    public const string IsOverdue = "d.cut > 0 AND NOT EXISTS (SELECT 1 FROM interaction i WHERE i.counterparty_id = d.id AND i.state = 1 AND i.at >= d.cut)";

    /// <summary>
    /// Counterparties that rules speak of, each with <c>cut</c>: the instant since which there must have been a contact, 0 where no rule
    /// holds; and <c>held</c>: a bit for each rule that holds, the one that counts lowest. Takes the parameters of the rules.
    /// </summary>
    /// <param name="rules">At least one.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="condition">On a counterparty <c>c</c>.</param>
    public static string Watched(CareRuleSet rules, DateTimeOffset now, string condition)
    {
        var cut = string.Concat(rules.Rules.Select(r => string.Create(CultureInfo.InvariantCulture, $" WHEN {rules.Condition(r)} THEN {Instant.ToMicroseconds(now.AddDays(-r.EveryDays))}")));
        var held = string.Join(" + ", rules.Rules.Select((r, i) => string.Create(CultureInfo.InvariantCulture, $"CASE WHEN {rules.Condition(r)} THEN {1 << i} ELSE 0 END")));
        return $"""
            SELECT c.id, c.name, c.name_folded, c.manager_login, c.importance, c.stage, c.regularity, CASE{cut} ELSE 0 END AS cut, CAST({held} AS BIGINT) AS held FROM counterparty c
            WHERE {rules.Candidates} AND c.gone_at IS NULL AND c.is_active = TRUE AND {condition}
            """;
    }

    /// <summary>The days of the rule that a cut was made from.</summary>
    public static int Days(long cut, DateTimeOffset now) => (int)Math.Round((now - Instant.FromMicroseconds(cut)).TotalDays);
}
