using Crm.Plugin.Features.Mail;
using Crm.Plugin.Features.Mail.Letters;

namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>What was found in texts and files.</summary>
/// <param name="Addresses">In small letters, each once, in the order found.</param>
/// <param name="Found">Repetitions included.</param>
/// <param name="IsCut">There were more than are looked at.</param>
public sealed record Harvest(IReadOnlyList<string> Addresses, int Found, bool IsCut);

/// <summary>Gathers addresses. No clock, no database.</summary>
public static class HarvestRule
{
    public const int Most = 5_000;

    /// <summary>Addresses of texts, each once whatever its letters' case.</summary>
    public static Harvest Gather(IEnumerable<string> texts)
    {
        var (addresses, seen, found) = (new List<string>(), new HashSet<string>(StringComparer.Ordinal), 0);
        foreach (var address in texts.SelectMany(MailAddressRule.Find))
        {
            found++;
            if (seen.Add(MailAddressRule.Fold(address)) && addresses.Count <= Most)
            {
                addresses.Add(MailAddressRule.Fold(address));
            }
        }

        return new(addresses.Count > Most ? addresses.GetRange(0, Most) : addresses, found, addresses.Count > Most);
    }

    /// <summary>The texts of a file: of a letter its people and its text, of anything else its letters.</summary>
    public static IEnumerable<string> Texts(string name, byte[] content)
    {
        if (!name.EndsWith(".eml", StringComparison.OrdinalIgnoreCase))
        {
            return [OctetText.Decode(content, null)];
        }

        var letter = LetterReader.Read(content);
        return
        [
            .. letter.From is { } from ? new[] { from.Address } : [], .. letter.Recipients.Select(r => r.Address),
            letter.Text ?? "", letter.Html is { } html ? HtmlClean.Text(html) : "",
        ];
    }
}
