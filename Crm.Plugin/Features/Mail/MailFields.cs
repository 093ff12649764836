using System.Text.RegularExpressions;

namespace Crm.Plugin.Features.Mail;

/// <summary>Fields of templates. No clock, no database.</summary>
public static partial class MailFields
{
    /// <summary>Every field that a text may name.</summary>
    public static IReadOnlyList<string> Known { get; } = ["counterparty", "person", "user", "today"];

    /// <summary>Replaces each <c>{field}</c>; an empty value leaves nothing, an unknown field stays as it was written.</summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string?> values) =>
        Place().Replace(text, match => values.TryGetValue(match.Groups[1].Value, out var value) ? value ?? "" : match.Value);

    /// <summary>The fields that a text names and nobody knows, each once.</summary>
    public static IReadOnlyList<string> Unknown(string text) => [.. Place().Matches(text).Select(m => m.Groups[1].Value).Where(f => !Known.Contains(f)).Distinct()];

    [GeneratedRegex(@"\{([a-z]{1,30})\}", RegexOptions.NonBacktracking)]
    private static partial Regex Place();
}
