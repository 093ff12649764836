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

    /// <summary>Counterparties that rules speak of, each with <c>cut</c>: the instant since which there must have been a contact.</summary>
    /// <param name="rules">At least one.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="condition">On a counterparty <c>c</c>.</param>
    public static string Watched(IReadOnlyCollection<CareRule> rules, DateTimeOffset now, string condition)
    {
        var importance = Cut("importance", rules.Where(r => r.Importance is not null).Select(r => (r.Importance!.Value, r.EveryDays)), now);
        var stage = Cut("stage", rules.Where(r => r.Stage is not null).Select(r => (r.Stage!.Value, r.EveryDays)), now);
        return $"""
            SELECT c.id, c.name, c.name_folded, c.manager_login, c.importance, c.stage, c.regularity, CASE WHEN {importance} > {stage} THEN {importance} ELSE {stage} END AS cut FROM counterparty c
            WHERE (c.importance IS NOT NULL OR c.stage IS NOT NULL) AND c.gone_at IS NULL AND c.is_active = TRUE AND {condition}
            """;
    }

    /// <summary>The days of the rule that a cut was made from.</summary>
    public static int Days(long cut, DateTimeOffset now) => (int)Math.Round((now - Instant.FromMicroseconds(cut)).TotalDays);

    /// <summary>0 where no rule holds. Numbers only, so it may stand in the SQL itself.</summary>
    private static string Cut(string column, IEnumerable<(short Value, int Days)> rules, DateTimeOffset now)
    {
        var cases = string.Concat(rules.Select(r => string.Create(CultureInfo.InvariantCulture, $" WHEN {r.Value} THEN {Instant.ToMicroseconds(now.AddDays(-r.Days))}")));
        return cases.Length == 0 ? "0" : $"CASE c.{column}{cases} ELSE 0 END";
    }
}
