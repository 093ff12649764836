using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Contact mechanisms of parties.</summary>
internal static class TrytonMechanisms
{
    public const string Model = "party.contact_mechanism";

    public static async Task<ILookup<long, TrytonRow>> ReadAsync(TrytonReads reads, IReadOnlyCollection<long> parties, bool versionsOnly, CancellationToken cancellation) =>
        (await reads.WhereInAsync(
            Model, "party", parties, versionsOnly ? ["party", .. TrytonRow.Stamps] : ["party", "type", "value", "name", "active", "sequence", .. TrytonRow.Stamps], cancellation))
        .ToLookup(r => r.Required("party"));

    /// <summary>The active ones in Tryton's order.</summary>
    public static IReadOnlyList<ContactMechanism> Map(IEnumerable<TrytonRow> rows) =>
    [
        .. InOrder(rows)
            .Where(r => r.Text("value") is not null)
            .Select(r => new ContactMechanism(Kind(r.Text("type")), r.Text("value")!, r.Text("name"))),
    ];

    /// <summary>The active ones.</summary>
    public static List<TrytonRow> InOrder(IEnumerable<TrytonRow> rows) =>
        [.. rows.Where(r => r.Flag("active")).OrderBy(r => r.Number("sequence") ?? decimal.MinValue).ThenBy(r => r.Id)];   // rows without a sequence come first

    public static ContactMechanismKind Kind(string? type) => type switch
    {
        "phone" or "mobile" => ContactMechanismKind.Phone,
        "email" => ContactMechanismKind.Email,
        "website" => ContactMechanismKind.Website,
        "fax" => ContactMechanismKind.Fax,
        _ => ContactMechanismKind.Other,
    };
}
