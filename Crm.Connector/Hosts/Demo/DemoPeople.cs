using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Customers and suppliers; each appears when it is entered and does not change.</summary>
internal sealed class DemoCounterparties(DemoCompany company) : DemoSource<Trade, Counterparty>(company), ICounterpartySource
{
    public static string KeyOf(int number) => string.Create(CultureInfo.InvariantCulture, $"C-{number:00000}");

    protected override IEnumerable<Trade> All(DateOnly anchor, long until) => Company.Parties(anchor, until);

    protected override Trade? Find(string key) => Company.FindParty(key);

    protected override long? LastChange(Trade item, long at) => item.Born <= at ? item.Born : null;

    protected override Counterparty Tell(Trade item, long at, string version)
    {
        var party = Parties.Of(Company.Seed, item.Number);
        return new Counterparty
        {
            Key = new HostKey(KeyOf(item.Number)),
            Version = version,
            Name = party.Name,
            Code = string.Create(CultureInfo.InvariantCulture, $"{item.Number:00000}"),
            TaxId = party.TaxId,
            Roles = (item.Number <= Trade.Suppliers ? CounterpartyRoles.Supplier : 0) | (item.Habit == Habit.None ? 0 : CounterpartyRoles.Customer),
            Mechanisms = party.Mechanisms,
            Addresses = [party.Address],
            ManagerLogin = item.Habit == Habit.None ? null : Staff.SellerOf(Company.Seed, item.Number),
            CreatedOn = Moments.Day(item.Born),
        };
    }
}

/// <summary>One contact person by counterparty and place, 1 first.</summary>
internal sealed record Contact(Trade Party, int Place);

/// <summary>Contact persons, one to four a counterparty; they appear with it.</summary>
internal sealed class DemoContactPersons(DemoCompany company) : DemoSource<Contact, ContactPerson>(company), IContactPersonSource
{
    protected override IEnumerable<Contact> All(DateOnly anchor, long until) => Company.Parties(anchor, until)
        .SelectMany(t => Enumerable.Range(1, Persons.CountOf(Company.Seed, t.Number)).Select(place => new Contact(t, place)));

    protected override Contact? Find(string key) =>
        key.Length == 9 && key.StartsWith("P-", StringComparison.Ordinal) && key[7] == '-'
            && Company.FindParty("C-" + key[2..7]) is { } party
            && DemoCompany.TryNumber(key.AsSpan(8), out var place) && place > 0 && place <= Persons.CountOf(Company.Seed, party.Number)
            ? new Contact(party, place)
            : null;

    protected override long? LastChange(Contact item, long at) => item.Party.Born <= at ? item.Party.Born : null;

    protected override ContactPerson Tell(Contact item, long at, string version)
    {
        var person = Persons.Of(Company.Seed, item.Party.Number, item.Place);
        return new ContactPerson
        {
            Key = new HostKey(string.Create(CultureInfo.InvariantCulture, $"P-{item.Party.Number:00000}-{item.Place}")),
            Version = version,
            Counterparty = new HostKey(DemoCounterparties.KeyOf(item.Party.Number)),
            Name = person.Name,
            Position = person.Position,
            Mechanisms = person.Mechanisms,
            Birthday = person.Birthday,
        };
    }
}

/// <summary>The company's own people.</summary>
internal sealed class DemoUsers(DemoCompany company) : DemoSource<HostUser, HostUser>(company), IHostUserSource
{
    protected override IEnumerable<HostUser> All(DateOnly anchor, long until) => Staff.All;

    protected override HostUser? Find(string key) => Staff.All.FirstOrDefault(u => u.Key.Value == key);

    protected override long? LastChange(HostUser item, long at) => 0;

    protected override HostUser Tell(HostUser item, long at, string version) => item with { Version = version };
}
