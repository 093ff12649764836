using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Parties, without the company's own party, its employees and those that are only contact persons of others.</summary>
internal sealed class TrytonCounterparties(TrytonReads reads, TrytonNames names) : ITrytonEntity<Counterparty>
{
    public string Model => "party.party";

    public IReadOnlyList<object?[]> Filter => [];

    public IReadOnlyList<string> OtherModels => [TrytonMechanisms.Model, TrytonAddresses.Model, "party.identifier"];

    public IReadOnlyList<ChangeStep> Steps =>
    [
        new(Model, "id"),
        new(TrytonMechanisms.Model, "party"),
        new(TrytonAddresses.Model, "party"),
        new("party.identifier", "party"),
        new("sale.sale", "party"),
        new("purchase.purchase", "party"),
        new("purchase.product_supplier", "party"),
        new("party.relation.all", "to"),
        new("party.relation.all", "from_"),
        new("company.employee", "party"),
    ];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly ? TrytonRow.Stamps : ["name", "code", "active", .. TrytonRow.Stamps];

    public async Task<IReadOnlyList<Joined<Counterparty>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var roles = await RolesAsync([.. rows.Select(r => r.Id)], cancellation);
        var kept = rows.Where(r => roles.ContainsKey(r.Id)).ToList();
        var ids = kept.Select(r => r.Id).ToList();
        var mechanismRows = TrytonMechanisms.ReadAsync(reads, ids, versionsOnly, cancellation);
        var addressRows = TrytonAddresses.ReadAsync(reads, ids, versionsOnly, cancellation);
        var identifierRows = reads.WhereInAsync(
            "party.identifier", "party", ids, versionsOnly ? ["party", .. TrytonRow.Stamps] : ["party", "code", "sequence", .. TrytonRow.Stamps], cancellation);
        await Task.WhenAll(mechanismRows, addressRows, identifierRows);
        var mechanisms = await mechanismRows;
        var addresses = await addressRows;
        var identifiers = (await identifierRows).ToLookup(r => r.Required("party"));
        var places = versionsOnly ? TrytonPlaces.None : await TrytonPlaces.ReadAsync(names, addresses.SelectMany(a => a), cancellation);
        return
        [
            .. kept.Select(party => new Joined<Counterparty>(
                party.Id,
                TrytonKey.Of(party.Id),
                version => version.Add(party).Add(mechanisms[party.Id]).Add(addresses[party.Id]).Add(identifiers[party.Id]).Add((long)roles[party.Id]),
                version => new Counterparty
                {
                    Key = TrytonKey.Of(party.Id),
                    Version = version,
                    Name = party.Text("name") ?? party.Text("code") ?? TrytonKey.Of(party.Id).Value,
                    Code = party.Text("code"),
                    TaxId = identifiers[party.Id].OrderBy(i => i.Number("sequence") ?? 0).ThenBy(i => i.Id).Select(i => i.Text("code")).FirstOrDefault(c => c is not null),
                    Roles = roles[party.Id],
                    IsActive = party.Flag("active"),
                    Mechanisms = TrytonMechanisms.Map(mechanisms[party.Id]),
                    Addresses = TrytonAddresses.Map(addresses[party.Id], places),
                    CreatedOn = party.Moment("create_date") is { } created ? DateOnly.FromDateTime(TrytonJson.ToInstant(created).UtcDateTime) : null,
                })),
        ];
    }

    /// <summary>Tryton 6.0 has no customer or supplier flag: documents prove the roles.</summary>
    /// <returns>Without the parties that are no counterparties.</returns>
    private async Task<IReadOnlyDictionary<long, CounterpartyRoles>> RolesAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        var queries = await Task.WhenAll(
            OccurringAsync("sale.sale", ids, cancellation),
            OccurringAsync("purchase.purchase", ids, cancellation),
            OccurringAsync("purchase.product_supplier", ids, cancellation),
            OccurringAsync("company.company", ids, cancellation),
            OccurringAsync("company.employee", ids, cancellation));
        var (customers, buyers, suppliers, own, employees) = (queries[0], queries[1], queries[2], queries[3], queries[4]);
        var persons = await ContactPersonsOnlyAsync([.. ids.Where(id => !customers.Contains(id) && !buyers.Contains(id) && !suppliers.Contains(id))], cancellation);
        return ids.Where(id => !own.Contains(id) && !employees.Contains(id) && !persons.Contains(id)).ToDictionary(
            id => id,
            id => (customers.Contains(id) ? CounterpartyRoles.Customer : 0) | (buyers.Contains(id) || suppliers.Contains(id) ? CounterpartyRoles.Supplier : 0));
    }

    /// <summary>Somebody's contact person with neither documents nor contact persons of its own.</summary>
    private async Task<HashSet<long>> ContactPersonsOnlyAsync(IReadOnlyCollection<long> ids, CancellationToken cancellation)
    {
        if (!reads.CanRead("party.relation.all"))
            return [];
        var filter = TrytonRelations.Filter(reads.Options);
        var related = await reads.WhereInAsync("party.relation.all", "to", ids, ["to"], cancellation, [.. filter]);
        var persons = related.Where(r => TrytonRelations.Counts(r, reads.Options)).Select(r => r.Required("to")).ToHashSet();
        var owners = await reads.WhereInAsync("party.relation.all", "from_", persons, ["from_"], cancellation, [.. filter]);
        persons.ExceptWith(owners.Where(r => TrytonRelations.Counts(r, reads.Options)).Select(r => r.Required("from_")));
        return persons;
    }

    private async Task<HashSet<long>> OccurringAsync(string model, IReadOnlyCollection<long> ids, CancellationToken cancellation) =>
        reads.CanRead(model) ? await reads.OccurringAsync(model, "party", ids, cancellation) : [];
}
