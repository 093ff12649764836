using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Caching.Memory;

namespace Crm.Plugin.Features.Care;

/// <summary>A customer whom nobody has contacted for too long.</summary>
/// <param name="LastAt">The last contact; null when there was none.</param>
/// <param name="NextAt">The next planned one; null when there is none.</param>
/// <param name="Rules">Those that hold, the strictest first: that one counts. Never empty.</param>
public sealed record OverdueCare(long Id, string Name, string NameFolded, string? ManagerLogin, short? Importance, short? Stage, short? Regularity, DateTimeOffset? LastAt, DateTimeOffset? NextAt, IReadOnlyList<CareRule> Rules)
{
    /// <summary>What the rule that counts asks for.</summary>
    public int EveryDays => Rules[0].EveryDays;
}

/// <summary>What the rules of care ask for one counterparty.</summary>
/// <param name="LastAt">The last contact; null when there was none.</param>
/// <param name="NextAt">The next planned one; null when there is none.</param>
/// <param name="Rules">Those that hold, the strictest first: that one counts. Never empty.</param>
public sealed record CounterpartyCare(long Id, string? ManagerLogin, DateTimeOffset? LastAt, DateTimeOffset? NextAt, IReadOnlyList<CareRule> Rules)
{
    /// <summary>What the rule that counts asks for.</summary>
    public int EveryDays => Rules[0].EveryDays;
}

/// <summary>Finds for whom the rules of care have been broken, as far as the reader's rights reach.</summary>
internal sealed class CareStore(CrmDbContext database, CurrentUser user, IMemoryCache memory, TimeProvider clock)
{
    /// <summary>Whom nobody has contacted for too long, by name.</summary>
    /// <param name="mine">Only the reader's own.</param>
    /// <param name="after">Name and number of the last row of the page before; null from the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<OverdueCare>> OverdueAsync(bool mine, (string Name, long Id)? after, int limit, CancellationToken cancellation)
    {
        var rules = await CareRuleSet.ReadAsync(database, memory, cancellation);
        if (rules.Rules.Count == 0)
        {
            return [];
        }

        var now = clock.GetUtcNow();
        var scope = user.Rights.ReadScope;
        return await database.ReadAsync(
            $"""
            SELECT d.id, d.name, d.name_folded, d.manager_login, d.importance, d.stage, d.regularity, {OverdueCareSql.Last}, (SELECT MIN(i.at) FROM interaction i WHERE i.counterparty_id = d.id AND i.state = 0), d.held
            FROM ({OverdueCareSql.Watched(rules, now, $"{Reach.Sql(scope, "c", user)} {(mine ? "AND c.manager_login = @me" : "")} AND (c.name_folded, c.id) > (@name, @id)")}) d
            WHERE {OverdueCareSql.IsOverdue} ORDER BY d.name_folded, d.id LIMIT @limit
            """,
            [("@me", user.Login), ("@name", after?.Name ?? ""), ("@id", after?.Id ?? 0), ("@limit", limit), .. rules.Parameters, .. Reach.Parameters(scope, user)],
            row => new OverdueCare(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.Text(3), row.Short(4), row.Short(5), row.Short(6), row.InstantOrNull(7), row.InstantOrNull(8), rules.Of(row.GetInt64(9))), cancellation);
    }

    /// <summary>What holds for one counterparty; null when no rule does, or it is not within reach.</summary>
    public async Task<CounterpartyCare?> OfAsync(long counterpartyId, CancellationToken cancellation)
    {
        var rules = await CareRuleSet.ReadAsync(database, memory, cancellation);
        if (rules.Rules.Count == 0)
        {
            return null;
        }

        var scope = user.Rights.ReadScope;
        var found = await database.ReadAsync(
            $"""
            SELECT d.id, d.manager_login, {OverdueCareSql.Last}, (SELECT MIN(i.at) FROM interaction i WHERE i.counterparty_id = d.id AND i.state = 0), d.held
            FROM ({OverdueCareSql.Watched(rules, clock.GetUtcNow(), $"c.id = @id AND {Reach.Sql(scope, "c", user)}")}) d WHERE d.cut > 0
            """,
            [("@id", counterpartyId), .. rules.Parameters, .. Reach.Parameters(scope, user)],
            row => new CounterpartyCare(row.GetInt64(0), row.Text(1), row.InstantOrNull(2), row.InstantOrNull(3), rules.Of(row.GetInt64(4))), cancellation);
        return found is [var care] ? care : null;
    }
}
