using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Crm.Plugin.Features.Care;

/// <summary>How often customers of a class or a stage are to be contacted. Of two that hold, the stricter one counts.</summary>
public sealed class CareRule
{
    public long Id { get; set; }

    /// <summary>1 = A; null when the rule is for a stage.</summary>
    public short? Importance { get; set; }

    /// <summary>See <see cref="Classification.RelationshipStage"/>; null when the rule is for a class.</summary>
    public short? Stage { get; set; }

    /// <summary>At least every so many days, 1–3650.</summary>
    public int EveryDays { get; set; }

    internal sealed class Configuration : IEntityTypeConfiguration<CareRule>
    {
        public void Configure(EntityTypeBuilder<CareRule> builder) => builder.ToTable("care_rule");
    }
}

/// <summary>A customer whom nobody has contacted for too long.</summary>
/// <param name="LastAt">The last contact; null when there was none.</param>
/// <param name="NextAt">The next planned one; null when there is none.</param>
/// <param name="EveryDays">What the rule asks for.</param>
public sealed record OverdueCare(long Id, string Name, string NameFolded, string? ManagerLogin, short? Importance, short? Stage, short? Regularity, DateTimeOffset? LastAt, DateTimeOffset? NextAt, int EveryDays);

/// <summary>Keeps the rules of care and finds whom they have been broken for, as far as the reader's rights reach.</summary>
internal sealed class CareStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    public const int MostDays = 3_650;

    public const int MostRules = 20;

    public Task<List<CareRule>> RulesAsync(CancellationToken cancellation) => database.Set<CareRule>().OrderBy(r => r.Id).Take(MostRules).ToListAsync(cancellation);

    /// <summary>Puts other rules in place of those that are.</summary>
    public async Task<IReadOnlyList<Refusal>> SaveAsync(InteractionForm form, CancellationToken cancellation)
    {
        var refusals = new List<Refusal>();
        List<CareRule> rules =
        [
            .. Read("importance", [1, 2, 3]).Select(r => new CareRule { Importance = r.Value, EveryDays = r.Days }),
            .. Read("stage", [1, 2, 3, 4]).Select(r => new CareRule { Stage = r.Value, EveryDays = r.Days }),
        ];
        if (refusals.Count > 0)
        {
            return refusals;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await database.Set<CareRule>().ExecuteDeleteAsync(cancellation);
        database.AddRange(rules);
        audit.Note(database, "care.rules", detail: System.Text.Json.JsonSerializer.Serialize(rules.Select(r => new { r.Importance, r.Stage, r.EveryDays })));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return [];

        List<(short Value, int Days)> Read(string name, short[] values)
        {
            var read = new List<(short, int)>();
            foreach (var value in values)
            {
                var field = string.Create(CultureInfo.InvariantCulture, $"{name}{value}");
                var text = form[field].Trim();
                if (text.Length == 0)
                {
                    continue;
                }

                if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var days) && days is >= 1 and <= MostDays)
                {
                    read.Add((value, days));
                }
                else
                {
                    refusals.Add(new(field, CareTexts.BadDays, MostDays));
                }
            }

            return read;
        }
    }

    /// <summary>Whom nobody has contacted for too long, by name.</summary>
    /// <param name="mine">Only the reader's own.</param>
    /// <param name="after">Name and number of the last row of the page before; null from the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<OverdueCare>> OverdueAsync(bool mine, (string Name, long Id)? after, int limit, CancellationToken cancellation)
    {
        var rules = await RulesAsync(cancellation);
        if (rules.Count == 0)
        {
            return [];
        }

        var now = clock.GetUtcNow();
        var scope = user.Rights.ReadScope;
        return await database.ReadAsync(
            $"""
            SELECT d.id, d.name, d.name_folded, d.manager_login, d.importance, d.stage, d.regularity, {OverdueCareSql.Last}, (SELECT MIN(i.at) FROM interaction i WHERE i.counterparty_id = d.id AND i.state = 0), d.cut
            FROM ({OverdueCareSql.Watched(rules, now, $"{Reach.Sql(scope, "c", user)} {(mine ? "AND c.manager_login = @me" : "")} AND (c.name_folded, c.id) > (@name, @id)")}) d
            WHERE {OverdueCareSql.IsOverdue} ORDER BY d.name_folded, d.id LIMIT @limit
            """,
            [("@me", user.Login), ("@name", after?.Name ?? ""), ("@id", after?.Id ?? 0), ("@limit", limit), .. Reach.Parameters(scope, user)],
            row => new OverdueCare(
                row.GetInt64(0), row.GetString(1), row.GetString(2), row.Text(3), row.Short(4), row.Short(5), row.Short(6), row.InstantOrNull(7), row.InstantOrNull(8), OverdueCareSql.Days(row.GetInt64(9), now)), cancellation);
    }
}

/// <summary>Refusals of this slice; shown by the contact log's fields and translated there.</summary>
internal static class CareTexts
{
    public const string BadDays = "Days are a whole number from 1 to {0}.";
}
