using Crm.Plugin.Features.Classification;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>What every statement of the list has in common: the filter as SQL over a counterparty <c>c</c>, and its parameters.</summary>
internal sealed class CounterpartyQuery(DatabaseOptions options, CurrentUser user)
{
    /// <summary>Whether a folded name holds every word.</summary>
    /// <param name="words">Travel as @word0, @word1 …</param>
    /// <param name="alias">Of the table that has the name.</param>
    public string Contains(IReadOnlyList<string> words, string alias = "c") => SearchWords.InName(options.Kind == DatabaseKind.Sqlite, words, alias);

    /// <summary>The right and the filter, without the words.</summary>
    public string Conditions(CounterpartyFilter filter, Scope reach) => string.Join(" AND ", new[]
    {
        Reach.Sql(reach, "c", user),
        filter.Inactive ? "1 = 1" : "c.gone_at IS NULL AND c.is_active = TRUE",
        filter.Role is { } role ? $"(c.roles & {(int)role}) <> 0" : "1 = 1", // a number, not a parameter: suppliers have an index
        filter.Manager switch { null => "1 = 1", "-" => "c.manager_login IS NULL", _ => "c.manager_login = @manager" },
        filter.Importance switch { null => "1 = 1", 0 => "c.importance IS NULL", _ => "c.importance = @importance" },
        filter.Stage switch { null => "1 = 1", 0 => "c.stage IS NULL", _ => "c.stage = @stage" },
        filter.IsLikelyLost ? "c.id IN (SELECT l.counterparty_id FROM likely_loss l)" : "1 = 1",
        filter.IsProspect switch { null => "1 = 1", true => $"c.connection_id = {CounterpartyRecord.ProspectConnection}", false => $"c.connection_id <> {CounterpartyRecord.ProspectConnection}" },
        filter.Chosen?.Sql ?? "1 = 1",
    });

    /// <summary>Of all of these, and of the cursor.</summary>
    public IEnumerable<(string, object?)> Parameters(CounterpartyFilter filter, ListCursor cursor, int limit)
    {
        var words = filter.Words;
        return
        [
            ("@name", cursor.NameFolded), ("@id", cursor.Id), ("@limit", limit), .. Reach.Parameters(Scope.Team, user),
            ("@manager", filter.Manager ?? ""), ("@importance", filter.Importance ?? 0), ("@stage", filter.Stage ?? 0),
            .. words.Select((w, i) => ($"@word{i}", (object?)w)),
            .. SearchWords.LikeParameters(words), .. filter.Chosen?.Parameters ?? [],
        ];
    }
}
