using System.Net.Mail;
using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;

namespace Crm.Plugin.Features.People;

/// <summary>Decides what is a contact mechanism, and when two are the same. No database.</summary>
public static class MechanismRule
{
    /// <summary>Longest value that both databases and every ERP take.</summary>
    public const int Longest = 255;

    /// <summary>What equal ones share.</summary>
    public static string Normal(ContactMechanismKind kind, string value) => kind switch
    {
        ContactMechanismKind.Phone or ContactMechanismKind.Fax => PhoneDigits.Normalise(value),
        ContactMechanismKind.Website => SearchText.Fold(value).TrimEnd('/').Replace("https://", "", StringComparison.Ordinal).Replace("http://", "", StringComparison.Ordinal),
        _ => SearchText.Fold(value),
    };

    /// <summary>Null when it can be kept.</summary>
    public static Refusal? Check(ContactMechanismKind kind, string value) => value.Trim() switch
    {
        "" => new("value", PeopleTexts.NoValue),
        { Length: > Longest } text => new("value", RefusalTexts.TooLong, Longest, text.Length),
        var text => kind switch
        {
            ContactMechanismKind.Phone or ContactMechanismKind.Fax when PhoneDigits.Normalise(text).Length < 5 || text.Count(char.IsAsciiDigit) > 20 => new("value", PeopleTexts.BadPhone),
            ContactMechanismKind.Email when !IsEmail(text) => new("value", PeopleTexts.BadEmail),
            ContactMechanismKind.Website when !IsSite(text) => new("value", PeopleTexts.BadSite),
            _ => null,
        },
    };

    /// <summary>One address without a name, with a domain that has a dot.</summary>
    public static bool IsEmail(string text) =>
        MailAddress.TryCreate(text, out var address) && address.Address == text && address.DisplayName.Length == 0 && address.Host.Contains('.', StringComparison.Ordinal)
        && !address.Host.StartsWith('.') && !address.Host.EndsWith('.') && !text.Any(char.IsWhiteSpace);

    private static bool IsSite(string text) =>
        Uri.TryCreate(text.Contains("://", StringComparison.Ordinal) ? text : "https://" + text, UriKind.Absolute, out var site) && site.Scheme is "http" or "https" && site.Host.Contains('.', StringComparison.Ordinal);
}

/// <summary>Refusals of this slice; shown by the contact log's fields and translated there.</summary>
internal static class PeopleTexts
{
    public const string NoValue = "Write the number or the address.";
    public const string BadPhone = "A telephone number has 5 to 20 digits.";
    public const string BadEmail = "This is not an e-mail address. Example: name@company.com.";
    public const string BadSite = "This is not the address of a web site. Example: www.company.com.";
    public const string NoPersonName = "Write the person's name.";
    public const string BadDay = "This is not a day. Example: 2026-11-22.";
    public const string FutureBirthday = "A birthday lies in the past.";
    public const string EndBeforeStart = "The last day is before the first one.";
    public const string There = "This is known of them already.";
    public const string BadLanguage = "A language has a code of two or three letters, such as ru, uk or en.";
    public const string PlaceThere = "This person already speaks for that counterparty.";
}
