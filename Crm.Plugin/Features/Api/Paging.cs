using System.Buffers.Text;
using System.Globalization;
using System.Text;

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

    private const char Between = '\u001f';

    public static bool IsLimit(int? limit) => limit is null or (>= 1 and <= MostRows);

    /// <summary>Cuts the row that was read beyond the page, to know whether there is another.</summary>
    public static ApiPage<TItem> Page<TRow, TItem>(List<TRow> rows, int limit, Func<TRow, TItem> item, Func<TRow, string> cursor)
    {
        var next = rows.Count > limit ? cursor(rows[limit - 1]) : null;
        return new([.. rows.Take(limit).Select(item)], next);
    }

    /// <summary>Opaque to the caller.</summary>
    public static string Cursor(params IReadOnlyList<object> parts) =>
        Base64Url.EncodeToString(Encoding.UTF8.GetBytes(string.Join(Between, parts.Select(p => Convert.ToString(p, CultureInfo.InvariantCulture)))));

    /// <summary>The parts of a cursor; null when it was not made by <see cref="Cursor"/> with as many parts.</summary>
    public static string[]? Parts(string cursor, int count)
    {
        if (cursor.Length > 2000 || !Base64Url.IsValid(cursor))
        {
            return null;
        }

        var parts = Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor)).Split(Between);
        return parts.Length == count ? parts : null;
    }

    /// <summary>A cursor of one number.</summary>
    public static bool TryNumber(string? cursor, out long? number)
    {
        number = null;
        if (cursor is null)
        {
            return true;
        }

        if (Parts(cursor, 1) is { } parts && long.TryParse(parts[0], CultureInfo.InvariantCulture, out var parsed))
        {
            number = parsed;
            return true;
        }

        return false;
    }
}
