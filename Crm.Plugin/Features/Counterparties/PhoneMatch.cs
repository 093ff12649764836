namespace Crm.Plugin.Features.Counterparties;

/// <summary>A telephone number and whose it is.</summary>
/// <param name="Typed">As the ERP keeps it.</param>
/// <param name="CounterpartyId">Whose it is.</param>
/// <param name="CounterpartyName">Their name.</param>
/// <param name="PersonId">The contact person; null when it is the counterparty's own.</param>
/// <param name="PersonName">Their name.</param>
public sealed record PhoneMatch(string Typed, long CounterpartyId, string CounterpartyName, long? PersonId, string? PersonName);
