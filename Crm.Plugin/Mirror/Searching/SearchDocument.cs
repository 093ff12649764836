using Crm.Contracts;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Search;

namespace Crm.Plugin.Mirror.Searching;

/// <summary>A number as the table <c>phone</c> keeps it.</summary>
internal sealed record PhoneLine(long? PersonId, string Typed, string Digits);

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

    /// <summary>Its own numbers and those of its contact persons; each number once an owner.</summary>
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
        var found = await session.QueryAsync(
            $"SELECT c.id, c.name_folded, c.code, c.tax_id, c.mechanisms FROM counterparty c WHERE {counterparties} ORDER BY c.id",
            r =>
            {
                var document = new SearchDocument(r.GetInt64(0));
                document.Add(r.GetString(1));
                document.AddFolded(r.IsDBNull(2) ? null : r.GetString(2));
                document.AddFolded(r.IsDBNull(3) ? null : r.GetString(3));
                document.AddMechanisms(null, r.GetString(4));
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
                    document.AddMechanisms(r.GetInt64(1), r.GetString(3));
                }

                return 0;
            },
            cancellation,
            values);
        return found;
    }

    private void AddMechanisms(long? personId, string json)
    {
        foreach (var mechanism in MirrorJson.ReadMechanisms(json))
        {
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
