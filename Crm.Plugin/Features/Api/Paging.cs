using System.Globalization;

namespace Crm.Plugin.Features.Api;

/// <summary>One page of a list.</summary>
/// <param name="Items">In the order of the list; may be empty.</param>
/// <param name="Next">Send it as <c>after</c> for the page that follows; null when this is the last.</param>
internal sealed record ApiPage<T>(IReadOnlyList<T> Items, string? Next);

/// <summary>Paging by key: a page costs the same wherever it lies, and rows that come meanwhile move nothing.</summary>
internal static class Paging
{
    public const int MostRows = 200;

    public const int DefaultRows = 50;

    public static bool IsLimit(int? limit) => limit is null or (>= 1 and <= MostRows);

    /// <summary>Cuts the row that was read beyond the page, to know whether there is another.</summary>
    public static ApiPage<TItem> Page<TRow, TItem>(IReadOnlyList<TRow> rows, int limit, Func<TRow, TItem> item, Func<TRow, long> place) => new(
        [.. rows.Take(limit).Select(item)],
        rows.Count > limit ? place(rows[limit - 1]).ToString(CultureInfo.InvariantCulture) : null);

    /// <summary>Whether a cursor is made of so many numbers; none at all begins the list.</summary>
    public static bool IsDotted(string? cursor, int numbers) =>
        cursor is null || (cursor.Split('.') is var parts && parts.Length == numbers && parts.All(p => long.TryParse(p, CultureInfo.InvariantCulture, out _)));

    /// <summary>A cursor of one number; none at all is null.</summary>
    public static bool TryNumber(string? cursor, out long? number)
    {
        number = long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var parsed) ? parsed : null;
        return cursor is null || number is not null;
    }
}
