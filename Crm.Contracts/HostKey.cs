namespace Crm.Contracts;

/// <summary>The ERP's own identifier of a record: opaque, compared letter by letter, stable for the record's life.</summary>
/// <param name="Value">1–200 characters, never empty; letter case counts.</param>
public readonly record struct HostKey(string Value)
{
    /// <summary>The key as the ERP writes it.</summary>
    public override string ToString() => Value;
}
