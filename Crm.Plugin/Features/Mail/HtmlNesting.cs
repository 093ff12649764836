using System.Text;

namespace Crm.Plugin.Features.Mail;

/// <summary>
/// Tells HTML that people write from HTML that is made to keep a parser busy: by the rules of HTML every tag looks through all that are open,
/// and every paragraph opens anew the letter shapes that are, so deep nesting costs its square.
/// </summary>
internal static class HtmlNesting
{
    private const int MostTags = 50_000;
    private const int Deepest = 1_000;
    private const int MostShapes = 50;

    private static readonly HashSet<string> Void = ["br", "hr", "img", "meta", "link", "input", "col", "area", "base", "wbr"];

    private static readonly HashSet<string> Shapes = ["a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];

    /// <summary>Whether a parser is soon done with it.</summary>
    public static bool IsTame(string html)
    {
        var (tags, depth, shapes) = (0, 0, 0);
        for (var at = html.IndexOf('<', StringComparison.Ordinal); at >= 0; at = html.IndexOf('<', at + 1))
        {
            var isEnd = at + 1 < html.Length && html[at + 1] == '/';
            var start = at + (isEnd ? 2 : 1);
            var end = start;
            while (end < html.Length && end - start < 12 && char.IsAsciiLetterOrDigit(html[end]))
            {
                end++;
            }

            var name = html[start..end].ToLowerInvariant();
            if (name.Length == 0 || Void.Contains(name))
            {
                continue;
            }

            depth = Math.Max(0, depth + (isEnd ? -1 : 1));
            shapes = Shapes.Contains(name) ? Math.Max(0, shapes + (isEnd ? -1 : 1)) : shapes;
            if (++tags > MostTags || depth > Deepest || shapes > MostShapes)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>What is left when everything between angle brackets is taken away.</summary>
    public static string WithoutTags(string html)
    {
        var (result, isTag) = (new StringBuilder(), false);
        foreach (var letter in html)
        {
            isTag = letter == '<' || (isTag && letter != '>');
            if (!isTag && letter != '>')
            {
                result.Append(letter);
            }
        }

        return result.ToString().Trim();
    }
}
