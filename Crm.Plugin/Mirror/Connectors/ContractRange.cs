namespace Crm.Plugin.Mirror.Connectors;

/// <summary>Versions in interval notation: <c>[0.1,1.0)</c>; a bracket includes its bound, a parenthesis excludes it, an empty bound is open.</summary>
public sealed record ContractRange
{
    private ContractRange(string text, Version? from, bool fromIncluded, Version? to, bool toIncluded) =>
        (Text, From, FromIncluded, To, ToIncluded) = (text, from, fromIncluded, to, toIncluded);

    public string Text { get; }

    private Version? From { get; }

    private bool FromIncluded { get; }

    private Version? To { get; }

    private bool ToIncluded { get; }

    /// <summary>False when the text is no interval.</summary>
    public static bool TryParse(string text, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out ContractRange? range)
    {
        range = null;
        var bounds = text.Length > 2 ? text[1..^1].Split(',') : [];
        if (bounds.Length != 2 || text[0] is not ('[' or '(') || text[^1] is not (']' or ')')
            || !TryParseBound(bounds[0], out var from) || !TryParseBound(bounds[1], out var to))
        {
            return false;
        }

        range = new(text, from, text[0] == '[', to, text[^1] == ']');
        return true;
    }

    /// <summary>Compares major and minor and, where the bound names it, the third part.</summary>
    public bool Contains(Version version)
    {
        var found = new Version(version.Major, version.Minor, Math.Max(0, version.Build));
        return (From is null || found.CompareTo(From) is var low && (low > 0 || (low == 0 && FromIncluded)))
            && (To is null || found.CompareTo(To) is var high && (high < 0 || (high == 0 && ToIncluded)));
    }

    public override string ToString() => Text;

    private static bool TryParseBound(string text, out Version? version)
    {
        version = null;
        if (string.IsNullOrWhiteSpace(text))
        {
            return true;
        }

        if (!Version.TryParse(text.Trim(), out var parsed))
        {
            return false;
        }

        version = new(parsed.Major, parsed.Minor, Math.Max(0, parsed.Build));
        return true;
    }
}
