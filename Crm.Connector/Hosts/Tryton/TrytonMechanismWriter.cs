using Crm.Connector.Hosts.Tryton.Entities;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Adds and changes contact mechanisms of parties. Tryton has no field for an idempotency key that no client shows, so kind and value are the key:
/// what is there already, be it from a try whose answer was lost, is found and not made again. The main one of a kind is the first in
/// Tryton's order of the party's mechanisms.
/// </summary>
internal sealed class TrytonMechanismWriter(TrytonSession session, TrytonReads reads) : IContactMechanismWriter, IContactMechanismEditor
{
    /// <summary>Between two mechanisms in the order: room for what people put between them in Tryton.</summary>
    private const int Step = 10;

    public async Task<Written> AddAsync(NewContactMechanism record, Guid idempotencyKey, CancellationToken cancellation)
    {
        var party = await PartyAsync(record.Counterparty, record.Person, cancellation);
        var rows = await ReadAsync(party, cancellation);
        if (Find(rows, record.Mechanism.Kind, record.Mechanism.Value) is { } there)
        {
            await WriteAsync(record.IsMain ? Order(rows, there) : [], cancellation);
            return new Written(TrytonKey.Of(there.Id), null, WasThere: true);
        }

        var values = Values(record.Mechanism, null);
        values["party"] = party;
        var created = (await session.WriteAsync(TrytonMechanisms.Model, "create", [new[] { values }], cancellation))[0].GetInt64();
        if (record.IsMain)
        {
            // Broken off here, the next try finds what was made and goes on.
            rows = await ReadAsync(party, cancellation);
            await WriteAsync(Order(rows, rows.First(r => r.Id == created)), cancellation);
        }

        return new Written(TrytonKey.Of(created), null, WasThere: false);
    }

    public async Task<Written> ChangeAsync(ContactMechanismChange change, Guid idempotencyKey, CancellationToken cancellation)
    {
        var rows = await ReadAsync(await PartyAsync(change.Counterparty, change.Person, cancellation), cancellation);
        var row = Find(rows, change.Kind, change.Value) ?? throw TrytonFault.Refused("mechanism-gone", "The party no longer has a contact mechanism of this kind and value.");
        var changes = change.IsMain ? Order(rows, row) : [];
        if (change.Label is { } label && label != (row.Text("name") ?? ""))
        {
            if (!changes.TryGetValue(row.Id, out var values))
                changes.Add(row.Id, values = []);
            values["name"] = label.Length == 0 ? null : label;
        }

        await WriteAsync(changes, cancellation);
        return new Written(TrytonKey.Of(row.Id), null, WasThere: changes.Count == 0);
    }

    /// <summary>The fields of a new row, but whose it is.</summary>
    public static Dictionary<string, object?> Values(ContactMechanism mechanism, string? comment) => new()
    {
        ["type"] = Type(mechanism.Kind), ["value"] = mechanism.Value, ["name"] = mechanism.Label, ["comment"] = comment,
    };

    /// <summary>The active mechanisms of a party in Tryton's order.</summary>
    private async Task<List<TrytonRow>> ReadAsync(long party, CancellationToken cancellation) =>
        TrytonMechanisms.InOrder(await reads.WhereInAsync(TrytonMechanisms.Model, "party", [party], ["party", "type", "value", "name", "active", "sequence"], cancellation));

    /// <summary>What to write so that one is before all others of its kind; nothing when it is. The others keep their order.</summary>
    private static Dictionary<long, Dictionary<string, object?>> Order(List<TrytonRow> rows, TrytonRow main)
    {
        var kind = TrytonMechanisms.Kind(main.Text("type"));
        var first = rows.FindIndex(r => TrytonMechanisms.Kind(r.Text("type")) == kind);
        if (rows[first].Id == main.Id)
            return [];
        var ordered = rows.Where(r => r.Id != main.Id).ToList();
        ordered.Insert(first, main);
        return ordered.Select((row, i) => (row, Place: Step * (i + 1))).Where(x => x.row.Number("sequence") != x.Place)
            .ToDictionary(x => x.row.Id, x => new Dictionary<string, object?> { ["sequence"] = x.Place });
    }

    /// <summary>All of it in one request, which Tryton commits whole or not at all.</summary>
    private async Task WriteAsync(Dictionary<long, Dictionary<string, object?>> changes, CancellationToken cancellation)
    {
        if (changes.Count > 0)
            await session.WriteAsync(TrytonMechanisms.Model, "write", [.. changes.SelectMany(c => new object?[] { new[] { c.Key }, c.Value })], cancellation);
    }

    private static TrytonRow? Find(List<TrytonRow> rows, ContactMechanismKind kind, string value) =>
        rows.Where(r => Same(r, kind, value)).Select(r => (TrytonRow?)r).FirstOrDefault();

    private static bool Same(TrytonRow row, ContactMechanismKind kind, string sought)
    {
        var (type, value) = (row.Text("type"), row.Text("value") ?? "");
        return kind switch
        {
            // Tryton writes numbers in a form of its own where it knows how.
            ContactMechanismKind.Phone or ContactMechanismKind.Fax =>
                type is "phone" or "mobile" or "fax" && type == "fax" == (kind == ContactMechanismKind.Fax) && Digits(value) == Digits(sought),
            // What Tryton has several words for: skype, sip, irc, jabber.
            ContactMechanismKind.Other => TrytonMechanisms.Kind(type) == kind && string.Equals(value, sought.Trim(), StringComparison.OrdinalIgnoreCase),
            _ => type == Type(kind) && string.Equals(value, sought.Trim(), StringComparison.OrdinalIgnoreCase),
        };
    }

    private async Task<long> PartyAsync(HostKey counterparty, HostKey? person, CancellationToken cancellation) =>
        person is { } known ? await PartyOfAsync(known, cancellation) : Id(counterparty);

    /// <summary>The party behind a contact person's key, which is that of the relation.</summary>
    private async Task<long> PartyOfAsync(HostKey person, CancellationToken cancellation) =>
        (await reads.WhereInAsync("party.relation.all", "id", [Id(person)], ["to"], cancellation)) is [var relation]
            ? relation.Required("to")
            : throw new HostException(HostFailure.Refused, "tryton.person-gone", "The contact person is no longer in Tryton: the relation was deleted.");

    private static long Id(HostKey key) => long.TryParse(key.Value, System.Globalization.CultureInfo.InvariantCulture, out var id)
        ? id : throw new HostException(HostFailure.Refused, "tryton.bad-key", "The record's key is not one of Tryton's.");

    private static string Digits(string value) => string.Concat(value.Where(char.IsAsciiDigit));

    private static string Type(ContactMechanismKind kind) => kind switch
    {
        ContactMechanismKind.Phone => "phone",
        ContactMechanismKind.Email => "email",
        ContactMechanismKind.Website => "website",
        ContactMechanismKind.Fax => "fax",
        _ => "other",
    };
}
