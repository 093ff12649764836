using System.Net;
using System.Text;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Crm.Plugin.Features.Mail;

/// <summary>
/// HTML of strangers as a screen may show it: built anew of a few elements that only set text. No script, no style, no form, no picture;
/// links lead out in a new window and are only http, https and mailto.
/// </summary>
internal static class HtmlClean
{
    private const int Deepest = 100;
    private const int Longest = 1 << 20;

    private static readonly HashSet<string> Kept = ["p", "br", "div", "span", "b", "i", "u", "s", "strong", "em", "small", "sub", "sup", "ul", "ol", "li", "table", "thead", "tbody", "tfoot", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "hr", "a"];

    private static readonly HashSet<string> Gone = ["script", "style", "head", "title", "noscript", "template", "iframe", "object", "embed", "svg", "math", "form", "input", "button", "select", "textarea", "link", "meta", "base", "audio", "video", "canvas", "applet", "frame", "frameset"];

    private static readonly HashSet<string> Lines = ["p", "br", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table"];

    /// <summary>What may be put into a page as it is.</summary>
    public static string Clean(string html)
    {
        if (!HtmlNesting.IsTame(html))
        {
            return WebUtility.HtmlEncode(HtmlNesting.WithoutTags(html));
        }

        var result = new StringBuilder();
        Children(Parse(html), result, 0);
        return result.ToString();
    }

    /// <summary>The text alone, for lists, search and answers.</summary>
    public static string Text(string html)
    {
        if (!HtmlNesting.IsTame(html))
        {
            return HtmlNesting.WithoutTags(html);
        }

        var result = new StringBuilder();
        Words(Parse(html), result, 0);
        return string.Join('\n', result.ToString().Split('\n').Select(l => l.Trim())).Trim();
    }

    private static IElement Parse(string html) => new HtmlParser().ParseDocument(html).Body!;

    private static void Children(INode node, StringBuilder to, int depth)
    {
        foreach (var child in node.ChildNodes)
        {
            if (depth > Deepest || to.Length > Longest)
            {
                return;
            }

            if (child is IText text)
            {
                to.Append(WebUtility.HtmlEncode(text.Data));
            }
            else if (child is IElement element && !Gone.Contains(element.LocalName))
            {
                Element(element, to, depth);
            }
        }
    }

    private static void Element(IElement element, StringBuilder to, int depth)
    {
        var name = element.LocalName;
        if (name == "img")
        {
            to.Append(element.GetAttribute("alt") is { Length: > 0 } alt ? $"[{WebUtility.HtmlEncode(alt)}]" : "");
        }
        else if (name is "br" or "hr")
        {
            to.Append('<').Append(name).Append('>');
        }
        else if (!Kept.Contains(name))
        {
            Children(element, to, depth + 1);
        }
        else
        {
            to.Append('<').Append(name).Append(Attributes(element)).Append('>');
            Children(element, to, depth + 1);
            to.Append("</").Append(name).Append('>');
        }
    }

    private static string Attributes(IElement element)
    {
        if (element.LocalName is "td" or "th")
        {
            return string.Concat(((string[])["colspan", "rowspan"]).Select(a => int.TryParse(element.GetAttribute(a), System.Globalization.CultureInfo.InvariantCulture, out var n) && n is > 1 and < 100 ? $" {a}=\"{n.ToString(System.Globalization.CultureInfo.InvariantCulture)}\"" : ""));
        }

        return element.LocalName == "a" && Uri.TryCreate(element.GetAttribute("href")?.Trim(), UriKind.Absolute, out var url) && url.Scheme is "http" or "https" or "mailto"
            ? $" href=\"{WebUtility.HtmlEncode(url.AbsoluteUri)}\" target=\"_blank\" rel=\"noopener noreferrer nofollow\""
            : "";
    }

    private static void Words(INode node, StringBuilder to, int depth)
    {
        foreach (var child in node.ChildNodes)
        {
            if (depth > Deepest || to.Length > Longest)
            {
                return;
            }

            if (child is IText text)
            {
                to.Append(string.Join(' ', text.Data.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } words ? $"{(to.Length > 0 && to[^1] != '\n' ? " " : "")}{words}" : "");
            }
            else if (child is IElement element && !Gone.Contains(element.LocalName))
            {
                var isLine = Lines.Contains(element.LocalName);
                to.Append(isLine && to.Length > 0 && to[^1] != '\n' ? "\n" : "");
                Words(element, to, depth + 1);
                to.Append(isLine && element.LocalName != "br" && to.Length > 0 && to[^1] != '\n' ? "\n" : "");
            }
        }
    }
}
