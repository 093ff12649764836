using System.Globalization;
using Crm.Connector.Hosts.Demo.Words;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Name, numbers and address of a counterparty.</summary>
internal sealed record Party(Land Land, Town Town, string Name, string Domain, string TaxId, IReadOnlyList<ContactMechanism> Mechanisms, PostalAddress Address);

/// <summary>Makes counterparties; each follows from the seed and its number alone.</summary>
internal static class Parties
{
    public static Party Of(int seed, int number)
    {
        var dice = new Dice(seed, Throw.Party, number);
        var where = dice.Fraction();
        var land = where < 0.45 ? Land.Russia : where < 0.82 ? Land.Ukraine : where < 0.93 ? Land.Britain : Land.Germany;
        var town = dice.Of(Countries.Towns(land));
        var isPerson = number > Trade.Suppliers && dice.Chance(land == Land.Russia ? 0.15 : land == Land.Ukraine ? 0.22 : 0);
        var (name, root) = isPerson ? Sole(land, ref dice) : Company(seed, land, number, ref dice);
        var domain = Latin.Of(root) + ".example";
        var taxId = land switch
        {
            Land.Russia => isPerson ? TaxIds.RussianPerson(ref dice) : TaxIds.RussianCompany(ref dice),
            Land.Ukraine => isPerson ? TaxIds.UkrainianPerson(ref dice) : TaxIds.UkrainianCompany(ref dice),
            Land.Britain => TaxIds.British(ref dice),
            _ => TaxIds.German(ref dice),
        };
        return new Party(land, town, name, domain, taxId, Mechanisms(land, town, domain, ref dice), Address(land, town, ref dice));
    }

    private static (string Name, string Root) Company(int seed, Land land, int number, ref Dice dice)
    {
        var (first, second, third) = land switch
        {
            Land.Russia => (CompanyWords.RussianFirst, CompanyWords.RussianSecond, CompanyWords.RussianThird),
            Land.Ukraine => (CompanyWords.UkrainianFirst, CompanyWords.UkrainianSecond, CompanyWords.UkrainianThird),
            Land.Britain => (CompanyWords.BritishFirst, CompanyWords.BritishSecond, CompanyWords.BritishThird),
            _ => (CompanyWords.GermanFirst, CompanyWords.GermanSecond, CompanyWords.GermanThird),
        };

        // A step that shares no factor with the lengths walks through all combinations before one comes again.
        var all = first.Length * second.Length * third.Length;
        var at = (int)(((number * 1009L) + (seed % 997)) % all);
        var (a, b, c) = (first[at % first.Length], second[at / first.Length % second.Length], third[at / first.Length / second.Length]);
        return land switch
        {
            Land.Russia => ($"{(dice.Chance(0.88) ? "ООО" : "АО")} «{a}{b}{c}»", a + b + c),
            Land.Ukraine => ($"{(dice.Chance(0.85) ? "ТОВ" : "ПП")} «{a}{b}{c}»", a + b + c),
            _ => ($"{a} {b}{c}", $"{a} {b}"),
        };
    }

    /// <summary>A person who trades in their own name.</summary>
    private static (string Name, string Root) Sole(Land land, ref Dice dice)
    {
        var name = Persons.Name(land, ref dice);
        return land == Land.Russia ? ("ИП " + name, "ip " + name[..name.LastIndexOf(' ')]) : ("ФОП " + name, "fop " + name[..name.LastIndexOf(' ')]);
    }

    private static List<ContactMechanism> Mechanisms(Land land, Town town, string domain, ref Dice dice)
    {
        var mechanisms = new List<ContactMechanism> { new(ContactMechanismKind.Phone, Phones.Office(land, town, ref dice)) };
        if (dice.Chance(0.35))
        {
            mechanisms.Add(new(ContactMechanismKind.Phone, Phones.Mobile(land, ref dice), land is Land.Russia ? "склад" : land is Land.Ukraine ? "бухгалтерія" : "mobile"));
        }

        if (dice.Chance(0.93))
        {
            mechanisms.Add(new(ContactMechanismKind.Email, dice.Of(["info@", "office@", "zakaz@", "sales@", "mail@"]) + domain));
        }

        if (dice.Chance(0.4))
        {
            mechanisms.Add(new(ContactMechanismKind.Website, "https://" + domain));
        }

        return mechanisms;
    }

    private static PostalAddress Address(Land land, Town town, ref Dice dice)
    {
        var house = dice.Whole(1, 140).ToString(CultureInfo.InvariantCulture);
        var postal = dice.Whole(0, 999);
        return land switch
        {
            Land.Russia => New(town.PostalPrefix + postal.ToString("D3", CultureInfo.InvariantCulture), $"{dice.Of(Countries.RussianStreets)}, д. {house}"),
            Land.Ukraine => New(town.PostalPrefix + postal.ToString("D3", CultureInfo.InvariantCulture), $"{dice.Of(Countries.UkrainianStreets)}, {house}"),
            Land.Britain => New($"{town.PostalPrefix} {postal % 10}{(char)('A' + (postal % 23))}{(char)('A' + (postal % 19))}", $"{house} {dice.Of(Countries.BritishStreets)}"),
            _ => New(town.PostalPrefix + (postal % 100).ToString("D2", CultureInfo.InvariantCulture), $"{dice.Of(Countries.GermanStreets)} {house}"),
        };

        PostalAddress New(string code, string lines) => new(Countries.Code(land), town.Region, town.Name, code, lines);
    }
}
