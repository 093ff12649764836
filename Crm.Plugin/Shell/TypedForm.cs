using System.Globalization;
using Crm.Plugin.Features.ContactLog;

namespace Crm.Plugin.Shell;

/// <summary>A form as it was typed; what is wrong is told at its field, and what was typed is shown again.</summary>
public sealed class TypedForm
{
    private readonly Dictionary<string, string> typed;
    private readonly List<Refusal> refusals = [];
    private Dictionary<string, int> cut = [];

    /// <param name="typed">Names and values as they stand in the form.</param>
    public TypedForm(Dictionary<string, string> typed) => this.typed = typed;

    /// <summary>Everything wrong so far.</summary>
    public IReadOnlyList<Refusal> Refusals => refusals;

    /// <summary>As typed; "" when absent.</summary>
    public string this[string name] => typed.GetValueOrDefault(name, "");

    /// <param name="form">As the browser sent it.</param>
    /// <param name="most">Longer values are cut, so that a paste of megabytes is not sent back, and refused: nothing is kept that is not whole.</param>
    public static TypedForm From(IFormCollection form, int most = 2_000)
    {
        var fields = form.Where(f => f.Key.Length <= 60 && f.Key != "__RequestVerificationToken").ToList();
        var typed = new TypedForm(fields.ToDictionary(f => f.Key, f => f.Value.ToString() is { } value && value.Length > most ? value[..most] : f.Value.ToString().Trim()))
        {
            // What is ticked several times is a choice, not a text.
            cut = fields.Where(f => f.Value.Count == 1 && f.Value.ToString().Length > most).ToDictionary(f => f.Key, f => f.Value.ToString().Length),
        };
        foreach (var (name, length) in typed.cut)
        {
            typed.Refuse(name, FormTexts.TooLong, most, length);
        }

        return typed;
    }

    /// <summary>Refuses a text that is longer than it may be; one that had to be cut is told this limit instead of the form's.</summary>
    public string Whole(string name, int most)
    {
        if (cut.TryGetValue(name, out var length) || (length = this[name].Length) > most)
        {
            refusals.RemoveAll(r => r.Field == name && r.Text == FormTexts.TooLong);
            Refuse(name, FormTexts.TooLong, most, length);
        }

        return this[name];
    }

    public void Refuse(string field, string text, params IReadOnlyList<object> arguments) => refusals.Add(new(field, text, arguments));

    /// <summary>Minute of the day; null when nothing was typed.</summary>
    public int? Minute(string name)
    {
        if (this[name].Length == 0)
        {
            return null;
        }

        if (TimeOnly.TryParseExact(this[name], ["HH:mm", "HH:mm:ss", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return (time.Hour * 60) + time.Minute;
        }

        Refuse(name, FormTexts.BadTime);
        return null;
    }

    /// <summary>A whole number between two; null when nothing was typed.</summary>
    public int? Number(string name, int least, int most)
    {
        if (this[name].Length == 0)
        {
            return null;
        }

        if (int.TryParse(this[name], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most)
        {
            return number;
        }

        Refuse(name, FormTexts.BadNumber, least, most);
        return null;
    }

    /// <summary>As a field of kind time shows it.</summary>
    public static string Write(int? minute) => minute is { } m ? string.Create(CultureInfo.InvariantCulture, $"{m / 60:00}:{m % 60:00}") : "";
}

/// <summary>Reasons that any form may refuse for; each feature that uses them translates them.</summary>
public static class FormTexts
{
    public const string BadTime = "This is not a time of day. Example: 08:30.";
    public const string BadNumber = "This is a whole number from {0} to {1}.";
    public const string TooLong = "At most {0} characters; this text has {1}.";
}
