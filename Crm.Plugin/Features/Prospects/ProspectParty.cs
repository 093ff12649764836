using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Prospects;

/// <summary>What is known of a prospect, as it was typed and checked.</summary>
internal sealed record ProspectDraft
{
    /// <summary>Of the company, or of the person where there is none. Never empty.</summary>
    public required string Name { get; init; }

    /// <summary>Who speaks for the company; null for nobody, or the prospect's own name.</summary>
    public string? Person { get; init; }

    /// <summary>The main one of each kind first.</summary>
    public IReadOnlyList<ContactMechanism> Mechanisms { get; init; } = [];

    /// <summary>Null when nothing of it is known.</summary>
    public PostalAddress? Address { get; init; }

    public string? TaxId { get; init; }

    public string? Source { get; init; }

    public string? Note { get; init; }

    /// <summary>The signed-in user when null.</summary>
    public long? ResponsibleId { get; init; }

    public long? CallId { get; init; }
}

/// <summary>Makes the counterparty that a prospect is. No database.</summary>
internal static class ProspectParty
{
    public static CounterpartyRecord New(ProspectDraft draft, string? managerLogin, DateTimeOffset at, DateOnly day)
    {
        var record = new CounterpartyRecord
        {
            ConnectionId = CounterpartyRecord.ProspectConnection,
            HostKey = "prospect-" + Guid.CreateVersion7(at).ToString("N"),
            Version = "1",
            ReadAt = at,
            Name = "",
            NameFolded = "",
            Mechanisms = "",
            Addresses = "",
            IsActive = true,
            CreatedOn = day,
        };
        Fill(record, draft, managerLogin);
        return record;
    }

    /// <summary>Puts what was typed into the record.</summary>
    public static void Fill(CounterpartyRecord record, ProspectDraft draft, string? managerLogin)
    {
        record.Name = CleanText.Of(draft.Name);
        record.NameFolded = SearchText.Fold(draft.Name);
        record.TaxId = draft.TaxId;
        record.Mechanisms = MirrorJson.Write(draft.Mechanisms);
        record.Addresses = draft.Address is { } address ? MirrorJson.Write([address]) : "";
        record.City = draft.Address?.City;
        record.ManagerLogin = managerLogin;
    }

    /// <summary>Whether two are one number or one address.</summary>
    public static bool Same(ContactMechanism one, ContactMechanism other) =>
        one.Kind == other.Kind && MechanismRule.Normal(one.Kind, one.Value) == MechanismRule.Normal(other.Kind, other.Value);
}
