namespace Crm.Plugin.Features.Classification;

/// <summary>
/// Tells whether two runs read the same documents. A sum of mixed 128-bit values, so the order of reading does not matter.
/// It finds changes; it is no protection against somebody who wants to deceive.
/// </summary>
internal struct InputsFingerprint
{
    private ulong high;
    private ulong low;
    private ulong count;

    /// <summary>Takes up one document.</summary>
    public void Add(long counterpartyId, in CountedOrder order)
    {
        var mixed = Mix((ulong)counterpartyId ^ ((ulong)order.Day << 40));
        mixed = Mix(mixed ^ (ulong)order.TotalE4);
        mixed = Mix(mixed ^ (ulong)(order.CostE4 ?? long.MinValue));
        mixed = Mix(mixed ^ (ulong)order.QuantityE4 ^ (order.IsSale ? 1UL << 62 : 0) ^ (order.IsInCurrency ? 1UL << 61 : 0));
        low += mixed;
        high += Mix(mixed + 0x9E3779B97F4A7C15);
        count++;
    }

    /// <summary>Takes up one counterparty's membership.</summary>
    public void Add(long counterpartyId, bool isLivingCustomer)
    {
        var mixed = Mix((ulong)counterpartyId * 2 + (isLivingCustomer ? 1UL : 0));
        low += mixed;
        high += Mix(~mixed);
    }

    /// <summary>Takes up what another one took up.</summary>
    public void Add(in InputsFingerprint other)
    {
        low += other.low;
        high += other.high;
        count += other.count;
    }

    /// <summary>Number of documents and 32 hexadecimal digits.</summary>
    public override readonly string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{count}-{high:x16}{low:x16}");

    // The finalizer of SplitMix64 (Steele, Lea & Flood 2014).
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
