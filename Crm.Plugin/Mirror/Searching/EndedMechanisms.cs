using Crm.Contracts;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>Those of the ERP's numbers and addresses whose last day, as it was noted here, has passed: nobody is found by them any more.</summary>
internal sealed class EndedMechanisms
{
    private static readonly EndedMechanisms None = new();

    private readonly HashSet<(long Counterparty, long Person, ContactMechanismKind Kind, string Normal)> ended = [];

    /// <param name="session">Where.</param>
    /// <param name="counterparties">A condition on <c>counterparty c</c>.</param>
    /// <param name="persons">The same on <c>contact_person p</c> or <c>person_place p</c>.</param>
    /// <param name="values">Parameters of both.</param>
    /// <param name="cancellation">Cancels.</param>
    public static async Task<EndedMechanisms> ReadAsync(MirrorSession session, string counterparties, string persons, (string, object?)[] values, CancellationToken cancellation)
    {
        if (await session.NumberAsync($"SELECT 1 WHERE EXISTS (SELECT 1 FROM mechanism_note n WHERE n.valid_to < {SearchDay.Sql})", cancellation) is null)
        {
            return None; // the usual case while millions are read for the first time
        }

        var found = new EndedMechanisms();
        await session.QueryAsync(
            $"""
            SELECT n.counterparty_id, CAST(0 AS BIGINT), n.kind, n.normal FROM mechanism_note n JOIN counterparty c ON c.id = n.counterparty_id
            WHERE n.contact_person_id IS NULL AND n.valid_to < {SearchDay.Sql} AND {counterparties}
            UNION ALL
            SELECT CAST(0 AS BIGINT), n.contact_person_id, n.kind, n.normal FROM contact_person p JOIN mechanism_note n ON n.contact_person_id = p.id
            WHERE n.valid_to < {SearchDay.Sql} AND {persons}
            UNION ALL
            SELECT CAST(0 AS BIGINT), n.contact_person_id, n.kind, n.normal FROM person_place p JOIN person_card k ON k.id = p.person_card_id JOIN mechanism_note n ON n.contact_person_id = k.contact_person_id
            WHERE n.valid_to < {SearchDay.Sql} AND {persons}
            """,
            r => found.ended.Add((r.GetInt64(0), r.GetInt64(1), (ContactMechanismKind)r.GetInt32(2), r.GetString(3))), cancellation, values);
        return found;
    }

    public bool OfCounterparty(long id, ContactMechanism mechanism) => Has(id, 0, mechanism);

    public bool OfPerson(long id, ContactMechanism mechanism) => Has(0, id, mechanism);

    private bool Has(long counterparty, long person, ContactMechanism mechanism) =>
        ended.Count > 0 && ended.Contains((counterparty, person, mechanism.Kind, mechanism.Kind == ContactMechanismKind.Phone ? PhoneDigits.Normalise(mechanism.Value) : SearchText.Fold(mechanism.Value)));
}
