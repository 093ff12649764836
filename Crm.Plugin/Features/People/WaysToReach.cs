using Crm.Contracts;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.People;

/// <summary>How the counterparties of a list are reached: by what the ERP has, with what is noted of it, and by what was typed here.</summary>
internal static class WaysToReach
{
    /// <summary>Asks for all of them in one round trip.</summary>
    /// <param name="database">Where they are.</param>
    /// <param name="counterparties">Each with its mechanisms as the mirror keeps them.</param>
    /// <param name="today">What is out of use by then, or not yet in use, is left out.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>By number; those to use first in front.</returns>
    public static async Task<IReadOnlyDictionary<long, IReadOnlyList<(ContactMechanismKind Kind, string Value)>>> OfAsync(
        CrmDbContext database, IReadOnlyCollection<(long Id, string Mechanisms)> counterparties, DateOnly today, CancellationToken cancellation)
    {
        if (counterparties.Count == 0)
        {
            return new Dictionary<long, IReadOnlyList<(ContactMechanismKind, string)>>();
        }

        var (ids, most) = (Claims.List(counterparties.Select(c => c.Id)), CounterpartyPeople.Most * counterparties.Count);
        var batch = new ReadBatch(database);
        var typed = batch.Ask(
            $"""
            SELECT {OwnMechanism.Columns} FROM own_mechanism m WHERE m.counterparty_id IN ({ids}) AND m.contact_person_id IS NULL AND m.card_id IS NULL
                AND (m.valid_from IS NULL OR m.valid_from <= @today) AND (m.valid_to IS NULL OR m.valid_to >= @today) ORDER BY m.id LIMIT {most}
            """, [("@today", today.DayNumber)], OwnMechanism.Read);
        var noted = batch.Ask($"SELECT {MechanismNote.Columns} FROM mechanism_note n WHERE n.counterparty_id IN ({ids}) AND n.contact_person_id IS NULL ORDER BY n.id LIMIT {most}", [], MechanismNote.Read);
        await batch.RunAsync(cancellation);
        var (own, notes) = (typed.Rows.ToLookup(m => m.CounterpartyId), noted.Rows.ToLookup(n => n.CounterpartyId));
        return counterparties.ToDictionary(c => c.Id, c =>
        {
            var read = MirrorJson.ReadMechanisms(c.Mechanisms);
            var unread = CounterpartyPeople.Unread(own[c.Id], read);
            // A list has no time of reading: what the ERP has taken counts as read back.
            return Order(MechanismNoteRule.Offered(MechanismNoteRule.Of(read, [.. notes[c.Id]], unread, DateTimeOffset.MaxValue, today)), unread);
        });
    }

    /// <summary>The ERP's, then what was typed here; a typed main one goes before all.</summary>
    public static IReadOnlyList<(ContactMechanismKind Kind, string Value)> Order(IEnumerable<ContactMechanism> read, IEnumerable<OwnMechanism> own) =>
        [.. own.Where(m => m.IsMain).Select(m => (m.Kind, m.Value)), .. read.Select(m => (m.Kind, m.Value)), .. own.Where(m => !m.IsMain).Select(m => (m.Kind, m.Value))];
}
