using Crm.Contracts;
using Crm.Plugin.Features.Counterparties;

namespace Crm.Plugin.Features.Api;

/// <summary>A counterparty of a list.</summary>
/// <param name="Id">The plugin's number of it.</param>
/// <param name="Connection">Name of the connection to the ERP.</param>
/// <param name="Key">The ERP's identifier.</param>
/// <param name="Name">As the ERP has it.</param>
/// <param name="Code">The number people know it by.</param>
/// <param name="TaxId">As typed.</param>
/// <param name="Roles">customer, supplier or both.</param>
/// <param name="City">Of the main address.</param>
/// <param name="Phone">The one to use first; null for none that is in use.</param>
/// <param name="Email">Likewise.</param>
/// <param name="Manager">Sign-in name of the responsible user.</param>
/// <param name="Importance">A, B or C of the run in force; null without.</param>
/// <param name="Stage">potential, oneTime, regular or lost; null without.</param>
/// <param name="Regularity">X, Y or Z; only of regular customers.</param>
/// <param name="IsActive">False when the ERP hides it.</param>
/// <param name="IsGone">True when the ERP no longer has it.</param>
internal sealed record CounterpartyAnswer(
    long Id, string Connection, string Key, string Name, string? Code, string? TaxId, IReadOnlyList<string> Roles, string? City, string? Phone, string? Email,
    string? Manager, string? Importance, string? Stage, string? Regularity, bool IsActive, bool IsGone)
{
    public static CounterpartyAnswer Of(CounterpartyLine line, string connection) => new(
        line.Id, connection, line.HostKey, line.Name, line.Code, line.TaxId, RolesOf(line.Roles), line.City, line.Phone, line.Email, line.ManagerLogin,
        ClassNames.Importance(line.Importance), StageWord(line.Stage), ClassNames.Regularity(line.Regularity), line.IsActive, line.IsGone);

    public static IReadOnlyList<string> RolesOf(CounterpartyRoles roles) =>
        [.. roles.HasFlag(CounterpartyRoles.Customer) ? ["customer"] : Array.Empty<string>(), .. roles.HasFlag(CounterpartyRoles.Supplier) ? ["supplier"] : Array.Empty<string>()];

    /// <summary>The stored number of a stage as a word.</summary>
    public static string? StageWord(short? stored) => stored switch { 1 => "potential", 2 => "oneTime", 3 => "regular", 4 => "lost", _ => null };
}

/// <summary>One way to reach somebody.</summary>
/// <param name="Kind">phone, email, website, fax or other.</param>
/// <param name="Value">As the ERP keeps it.</param>
/// <param name="Label">What the ERP calls it, or what it is called here.</param>
internal sealed record MechanismAnswer(string Kind, string Value, string? Label)
{
    public static IReadOnlyList<MechanismAnswer> Of(IReadOnlyList<ContactMechanism> mechanisms) =>
        [.. mechanisms.Select(m => new MechanismAnswer(System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(m.Kind.ToString()), m.Value, m.Label))];
}

/// <summary>A contact person.</summary>
/// <param name="Id">The plugin's number of the person.</param>
/// <param name="Name">Never empty.</param>
/// <param name="Position">Job title.</param>
/// <param name="Mechanisms">Phones, e-mails and the like.</param>
/// <param name="Birthday">The year is 0001 when only day and month are known.</param>
/// <param name="IsActive">False when the ERP hides the person.</param>
internal sealed record PersonAnswer(long Id, string Name, string? Position, IReadOnlyList<MechanismAnswer> Mechanisms, DateOnly? Birthday, bool IsActive);

/// <summary>A contact person of the CRM's own, or one of another counterparty's who speaks for this one too.</summary>
/// <param name="Card">The number to log contacts with.</param>
/// <param name="Name">Never empty.</param>
/// <param name="Position">Job title.</param>
/// <param name="Mechanisms">Phones, e-mails and the like, typed in the CRM or the ERP's.</param>
/// <param name="Birthday">The year is 0001 when only day and month are known.</param>
/// <param name="IsActive">False when they have left.</param>
/// <param name="DoNotContact">Nobody writes to them or calls them without being asked.</param>
internal sealed record OwnPersonAnswer(long Card, string Name, string? Position, IReadOnlyList<MechanismAnswer> Mechanisms, DateOnly? Birthday, bool IsActive, bool DoNotContact);

/// <summary>How fresh an answer is.</summary>
/// <param name="ReadAt">When this version of the record was read.</param>
/// <param name="Version">The ERP's version of it.</param>
/// <param name="CheckedAt">When the ERP was last asked successfully; null before the first time.</param>
/// <param name="Failure">unavailable, refused or unreadable while the last reading failed; else null.</param>
internal sealed record FreshnessAnswer(DateTimeOffset ReadAt, string Version, DateTimeOffset? CheckedAt, string? Failure);

/// <summary>Everything about one counterparty but its history.</summary>
/// <param name="Counterparty">What lists say of it.</param>
/// <param name="Mechanisms">Those that are good today, the main one of each kind first.</param>
/// <param name="Addresses">The main one first.</param>
/// <param name="Persons">By name, at most 100.</param>
/// <param name="OwnPersons">The CRM's own, by name, at most 200.</param>
/// <param name="CreatedOn">The day it was entered in the ERP.</param>
/// <param name="LastOrderOn">Day of the last sale.</param>
/// <param name="Freshness">How fresh this is.</param>
internal sealed record CounterpartyCardAnswer(
    CounterpartyAnswer Counterparty, IReadOnlyList<MechanismAnswer> Mechanisms, IReadOnlyList<PostalAddress> Addresses, IReadOnlyList<PersonAnswer> Persons, IReadOnlyList<OwnPersonAnswer> OwnPersons,
    DateOnly? CreatedOn, DateOnly? LastOrderOn, FreshnessAnswer Freshness);

/// <summary>One thing that happened, or is planned, with a counterparty.</summary>
/// <param name="At">When; a business document's day begins at midnight UTC.</param>
/// <param name="IsDay">Only the day is known.</param>
/// <param name="Title">One line in the language of the request.</param>
/// <param name="Text">What was written.</param>
/// <param name="Note">Who, how long, what state.</param>
/// <param name="Screen">Path of the record's own screen.</param>
internal sealed record TimelineAnswer(DateTimeOffset At, bool IsDay, string Title, string? Text, string? Note, string? Screen);
