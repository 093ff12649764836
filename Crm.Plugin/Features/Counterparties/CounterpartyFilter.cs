using System.Globalization;
using System.Text;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Search;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>What a list of counterparties is narrowed to; read from the address, so a list can be bookmarked and shared.</summary>
/// <param name="Text">Fragment of a name, code, tax number, phone or e-mail; "" for everybody.</param>
/// <param name="Role">Only customers or only suppliers; null for both.</param>
/// <param name="Manager">Sign-in name of the responsible user; "-" for nobody; null for all.</param>
/// <param name="Importance">1 = A, 2 = B, 3 = C; 0 = none; null for all.</param>
/// <param name="Stage">Number of the relationship stage; 0 = none; null for all.</param>
/// <param name="Inactive">Also those that the ERP hides or no longer has.</param>
public sealed record CounterpartyFilter(string Text, CounterpartyRoles? Role, string? Manager, short? Importance, short? Stage, bool Inactive)
{
    /// <summary>Only those whom the last evaluation announced as likely to be lost.</summary>
    public bool IsLikelyLost { get; init; }

    /// <summary>Only those of a saved segment; of one that there is not, nobody. Null for all.</summary>
    public long? Segment { get; init; }

    /// <summary>True for only those whom no ERP has yet, false for none of them; null for all.</summary>
    public bool? IsProspect { get; init; }

    /// <summary>What the segment means, once the search has looked it up.</summary>
    internal SegmentCondition? Chosen { get; init; }

    /// <summary>Everybody alive.</summary>
    public static CounterpartyFilter None { get; } = new("", null, null, null, null, false);

    /// <summary>Reads q, role, manager, importance, stage, inactive, loss, prospects and segment; what cannot be understood is left out, except a segment: then nobody is chosen.</summary>
    public static CounterpartyFilter From(IQueryCollection query) => new(
        query["q"].ToString().Trim() is { Length: <= 200 } text ? text : query["q"].ToString()[..200],
        query["role"].ToString() switch { "customer" => CounterpartyRoles.Customer, "supplier" => CounterpartyRoles.Supplier, _ => null },
        query["manager"].ToString() is { Length: > 0 } manager ? manager : null,
        query["importance"].ToString().ToUpperInvariant() switch { "A" => 1, "B" => 2, "C" => 3, "NONE" => 0, _ => null },
        short.TryParse(query["stage"], NumberStyles.None, CultureInfo.InvariantCulture, out var stage) ? stage : null,
        query["inactive"] == "1") { IsLikelyLost = query["loss"] == "1", IsProspect = query["prospects"] == "1" ? true : null, Segment = SegmentOf(query["segment"].ToString()) };

    /// <summary>A segment's number; 0, which none has, for anything else but nothing.</summary>
    public static long? SegmentOf(string typed) => typed.Length == 0 ? null : long.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0;

    /// <summary>Whether anything narrows the list.</summary>
    public bool IsNarrow => this != None;

    /// <summary>The words that a match must hold, folded; empty without a text.</summary>
    public IReadOnlyList<string> Words => SearchText.Fold(Text).Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The same filter as a query string beginning with "?", or "".</summary>
    public string ToQuery()
    {
        var result = new StringBuilder();
        Add("q", Text);
        Add("role", Role switch { CounterpartyRoles.Customer => "customer", CounterpartyRoles.Supplier => "supplier", _ => null });
        Add("manager", Manager);
        Add("importance", Importance switch { 1 => "A", 2 => "B", 3 => "C", 0 => "none", _ => null });
        Add("stage", Stage?.ToString(CultureInfo.InvariantCulture));
        Add("inactive", Inactive ? "1" : null);
        Add("loss", IsLikelyLost ? "1" : null);
        Add("prospects", IsProspect == true ? "1" : null);
        Add("segment", Segment?.ToString(CultureInfo.InvariantCulture));
        return result.ToString();

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                result.Append(result.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }
    }
}
