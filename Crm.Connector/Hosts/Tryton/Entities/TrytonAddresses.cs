using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Postal addresses of parties.</summary>
internal static class TrytonAddresses
{
    public const string Model = "party.address";

    private static readonly string[] AllFields = ["party", "name", "street", "postal_code", "city", "country", "subdivision", "active", "sequence", .. TrytonRow.Stamps];

    public static async Task<ILookup<long, TrytonRow>> ReadAsync(TrytonReads reads, IReadOnlyCollection<long> parties, bool versionsOnly, CancellationToken cancellation) =>
        (await reads.WhereInAsync(Model, "party", parties, versionsOnly ? ["party", .. TrytonRow.Stamps] : AllFields, cancellation)).ToLookup(r => r.Required("party"));

    /// <summary>The active ones in Tryton's order.</summary>
    public static IReadOnlyList<PostalAddress> Map(IEnumerable<TrytonRow> rows, TrytonPlaces places) =>
    [
        .. rows.Where(r => r.Flag("active"))
            .OrderBy(r => r.Number("sequence") ?? decimal.MinValue).ThenBy(r => r.Id)
            .Select(r => new PostalAddress(
                places.Country(r.Reference("country")), places.Region(r.Reference("subdivision")), r.Text("city"), r.Text("postal_code"), Lines(r)))
            .Where(a => a is not (null, null, null, null, null)),   // Tryton gives every new party an empty address
    ];

    private static string? Lines(TrytonRow row) => (row.Text("name"), row.Text("street")) switch
    {
        (null, var street) => street,
        (var building, null) => building,
        var (building, street) => $"{building}\n{street}",
    };
}

/// <summary>Countries and regions that addresses point to.</summary>
internal sealed record TrytonPlaces(IReadOnlyDictionary<long, TrytonRow> Countries, IReadOnlyDictionary<long, TrytonRow> Regions)
{
    public static readonly TrytonPlaces None = new(new Dictionary<long, TrytonRow>(), new Dictionary<long, TrytonRow>());

    public static async Task<TrytonPlaces> ReadAsync(TrytonNames names, IEnumerable<TrytonRow> addresses, CancellationToken cancellation)
    {
        var rows = addresses.ToList();
        return new TrytonPlaces(
            await names.OfAsync("country.country", ["code", "name"], rows.Select(r => r.Reference("country")), cancellation),
            await names.OfAsync("country.subdivision", ["name"], rows.Select(r => r.Reference("subdivision")), cancellation));
    }

    public string? Country(long? id) => id is { } key && Countries.TryGetValue(key, out var row) ? row.Text("code") ?? row.Text("name") : null;

    public string? Region(long? id) => id is { } key && Regions.TryGetValue(key, out var row) ? row.Text("name") : null;
}
