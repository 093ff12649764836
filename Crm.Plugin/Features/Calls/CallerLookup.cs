using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Calls;

/// <summary>Somebody who may be calling.</summary>
/// <param name="CounterpartyId">Whose number it is, or for whom the person speaks whose it is.</param>
/// <param name="Name">Of the counterparty.</param>
/// <param name="PersonId">The contact person of the ERP whose number it is.</param>
/// <param name="PersonName">Their name.</param>
/// <param name="Position">Their job.</param>
/// <param name="Typed">The number as it is kept.</param>
/// <param name="Likeness">See <see cref="CallRule.Likeness"/>.</param>
/// <param name="Importance">A = 1.</param>
/// <param name="Stage">See <see cref="RelationshipStage"/>.</param>
/// <param name="Regularity">X = 1.</param>
/// <param name="CardId">The CRM's own contact person whose number it is, or one of the ERP's who also speaks for this counterparty.</param>
public sealed record Caller(
    long CounterpartyId, string Name, long? PersonId, string? PersonName, string? Position, string Typed, int Likeness,
    short? Importance = null, short? Stage = null, short? Regularity = null, long? CardId = null)
{
    /// <summary>No ERP has them yet.</summary>
    public bool IsProspect { get; init; }

    /// <summary>They no longer work there.</summary>
    internal bool HasLeft { get; init; }

    /// <summary>The person as forms name one: the CRM's own with a minus before the number; "" for none.</summary>
    public string PersonField => (PersonId ?? -CardId)?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
}

/// <summary>Finds whose number it is, among those whom the user may read, at every counterparty that the person serves: two ranges of the index of number endings and one of the CRM's own.</summary>
internal sealed class CallerLookup(CrmDbContext database, CurrentUser user, Shell.Show show)
{
    private const int Most = 200;

    /// <summary>The likeliest callers; of a sure match and a doubtful one, only the sure.</summary>
    /// <param name="typed">In any spelling.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<Caller>> FindAsync(string typed, CancellationToken cancellation)
    {
        var digits = PhoneDigits.Normalise(typed);
        if (digits.Length < PhoneDigits.ShortestFragment)
        {
            return [];
        }

        // The few entries of the index are taken first, whatever the database thinks of its sizes: SQLite keeps to the order of a cross join.
        var (low, high) = CallRule.Ending(digits);
        var scope = user.Rights.ReadScope;
        var found = await database.ReadSeveralAsync(
            $"""
            SELECT c.id, c.name, p.person_id, n.name, n.position, p.typed, p.digits, c.importance, c.stage, c.regularity, c.connection_id, NULL, 0
            FROM (SELECT {PhoneFragment.PhoneId} AS phone_id FROM phone_fragment f WHERE f.entry >= @low AND f.entry < @high LIMIT {Most}) e
            CROSS JOIN phone p JOIN counterparty c ON c.id = p.counterparty_id
            LEFT JOIN contact_person n ON n.id = p.person_id
            WHERE p.id = e.phone_id AND p.is_own = FALSE AND {MechanismNotes.IsGoodSql} AND c.gone_at IS NULL AND {Reach.Sql(scope, "c", user)};
            SELECT c.id, c.name, NULL, n.name, COALESCE(w.position, n.position), p.typed, p.digits, c.importance, c.stage, c.regularity, c.connection_id, k.id, CASE WHEN w.left_on <= @today THEN 1 ELSE 0 END
            FROM (SELECT {PhoneFragment.PhoneId} AS phone_id FROM phone_fragment f WHERE f.entry >= @low AND f.entry < @high LIMIT {Most}) e
            CROSS JOIN phone p JOIN contact_person n ON n.id = p.person_id JOIN person_card k ON k.contact_person_id = n.id
            JOIN person_place w ON w.person_card_id = k.id AND w.counterparty_id <> p.counterparty_id JOIN counterparty c ON c.id = w.counterparty_id
            WHERE p.id = e.phone_id AND p.is_own = FALSE AND {MechanismNotes.IsGoodSql} AND c.gone_at IS NULL AND {Reach.Sql(scope, "c", user)} LIMIT {Most};
            SELECT c.id, c.name, m.person_id, m.name, m.position, m.value, m.normal, c.importance, c.stage, c.regularity, c.connection_id, m.card_id, m.has_left
            FROM ({MechanismOwners.Sql("o.tail = @tail")}) m CROSS JOIN counterparty c
            WHERE c.id = m.counterparty_id AND c.gone_at IS NULL AND {Reach.Sql(scope, "c", user)} LIMIT {Most}
            """,
            [("@low", low), ("@high", high), ("@tail", CallRule.Tail(digits) ?? "-"), ("@today", show.Today.DayNumber), .. Reach.Parameters(scope, user)],
            row => Read(row, digits), cancellation);
        var callers = found.SelectMany(f => f).Where(c => c.Likeness > 0).ToList();
        callers.RemoveAll(c => c.HasLeft && callers.Exists(o => !o.HasLeft));
        var surest = callers.Count == 0 ? 0 : callers.Max(c => c.Likeness);
        return [.. callers.Where(c => c.Likeness == surest)
            .DistinctBy(c => (c.CounterpartyId, c.PersonId ?? (object?)c.PersonName))
            .OrderBy(c => c.Importance ?? 9).ThenBy(c => c.Name, StringComparer.CurrentCulture).ThenBy(c => c.PersonName, StringComparer.CurrentCulture).Take(20)];
    }

    private static Caller Read(System.Data.Common.DbDataReader row, string digits)
    {
        var likeness = CallRule.Likeness(row.GetString(6), digits);
        return new(row.GetInt64(0), row.GetString(1), row.Long(2), row.Text(3), row.Text(4), row.GetString(5), likeness, row.Short(7), row.Short(8), row.Short(9), row.Long(11))
        {
            IsProspect = row.GetInt32(10) == CounterpartyRecord.ProspectConnection, HasLeft = row.GetInt32(12) == 1,
        };
    }
}
