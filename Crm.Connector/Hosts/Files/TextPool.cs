using System.Text;

namespace Crm.Connector.Hosts.Files;

/// <summary>Gives the same string for the same bytes where a column repeats itself (currencies, sellers, towns).</summary>
/// <param name="shape">What becomes of each text before it is kept; null: nothing.</param>
internal sealed class TextPool(Func<string, string>? shape = null)
{
    private const int Slots = 4096;
    private const int LongestText = 40;

    private readonly (ulong Hash, string Text)[] _slots = new (ulong, string)[Slots];

    public string Get(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        if (bytes.Length > LongestText)
            return Make(bytes, encoding);
        var hash = RowHash.Of(bytes, (ulong)encoding.CodePage);
        ref var slot = ref _slots[hash & (Slots - 1)];
        if (slot.Hash != hash || slot.Text is null)
            slot = (hash, Make(bytes, encoding));
        return slot.Text;
    }

    private string Make(ReadOnlySpan<byte> bytes, Encoding encoding)
    {
        var text = encoding.GetString(bytes);
        return shape is null ? text : shape(text);
    }
}
