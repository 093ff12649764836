namespace Crm.Plugin.Features.Counterparties;

/// <summary>Conditions that the words of a search become; parameters are named after the place of the word.</summary>
internal static class SearchWords
{
    /// <summary>Whether a folded name holds every word.</summary>
    public static string InName(bool sqlite, IReadOnlyList<string> words, string alias) =>
        words.Count == 0 ? "1 = 1" : string.Join(" AND ", words.Select((_, i) => sqlite ? $"instr({alias}.name_folded, @word{i}) > 0" : $"strpos({alias}.name_folded, @word{i}) > 0"));

    /// <summary>Words that SQLite's index of three letters cannot be asked for, looked for in what it was made of.</summary>
    public static string Short(IReadOnlyList<string> words) => string.Join(" AND ", words.Select((w, i) => w.Length >= 3 ? "1 = 1" :
        $"""
        instr(lower(c.name_folded || ' ' || COALESCE(c.code, '') || ' ' || COALESCE(c.tax_id, '') || ' ' || c.mechanisms || ' '
            || COALESCE((SELECT group_concat(p.name_folded, ' ') FROM contact_person p WHERE p.counterparty_id = c.id), '') || ' '
            || COALESCE((SELECT group_concat(k.name_folded, ' ') FROM person_place p JOIN person_card k ON k.id = p.person_card_id WHERE p.counterparty_id = c.id), '')), @word{i}) > 0
        """));

    /// <summary>Whether a text of PostgreSQL holds every word.</summary>
    public static string Likes(string column, IReadOnlyList<string> words) => string.Join(" AND ", words.Select((_, i) => $"{column} LIKE @like{i}"));

    /// <summary>What <see cref="Likes"/> names.</summary>
    public static IEnumerable<(string, object?)> LikeParameters(IReadOnlyList<string> words) =>
        words.Select((w, i) => ($"@like{i}", (object?)$"%{w.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%"));

    /// <summary>An FTS5 expression; words under three letters cannot be asked of a trigram index and are left to the name check.</summary>
    public static string Match(IReadOnlyList<string> words, string? column) => string.Join(" AND ", words.Where(w => w.Length >= 3)
        .Select(w => (column is null ? "" : column + " : ") + '"' + w.Replace("\"", "\"\"", StringComparison.Ordinal) + '"'));
}
