using System.Text;

namespace Crm.Connector.Hosts.Files;

/// <summary>Gives the same string for the same bytes where a column repeats itself (currencies, sellers, towns).</summary>
internal sealed class TextPool
{
    private const int Slots = 4096;
    private const int LongestText = 40;

    private readonly (ulong Hash, string Text)[] _slots = new (ulong, string)[Slots];

    public string Get(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        if (bytes.Length > LongestText)
            return encoding.GetString(bytes);
        var hash = RowHash.Of(bytes, (ulong)encoding.CodePage);
        ref var slot = ref _slots[hash & (Slots - 1)];
        if (slot.Hash != hash || slot.Text is null)
            slot = (hash, encoding.GetString(bytes));
        return slot.Text;
    }
}
