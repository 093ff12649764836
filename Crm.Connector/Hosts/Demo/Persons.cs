using Crm.Connector.Hosts.Demo.Words;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>What is known of a contact person.</summary>
internal sealed record Person(string Name, string Position, DateOnly? Birthday, IReadOnlyList<ContactMechanism> Mechanisms);

/// <summary>Makes contact persons; each follows from the seed, the counterparty's number and its place.</summary>
internal static class Persons
{
    public static int CountOf(int seed, int party) => new Dice(seed, Throw.Person, party).Of([1, 1, 1, 2, 2, 2, 3, 3, 4]);

    public static Person Of(int seed, int party, int place)
    {
        var dice = new Dice(seed, Throw.Person, party, place);
        var at = Parties.Of(seed, party);
        var name = Name(at.Land, ref dice);
        var position = place == 1 && dice.Chance(0.5) ? Jobs(at.Land)[0] : dice.Of(Jobs(at.Land));
        var mechanisms = new List<ContactMechanism>();
        if (dice.Chance(0.9))
        {
            mechanisms.Add(new(ContactMechanismKind.Phone, Phones.Mobile(at.Land, ref dice)));
        }

        if (dice.Chance(0.1))
        {
            mechanisms.Add(new(ContactMechanismKind.Phone, Phones.Office(at.Land, at.Town, ref dice)));
        }

        if (dice.Chance(0.75))
        {
            var isCyrillic = at.Land is Land.Russia or Land.Ukraine;
            var words = name.Split(' ');
            var (given, family) = isCyrillic ? (words[1], words[0]) : (words[0], words[1]);
            mechanisms.Add(new(ContactMechanismKind.Email, $"{Latin.Of(given)[0]}.{Latin.Of(family)}@{at.Domain}"));
        }

        return new Person(name, position, Birthday(ref dice), mechanisms);
    }

    /// <summary>Family name first with the father's name in Cyrillic, given name first otherwise.</summary>
    public static string Name(Land land, ref Dice dice)
    {
        var isMan = dice.Chance(0.55);
        return land switch
        {
            Land.Russia => $"{dice.Of(PersonWords.RussianSurnames)}{(isMan ? "" : "а")} {dice.Of(isMan ? PersonWords.RussianMen : PersonWords.RussianWomen)} {dice.Of(PersonWords.RussianFathers)}{(isMan ? "ич" : "на")}",
            Land.Ukraine => Ukrainian(isMan, ref dice),
            Land.Britain => $"{dice.Of(PersonWords.EnglishNames)} {dice.Of(PersonWords.EnglishSurnames)}",
            _ => $"{dice.Of(PersonWords.GermanNames)} {dice.Of(PersonWords.GermanSurnames)}",
        };
    }

    private static string Ukrainian(bool isMan, ref Dice dice)
    {
        var name = $"{dice.Of(PersonWords.UkrainianSurnames)} {dice.Of(isMan ? PersonWords.UkrainianMen : PersonWords.UkrainianWomen)}";
        var father = dice.Of(PersonWords.UkrainianFathers);

        // Сергійович but Сергіївна, Васильович but Василівна.
        var woman = father.Replace("йов", "їв", StringComparison.Ordinal).Replace("ьов", "ів", StringComparison.Ordinal).Replace("ов", "ів", StringComparison.Ordinal);
        return $"{name} {(isMan ? father + "ич" : woman + "на")}";
    }

    private static DateOnly? Birthday(ref Dice dice)
    {
        if (dice.Chance(0.35))
        {
            return null;
        }

        if (dice.Chance(0.004))
        {
            return new DateOnly(1960 + (4 * dice.Whole(0, 10)), 2, 29);
        }

        var day = new DateOnly(1958, 1, 1).AddDays(dice.Whole(0, 44 * 365));
        return dice.Chance(0.12) ? new DateOnly(1, day.Month, Math.Min(day.Day, 28)) : day; // the year is a secret
    }

    private static string[] Jobs(Land land) => land switch
    {
        Land.Russia => PersonWords.RussianJobs,
        Land.Ukraine => PersonWords.UkrainianJobs,
        Land.Britain => PersonWords.EnglishJobs,
        _ => PersonWords.GermanJobs,
    };
}
