using Crm.Connector.Hosts.Tryton.Entities;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Adds contact mechanisms of parties. Tryton has no field for an idempotency key that no client shows, so kind and value are the key:
/// what is there already, be it from a try whose answer was lost, is found and not made again.
/// </summary>
internal sealed class TrytonMechanismWriter(TrytonSession session, TrytonReads reads) : IContactMechanismWriter
{
    public async Task<Written> AddAsync(NewContactMechanism record, Guid idempotencyKey, CancellationToken cancellation)
    {
        var party = record.Person is { } person ? await PartyOfAsync(person, cancellation) : Id(record.Counterparty);
        if (await FindAsync(party, record.Mechanism, cancellation) is { } there)
            return new Written(TrytonKey.Of(there), null, WasThere: true);
        var values = Values(record.Mechanism, null);
        values["party"] = party;
        var created = await session.WriteAsync(TrytonMechanisms.Model, "create", [new[] { values }], cancellation);
        return new Written(TrytonKey.Of(created[0].GetInt64()), null, WasThere: false);
    }

    /// <summary>The fields of a new row, but whose it is.</summary>
    public static Dictionary<string, object?> Values(ContactMechanism mechanism, string? comment) => new()
    {
        ["type"] = Type(mechanism.Kind), ["value"] = mechanism.Value, ["name"] = mechanism.Label, ["comment"] = comment,
    };

    private async Task<long?> FindAsync(long party, ContactMechanism mechanism, CancellationToken cancellation)
    {
        var rows = await reads.WhereInAsync(TrytonMechanisms.Model, "party", [party], ["party", "type", "value", "active"], cancellation);
        return rows.Where(r => r.Flag("active") && Same(r, mechanism)).Select(r => (long?)r.Id).FirstOrDefault();
    }

    private static bool Same(TrytonRow row, ContactMechanism mechanism)
    {
        var (type, value) = (row.Text("type"), row.Text("value") ?? "");
        return mechanism.Kind is ContactMechanismKind.Phone or ContactMechanismKind.Fax
            // Tryton writes numbers in a form of its own where it knows how.
            ? type is "phone" or "mobile" or "fax" && type == "fax" == (mechanism.Kind == ContactMechanismKind.Fax) && Digits(value) == Digits(mechanism.Value)
            : type == Type(mechanism.Kind) && string.Equals(value, mechanism.Value.Trim(), StringComparison.OrdinalIgnoreCase);
    }

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
