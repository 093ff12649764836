namespace Crm.Contracts;

/// <summary>An exact amount in one currency. Amounts of different currencies are never added.</summary>
/// <param name="Amount">In whole currency units, tax excluded where the ERP can tell; the mirror keeps four decimals.</param>
/// <param name="Currency">ISO 4217 code in capitals, or "" where the ERP keeps one unnamed currency.</param>
public readonly record struct Money(decimal Amount, string Currency);
