using Crm.Contracts;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>A number as the table <c>phone</c> keeps it.</summary>
internal sealed record PhoneLine(long? PersonId, string Typed, string Digits, bool IsOwn = false);

/// <summary>What a counterparty is found by.</summary>
internal sealed class SearchDocument
{
    private readonly List<string> texts = [];
    private readonly List<PhoneLine> phones = [];

    private SearchDocument(long id) => Id = id;

    public long Id { get; }

    /// <summary>The counterparty's folded name.</summary>
    public string Name => texts.Count == 0 ? "" : texts[0];

    /// <summary>The folded parts besides the name, one a line.</summary>
    public string Rest => string.Join('\n', texts.Skip(1));

    /// <summary>All folded parts, one a line.</summary>
    public string Text => string.Join('\n', texts);

    /// <summary>Its own numbers and those of its contact persons, each number once an owner; then those typed in the CRM that the ERP does not have.</summary>
    public IReadOnlyList<PhoneLine> Phones => phones;

    /// <summary>Reads the documents of some counterparties, by id.</summary>
    /// <param name="session">Where.</param>
    /// <param name="counterparties">A condition on <c>counterparty c</c>.</param>
    /// <param name="persons">The same on <c>contact_person p</c>.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <param name="values">Parameters of both.</param>
    public static async Task<List<SearchDocument>> ReadAsync(
        MirrorSession session, string counterparties, string persons, CancellationToken cancellation, params (string, object?)[] values)
    {
        var ended = await EndedMechanisms.ReadAsync(session, counterparties, persons, values, cancellation);
        var found = await session.QueryAsync(
            $"SELECT c.id, c.name_folded, c.code, c.tax_id, c.mechanisms FROM counterparty c WHERE {counterparties} ORDER BY c.id",
            r =>
            {
                var document = new SearchDocument(r.GetInt64(0));
                document.Add(r.GetString(1));
                document.AddFolded(r.IsDBNull(2) ? null : r.GetString(2));
                document.AddFolded(r.IsDBNull(3) ? null : r.GetString(3));
                document.AddMechanisms(null, r.GetString(4), ended);
                return document;
            },
            cancellation,
            values);
        var byId = found.ToDictionary(d => d.Id);
        await session.QueryAsync(
            $"SELECT p.counterparty_id, p.id, p.name_folded, p.mechanisms FROM contact_person p WHERE {persons} AND p.gone_at IS NULL ORDER BY p.counterparty_id, p.id",
            r =>
            {
                if (byId.TryGetValue(r.GetInt64(0), out var document))
                {
                    document.Add(r.GetString(2));
                    document.AddMechanisms(r.GetInt64(1), r.GetString(3), ended);
                }

                return 0;
            },
            cancellation,
            values);
        await ReadOwnAsync(session, byId, ended, persons, values, cancellation);
        return found;
    }

    /// <summary>Adds the CRM's own persons, those of other counterparties who speak for this one too, and what was typed here and is still in use.</summary>
    private static async Task ReadOwnAsync(
        MirrorSession session, Dictionary<long, SearchDocument> byId, EndedMechanisms ended, string persons, (string, object?)[] values, CancellationToken cancellation)
    {
        if (await session.NumberAsync("SELECT 1 WHERE EXISTS (SELECT 1 FROM person_place) OR EXISTS (SELECT 1 FROM own_mechanism)", cancellation) is null)
        {
            return; // the usual case while millions are read for the first time
        }

        await session.QueryAsync(
            $"""
            SELECT p.counterparty_id, COALESCE(n.name_folded, k.name_folded), COALESCE(n.mechanisms, ''), COALESCE(n.id, 0)
            FROM person_place p JOIN person_card k ON k.id = p.person_card_id LEFT JOIN contact_person n ON n.id = k.contact_person_id AND n.gone_at IS NULL
            WHERE {persons} AND (n.counterparty_id IS NULL OR n.counterparty_id <> p.counterparty_id) ORDER BY p.counterparty_id, k.id
            """,
            r =>
            {
                if (byId.TryGetValue(r.GetInt64(0), out var document))
                {
                    document.AddOnce(r.GetString(1));
                    var person = r.GetInt64(3);
                    foreach (var mechanism in MirrorJson.ReadMechanisms(r.GetString(2)).Where(m => !ended.OfPerson(person, m)))
                    {
                        document.AddOwn(null, mechanism.Kind, mechanism.Value);
                    }
                }

                return 0;
            },
            cancellation,
            values);

        // The last day that a number is good passes without a change: the turn of the day has the counterparty written anew.
        const string today = SearchDay.Sql;
        await session.QueryAsync(
            $"""
            SELECT p.counterparty_id, CAST(NULL AS BIGINT), p.kind, p.value, p.id FROM own_mechanism p
            WHERE {persons} AND p.contact_person_id IS NULL AND p.card_id IS NULL AND (p.valid_to IS NULL OR p.valid_to >= {today})
            UNION ALL
            SELECT p.counterparty_id, p.id, o.kind, o.value, o.id FROM contact_person p JOIN own_mechanism o ON o.contact_person_id = p.id
            WHERE {persons} AND p.gone_at IS NULL AND (o.valid_to IS NULL OR o.valid_to >= {today})
            UNION ALL
            SELECT p.counterparty_id, p.id, o.kind, o.value, o.id FROM contact_person p JOIN person_card k ON k.contact_person_id = p.id JOIN own_mechanism o ON o.card_id = k.id
            WHERE {persons} AND p.gone_at IS NULL AND (o.valid_to IS NULL OR o.valid_to >= {today})
            UNION ALL
            SELECT p.counterparty_id, NULL, o.kind, o.value, o.id FROM person_place p JOIN own_mechanism o ON o.card_id = p.person_card_id
            WHERE {persons} AND (o.valid_to IS NULL OR o.valid_to >= {today})
            UNION ALL
            SELECT p.counterparty_id, NULL, o.kind, o.value, o.id FROM person_place p JOIN person_card k ON k.id = p.person_card_id JOIN own_mechanism o ON o.contact_person_id = k.contact_person_id
            WHERE {persons} AND (o.valid_to IS NULL OR o.valid_to >= {today})
            ORDER BY 1, 5
            """,
            r =>
            {
                if (byId.TryGetValue(r.GetInt64(0), out var document))
                {
                    document.AddOwn(r.IsDBNull(1) ? null : r.GetInt64(1), (ContactMechanismKind)r.GetInt32(2), r.GetString(3));
                }

                return 0;
            },
            cancellation,
            values);
    }

    private void AddOwn(long? personId, ContactMechanismKind kind, string value)
    {
        if (kind == ContactMechanismKind.Email)
        {
            AddOnce(SearchText.Fold(value));
        }
        else if (kind == ContactMechanismKind.Phone && PhoneDigits.Normalise(value) is { Length: > 0 } digits && !phones.Exists(p => p.Digits == digits))
        {
            phones.Add(new(personId, value, digits, true));
        }
    }

    private void AddOnce(string folded)
    {
        if (!texts.Contains(folded))
        {
            Add(folded);
        }
    }

    private void AddMechanisms(long? personId, string json, EndedMechanisms ended)
    {
        foreach (var mechanism in MirrorJson.ReadMechanisms(json))
        {
            if (personId is { } person ? ended.OfPerson(person, mechanism) : ended.OfCounterparty(Id, mechanism))
            {
                continue;
            }

            if (mechanism.Kind == ContactMechanismKind.Email)
            {
                AddFolded(mechanism.Value);
            }
            else if (mechanism.Kind == ContactMechanismKind.Phone
                && PhoneDigits.Normalise(mechanism.Value) is { Length: > 0 } digits
                && !phones.Exists(p => p.PersonId == personId && p.Digits == digits))
            {
                phones.Add(new(personId, mechanism.Value, digits));
            }
        }
    }

    private void AddFolded(string? text)
    {
        if (text is not null)
        {
            Add(SearchText.Fold(text));
        }
    }

    private void Add(string folded)
    {
        if (folded.Length > 0)
        {
            texts.Add(folded);
        }
    }
}
