using Crm.Contracts;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.People;

/// <summary>Whose an address or a number that was typed here is, at one of the counterparties that the person serves.</summary>
/// <param name="CounterpartyId">Where.</param>
/// <param name="PersonId">The ERP's person of that counterparty; null with <paramref name="CardId"/> for the counterparty itself.</param>
/// <param name="CardId">The CRM's own person, or one of the ERP's who also speaks for this counterparty.</param>
/// <param name="Value">As typed.</param>
/// <param name="HasLeft">They no longer work there.</param>
public sealed record MechanismOwner(long CounterpartyId, long? PersonId, long? CardId, string Value, bool HasLeft);

/// <summary>Finds who has what was typed here. A person's numbers and addresses go with them to every counterparty that they speak for.</summary>
internal static class MechanismOwners
{
    private const int Most = 200;

    /// <summary>
    /// Rows of <c>counterparty_id, person_id, card_id, name, position, value, normal, has_left</c>: of the counterparty itself, of the ERP's
    /// person at their counterparty, of a person at each other one. Takes the parameter @today.
    /// </summary>
    /// <param name="condition">On <c>own_mechanism o</c>, answered by an index.</param>
    public static string Sql(string condition) =>
        $"""
        WITH m AS (
            SELECT o.counterparty_id, o.value, o.normal, COALESCE(o.contact_person_id, (SELECT k.contact_person_id FROM person_card k WHERE k.id = o.card_id)) AS person_id,
                COALESCE(o.card_id, (SELECT k.id FROM person_card k WHERE k.contact_person_id = o.contact_person_id)) AS card_id
            FROM own_mechanism o WHERE {condition} AND (o.valid_from IS NULL OR o.valid_from <= @today) AND (o.valid_to IS NULL OR o.valid_to >= @today) LIMIT {Most})
        SELECT m.counterparty_id, CAST(NULL AS BIGINT) AS person_id, CAST(NULL AS BIGINT) AS card_id, CAST(NULL AS TEXT) AS name, CAST(NULL AS TEXT) AS position, m.value, m.normal, 0 AS has_left
        FROM m WHERE m.card_id IS NULL AND NOT EXISTS (SELECT 1 FROM contact_person p WHERE p.id = m.person_id AND p.gone_at IS NULL)
        UNION ALL
        SELECT p.counterparty_id, p.id, NULL, p.name, COALESCE(w.position, p.position), m.value, m.normal, CASE WHEN w.left_on <= @today THEN 1 ELSE 0 END
        FROM m JOIN contact_person p ON p.id = m.person_id AND p.gone_at IS NULL LEFT JOIN person_place w ON w.person_card_id = m.card_id AND w.counterparty_id = p.counterparty_id
        UNION ALL
        SELECT w.counterparty_id, NULL, k.id, COALESCE(p.name, k.name), COALESCE(w.position, p.position), m.value, m.normal, CASE WHEN w.left_on <= @today THEN 1 ELSE 0 END
        FROM m JOIN person_card k ON k.id = m.card_id JOIN person_place w ON w.person_card_id = k.id LEFT JOIN contact_person p ON p.id = k.contact_person_id AND p.gone_at IS NULL
        WHERE p.counterparty_id IS NULL OR p.counterparty_id <> w.counterparty_id
        """;

    /// <summary>Who has an e-mail address, at every counterparty that is still in the ERP, whoever may read it.</summary>
    public static async Task<IReadOnlyList<MechanismOwner>> OfEmailAsync(CrmDbContext database, string address, DateOnly today, CancellationToken cancellation) => await database.ReadAsync(
        $"""
        SELECT x.counterparty_id, x.person_id, x.card_id, x.value, x.has_left
        FROM ({Sql("o.normal = @normal AND o.kind = @kind")}) x CROSS JOIN counterparty c WHERE c.id = x.counterparty_id AND c.gone_at IS NULL LIMIT {Most}
        """,
        [("@normal", MechanismRule.Normal(ContactMechanismKind.Email, address)), ("@kind", (int)ContactMechanismKind.Email), ("@today", today.DayNumber)],
        row => new MechanismOwner(row.GetInt64(0), row.Long(1), row.Long(2), row.GetString(3), row.GetInt32(4) == 1), cancellation);

    /// <summary>Where else persons of the ERP speak, as their cards say: counterparty and card of each.</summary>
    public static async Task<IReadOnlyList<MechanismOwner>> ElsewhereAsync(CrmDbContext database, IReadOnlyCollection<long> persons, DateOnly today, CancellationToken cancellation) => persons.Count == 0 ? [] : await database.ReadAsync(
        $"""
        SELECT w.counterparty_id, k.id, w.left_on FROM person_card k JOIN person_place w ON w.person_card_id = k.id JOIN contact_person p ON p.id = k.contact_person_id
        JOIN counterparty c ON c.id = w.counterparty_id
        WHERE k.contact_person_id IN ({string.Join(',', persons)}) AND (p.counterparty_id IS NULL OR p.counterparty_id <> w.counterparty_id) AND c.gone_at IS NULL ORDER BY k.id, w.counterparty_id LIMIT {Most}
        """,
        [], row => new MechanismOwner(row.GetInt64(0), null, row.GetInt64(1), "", row.DayOrNull(2) <= today), cancellation);

    /// <summary>Those who still work there; all of them when none does.</summary>
    public static IReadOnlyList<MechanismOwner> Working(IReadOnlyList<MechanismOwner> owners) => owners.Any(o => !o.HasLeft) ? [.. owners.Where(o => !o.HasLeft)] : owners;
}
