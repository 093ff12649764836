using System.Globalization;
using System.Text;
using Newtonsoft.Json.Linq;

namespace Crm.Plugin.Features.Classification;

/// <summary>What a replay found, for the terminal.</summary>
internal static class ReplayText
{
    public static string Of(ReplayResult result)
    {
        if (result.IsSame)
        {
            return string.Create(CultureInfo.InvariantCulture, $"Run {result.Run.Id} replays to the same bytes: {result.Rows} rows, sha256 {result.StoredHash}");
        }

        var text = new StringBuilder();
        text.AppendLine(CultureInfo.InvariantCulture, $"Run {result.Run.Id} replays differently.");
        text.AppendLine(CultureInfo.InvariantCulture, $"stored   {result.Rows} rows, sha256 {result.StoredHash}, inputs {result.Run.InputsHash}");
        text.AppendLine(CultureInfo.InvariantCulture, $"replayed sha256 {result.ReplayedHash}, inputs {result.InputsHash}");
        if (result.Run.RuleVersion != ClassificationFill.RuleVersion)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"The rules changed since: version {result.Run.RuleVersion} then, {ClassificationFill.RuleVersion} now.");
        }

        text.AppendLine(result.HasSameInputs ? "The documents are the same." : "Documents or counterparties of the mirror were added, changed or removed since.");
        foreach (var (name, difference) in Parts(result).Where(p => p.Difference.Count > 0))
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{name}: {difference.Count} ({string.Join(", ", difference.Examples)}{(difference.Count > difference.Examples.Count ? ", …" : "")})");
        }

        return text.ToString().TrimEnd();
    }

    public static string Json(ReplayResult result) => new JObject
    {
        ["run"] = result.Run.Id,
        ["same"] = result.IsSame,
        ["rows"] = result.Rows,
        ["storedHash"] = result.StoredHash,
        ["replayedHash"] = result.ReplayedHash,
        ["sameInputs"] = result.HasSameInputs,
        ["storedInputs"] = result.Run.InputsHash,
        ["inputs"] = result.InputsHash,
        ["storedRuleVersion"] = result.Run.RuleVersion,
        ["ruleVersion"] = ClassificationFill.RuleVersion,
        ["differences"] = new JObject(Parts(result).Select(p => new JProperty(p.Name, new JObject { ["count"] = p.Difference.Count, ["examples"] = new JArray(p.Difference.Examples) }))),
    }.ToString(Newtonsoft.Json.Formatting.None);

    private static (string Name, ReplayDifference Difference)[] Parts(ReplayResult result) =>
        [("changed", result.Changed), ("added", result.Added), ("removed", result.Removed), ("moved because others changed", result.Moved)];
}
