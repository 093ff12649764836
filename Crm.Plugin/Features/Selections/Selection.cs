using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Shell;
using Microsoft.AspNetCore.WebUtilities;

namespace Crm.Plugin.Features.Selections;

/// <summary>Whom a letter, a message or an envelope goes to: counterparties, or persons who speak for them. Read from an address or from a form.</summary>
/// <param name="Filter">Which counterparties, also by saved segment.</param>
/// <param name="OfPersons">Their contact persons instead of themselves.</param>
/// <param name="Part">Only persons with such a part in deals; several are separated by commas; "" for whatever part.</param>
/// <param name="Position">Only persons with such a job title; likewise.</param>
public sealed record Selection(CounterpartyFilter Filter, bool OfPersons, string Part, string Position)
{
    /// <summary>Characters of a part or a position.</summary>
    public const int LongestText = 200;

    private const string Persons = "persons";

    /// <summary>Reads what <see cref="CounterpartyFilter.From"/> reads, and who, part and position.</summary>
    public static Selection From(IQueryCollection query) =>
        new(CounterpartyFilter.From(query), query["who"] == Persons, Cut(query["part"].ToString()), Cut(query["position"].ToString()));

    /// <summary>Reads the fields that <see cref="Fields"/> fills; a segment chosen there goes before the address's.</summary>
    public static Selection From(TypedForm form)
    {
        var filter = CounterpartyFilter.From(new QueryCollection(QueryHelpers.ParseQuery(form["selection"])));
        return new(filter with { Segment = CounterpartyFilter.SegmentOf(form["segment"]) ?? filter.Segment }, form["who"] == Persons, Cut(form["part"]), Cut(form["position"]));
    }

    /// <summary>The fields of a form that keep it.</summary>
    public IEnumerable<KeyValuePair<string, string>> Fields() =>
    [
        new("selection", (Filter with { Segment = null }).ToQuery()), new("segment", Filter.Segment?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""),
        new("who", OfPersons ? Persons : ""), new("part", Part), new("position", Position),
    ];

    /// <summary>The same as a query string that begins with "?", or "".</summary>
    public string ToQuery()
    {
        var own = string.Join('&', Fields().Where(f => f.Key is "who" or "part" or "position" && f.Value.Length > 0).Select(f => f.Key + "=" + Uri.EscapeDataString(f.Value)));
        var filter = Filter.ToQuery();
        return own.Length == 0 ? filter : filter.Length == 0 ? "?" + own : filter + "&" + own;
    }

    private static string Cut(string text) => text.Trim() is { Length: > LongestText } longer ? longer[..LongestText] : text.Trim();
}
