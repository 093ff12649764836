namespace Crm.Contracts;

/// <summary>In which roles the company deals with a counterparty.</summary>
[Flags]
public enum CounterpartyRoles
{
    /// <summary>The ERP does not say.</summary>
    None = 0,

    /// <summary>Buys, or is meant to buy.</summary>
    Customer = 1,

    /// <summary>Sells to the company.</summary>
    Supplier = 2,
}

/// <summary>Kinds of contact mechanism.</summary>
public enum ContactMechanismKind
{
    /// <summary>A telephone number, fixed or mobile.</summary>
    Phone = 1,

    /// <summary>An e-mail address.</summary>
    Email = 2,

    /// <summary>A web site.</summary>
    Website = 3,

    /// <summary>A fax number.</summary>
    Fax = 4,

    /// <summary>Anything else: a messenger, a social network.</summary>
    Other = 9,
}

/// <summary>One way to reach somebody.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Value">As the ERP keeps it, not normalised; never empty.</param>
/// <param name="Label">What the ERP calls it ("accounting"); null when it does not.</param>
public sealed record ContactMechanism(ContactMechanismKind Kind, string Value, string? Label = null);

/// <summary>A postal address.</summary>
/// <param name="Country">ISO 3166 two-letter code, or the country's name where the ERP has no code.</param>
/// <param name="Region">Province, oblast, state.</param>
/// <param name="City">Town.</param>
/// <param name="PostalCode">Postal code.</param>
/// <param name="Lines">Street, house, building; may hold line breaks.</param>
public sealed record PostalAddress(string? Country, string? Region, string? City, string? PostalCode, string? Lines);

/// <summary>A legal or natural person the company deals with; owned by the ERP.</summary>
public sealed record Counterparty : IHostRecord
{
    /// <inheritdoc/>
    public required HostKey Key { get; init; }

    /// <inheritdoc/>
    public required string Version { get; init; }

    /// <summary>Never empty; where the ERP has no name, its code or key.</summary>
    public required string Name { get; init; }

    /// <summary>The number people know it by; null when the ERP has none.</summary>
    public string? Code { get; init; }

    /// <summary>Tax number as typed. Evidence of identity, never a key: branches share it.</summary>
    public string? TaxId { get; init; }

    /// <summary>Roles that the ERP states or that its documents prove.</summary>
    public CounterpartyRoles Roles { get; init; }

    /// <summary>False when the ERP hides it from new documents.</summary>
    public bool IsActive { get; init; } = true;

    /// <summary>The main one of each kind first.</summary>
    public IReadOnlyList<ContactMechanism> Mechanisms { get; init; } = [];

    /// <summary>The main one first.</summary>
    public IReadOnlyList<PostalAddress> Addresses { get; init; } = [];

    /// <summary>Sign-in name of the responsible ERP user; null when nobody is.</summary>
    public string? ManagerLogin { get; init; }

    /// <summary>The day it was entered in the ERP; null when not known.</summary>
    public DateOnly? CreatedOn { get; init; }
}

/// <summary>Reads counterparties.</summary>
public interface ICounterpartySource : IHostSource<Counterparty>;
