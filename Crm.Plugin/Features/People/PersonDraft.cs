using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.People;

/// <summary>A person as a form describes them.</summary>
internal sealed record PersonDraft(string Name, string? Role, string? Position, DateOnly? Birthday, DateOnly? LeftOn, ContactChannel? Channel, string? Language, bool DoNotContact, string? Note)
{
    /// <summary>Reads a form.</summary>
    /// <param name="form">As typed.</param>
    /// <param name="isNamed">Whether the form has a name: not for a person of the ERP.</param>
    /// <param name="today">In the user's zone.</param>
    /// <param name="refusals">Gets what is wrong.</param>
    public static PersonDraft Read(InteractionForm form, bool isNamed, DateOnly today, List<Refusal> refusals)
    {
        foreach (var (field, longest) in ((string, int)[])[("name", InteractionRule.LineLength), ("role", InteractionRule.LineLength), ("position", InteractionRule.LineLength), ("note", InteractionRule.TextLength)])
        {
            if (form[field].Length > longest)
            {
                refusals.Add(new(field, RefusalTexts.TooLong, longest, form[field].Length));
            }
        }

        if (isNamed && string.IsNullOrWhiteSpace(form["name"]))
        {
            refusals.Add(new("name", PeopleTexts.NoPersonName));
        }

        var birthday = Day(form, "birthday", refusals);
        if (birthday > today)
        {
            refusals.Add(new("birthday", PeopleTexts.FutureBirthday));
        }

        return new(form["name"].Trim(), Text(form["role"]), Text(form["position"]), birthday, Day(form, "leftOn", refusals), ChannelOf(form, refusals), LanguageOf(form, refusals), form["doNotContact"] == "true", Text(form["note"]));
    }

    public static DateOnly? Day(InteractionForm form, string field, List<Refusal> refusals)
    {
        var text = form[field].Trim();
        if (text.Length == 0)
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1900 and < 2100)
        {
            return day;
        }

        // Day and month alone, as many people give their birthday.
        if (field == "birthday" && DateOnly.TryParseExact("0004-" + text.TrimStart('-'), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day))
        {
            return day is { Month: 2, Day: 29 } ? day : new(1, day.Month, day.Day);
        }

        refusals.Add(new(field, PeopleTexts.BadDay));
        return null;
    }

    public static ContactChannel? ChannelOf(InteractionForm form, List<Refusal> refusals)
    {
        if (form["channel"].Length == 0)
        {
            return null;
        }

        if (Enum.TryParse<ContactChannel>(form["channel"], out var channel) && Enum.IsDefined(channel))
        {
            return channel;
        }

        refusals.Add(new("channel", RefusalTexts.NotListed));
        return null;
    }

    public static string? LanguageOf(InteractionForm form, List<Refusal> refusals)
    {
        var code = form["language"].Trim().ToLowerInvariant();
        if (code.Length > 0 && (code.Length is < 2 or > 3 || !code.All(char.IsAsciiLetter)))
        {
            refusals.Add(new("language", PeopleTexts.BadLanguage));
        }

        return code.Length == 0 ? null : code;
    }

    public static string? Text(string typed) => string.IsNullOrWhiteSpace(typed) ? null : CleanText.Of(typed.Trim());
}
