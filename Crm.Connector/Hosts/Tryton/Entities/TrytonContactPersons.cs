using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Which relations between parties say "contact person of".</summary>
internal static class TrytonRelations
{
    /// <summary>The type that the options name, or every type.</summary>
    public static IReadOnlyList<object?[]> Filter(TrytonOptions options) =>
        options.ContactPersonRelation.Length == 0 ? [] : [TrytonReads.Clause("type.name", "=", options.ContactPersonRelation)];

    /// <summary>
    /// A relation whose type has a reverse is shown twice, the second time with an odd id and both parties exchanged. A type named
    /// in the options tells the direction by itself; without one only the way it was entered counts.
    /// </summary>
    public static bool Counts(TrytonRow relation, TrytonOptions options) => options.ContactPersonRelation.Length > 0 || relation.Id % 2 == 0;
}

/// <summary>Relations "from a counterparty to a person", with the person's party.</summary>
internal sealed class TrytonContactPersons(TrytonReads reads) : ITrytonEntity<ContactPerson>
{
    public string Model => "party.relation.all";

    public IReadOnlyList<object?[]> Filter => TrytonRelations.Filter(reads.Options);

    public IReadOnlyList<string> OtherModels => ["party.party", TrytonMechanisms.Model];

    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id"), new("party.party", "id", RelationsToAsync), new(TrytonMechanisms.Model, "party", RelationsToAsync)];

    public IReadOnlyList<string> Fields(bool versionsOnly) => ["from_", "to", .. TrytonRow.Stamps];

    public async Task<IReadOnlyList<Joined<ContactPerson>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var relations = rows.Where(r => TrytonRelations.Counts(r, reads.Options)).ToList();
        var ids = relations.Select(r => r.Required("to")).Distinct().ToList();
        var partyRows = reads.WhereInAsync("party.party", "id", ids, versionsOnly ? TrytonRow.Stamps : ["name", "code", "active", .. TrytonRow.Stamps], cancellation);
        var mechanismRows = TrytonMechanisms.ReadAsync(reads, ids, versionsOnly, cancellation);
        await Task.WhenAll(partyRows, mechanismRows);
        var parties = (await partyRows).ToDictionary(r => r.Id);
        var mechanisms = await mechanismRows;
        return
        [
            .. relations.Where(r => parties.ContainsKey(r.Required("to"))).Select(relation =>
            {
                var person = parties[relation.Required("to")];
                return new Joined<ContactPerson>(
                    relation.Id,
                    TrytonKey.Of(relation.Id),
                    version => version.Add(relation).Add(person).Add(mechanisms[person.Id]),
                    version => new ContactPerson
                    {
                        Key = TrytonKey.Of(relation.Id),
                        Version = version,
                        Counterparty = TrytonKey.Of(relation.Required("from_")),
                        Name = person.Text("name") ?? person.Text("code") ?? TrytonKey.Of(person.Id).Value,
                        Mechanisms = TrytonMechanisms.Map(mechanisms[person.Id]),
                        IsActive = person.Flag("active"),
                    });
            }),
        ];
    }

    private async Task<IReadOnlyCollection<long>> RelationsToAsync(IReadOnlyCollection<long> parties, CancellationToken cancellation) =>
        [.. (await reads.WhereInAsync(Model, "to", parties, ["to"], cancellation, [.. Filter])).Where(r => TrytonRelations.Counts(r, reads.Options)).Select(r => r.Id)];
}
