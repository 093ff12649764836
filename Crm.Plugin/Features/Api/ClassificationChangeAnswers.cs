using System.Text.Json.Serialization;
using Crm.Plugin.Features.Classification;

namespace Crm.Plugin.Features.Api;

/// <summary>Other thresholds of a run; what is left out stays as it is.</summary>
/// <param name="Shares">Percent of A/B/C, such as 70/20/10; they sum to 100.</param>
/// <param name="Bands">Ends of X and Y in percent, such as 25/60.</param>
/// <param name="OneTime">Purchases of a one-time customer, such as 1-2.</param>
/// <param name="Cut">ascending or descending.</param>
internal sealed record ThresholdsBody(string? Shares, string? Bands, string? OneTime, string? Cut)
{
    /// <exception cref="ClassificationRefusedException">What cannot be read.</exception>
    public ClassificationParameters Read(ClassificationRun run)
    {
        var now = Thresholds.Of(run);
        return new Thresholds(Shares ?? now.Shares, Cut ?? now.Cut, Bands ?? now.Bands, OneTime ?? now.OneTime).Read(ClassificationJson.ReadParameters(run.Parameters));
    }
}

/// <summary>Classes to set by hand in a draft.</summary>
/// <param name="Importance">A, B or C; null for none.</param>
/// <param name="Stage">potential, oneTime, regular or lost. A regularity makes it regular.</param>
/// <param name="Regularity">X, Y or Z; regular without one is Z.</param>
/// <param name="Reason">Why; 1 to 500 characters.</param>
internal sealed record ByHandBody(string? Importance, string? Stage, string? Regularity, string? Reason);

/// <summary>A class before and after.</summary>
/// <param name="Group">none, A, B or C; or none, potential, oneTime, Z, Y, X or lost.</param>
/// <param name="Before">How many.</param>
/// <param name="After">How many.</param>
/// <param name="ShareBefore">Part of the total that they hold, 0–1; null when nobody holds anything.</param>
/// <param name="ShareAfter">The same with the other thresholds.</param>
internal sealed record WhatIfGroup(string Group, int Before, int After, double? ShareBefore, double? ShareAfter);

/// <summary>How many move from a group to another.</summary>
internal sealed record WhatIfFlow(string From, string To, int Count, string Value);

/// <summary>One who moves.</summary>
/// <param name="Id">The plugin's number of it.</param>
/// <param name="Key">The ERP's identifier.</param>
/// <param name="Name">Its name.</param>
/// <param name="Place">By value, largest first.</param>
/// <param name="Value">The measure in the period.</param>
/// <param name="Before">Class, stage and regularity.</param>
/// <param name="After">The same with the other thresholds.</param>
internal sealed record WhatIfMoveAnswer(long Id, string Key, string Name, int Place, string Value, ClassesAnswer Before, ClassesAnswer After);

/// <summary>Class, stage and regularity; each null without.</summary>
internal sealed record ClassesAnswer(string? Importance, string? Stage, string? Regularity)
{
    public static ClassesAnswer Of(Classes classes) => new(classes.Importance?.ToString(), CounterpartyAnswer.StageWord((short?)classes.Stage), classes.Regularity?.ToString());
}

/// <summary>What other thresholds would make of a run. Nothing is stored.</summary>
/// <param name="Run">Number of the document.</param>
/// <param name="ImportanceMoved">How many change their class.</param>
/// <param name="StagesMoved">How many change stage or regularity.</param>
/// <param name="Importance">Classes before and after.</param>
/// <param name="ImportanceFlows">From class to class; pairs that hold nobody are left out.</param>
/// <param name="StageFlows">From stage to stage; pairs that hold nobody are left out.</param>
/// <param name="Moves">Those who move, largest value first; at most as many as were asked for.</param>
internal sealed record WhatIfAnswer(
    long Run, int ImportanceMoved, int StagesMoved, IReadOnlyList<WhatIfGroup> Importance, IReadOnlyList<WhatIfFlow> ImportanceFlows, IReadOnlyList<WhatIfFlow> StageFlows, IReadOnlyList<WhatIfMoveAnswer> Moves)
{
    private static readonly string[] Classes = ["none", "A", "B", "C"];
    private static readonly string[] Stages = ["none", "potential", "oneTime", "Z", "Y", "X", "lost"];

    public static WhatIfAnswer Of(WhatIf found) => new(
        found.Run.Id, found.ImportanceMoved, found.StagesMoved,
        [
            Group("A", found, t => t.A), Group("B", found, t => t.B), Group("C", found, t => t.C), Group("none", found, t => t.WithoutImportance),
        ],
        Flows(found.Importance, Classes), Flows(found.Stages, Stages),
        [.. found.Moves.Select(m => new WhatIfMoveAnswer(m.Member.Id, m.Member.Key, m.Member.Name, m.Place, ApiJson.Amount(m.ValueE4), ClassesAnswer.Of(m.Before), ClassesAnswer.Of(m.After)))]);

    private static WhatIfGroup Group(string name, WhatIf found, Func<ClassificationTotals, GroupTotal> of)
    {
        static double? Share(ClassificationTotals totals, GroupTotal group) => totals.Boundaries.TotalE4 > 0 ? Math.Round((double)group.ValueE4 / totals.Boundaries.TotalE4, 6) : null;
        return new(name, of(found.Before).Count, of(found.After).Count, Share(found.Before, of(found.Before)), Share(found.After, of(found.After)));
    }

    private static IReadOnlyList<WhatIfFlow> Flows(IReadOnlyList<GroupTotal> cells, string[] names) =>
        [.. cells.Select((c, i) => new WhatIfFlow(names[i / names.Length], names[i % names.Length], c.Count, ApiJson.Amount(c.ValueE4))).Where(f => f.Count > 0)];
}

/// <summary>Whether a run computed again from the mirror gives the same bytes.</summary>
/// <param name="Run">Number of the document.</param>
/// <param name="Same">The same bytes.</param>
/// <param name="SameInputs">The mirror gives the same documents and counterparties.</param>
/// <param name="StoredHash">SHA-256 of the rows as stored.</param>
/// <param name="ReplayedHash">SHA-256 of the rows as computed now.</param>
/// <param name="Changed">Rows whose own documents give another result now.</param>
/// <param name="Added">Rows that are new.</param>
/// <param name="Removed">Rows that are missing now.</param>
/// <param name="Moved">Rows that only moved because others changed.</param>
internal sealed record ReplayAnswer(
    long Run, bool Same, bool SameInputs, string StoredHash, string ReplayedHash, ReplayDifference Changed, ReplayDifference Added, ReplayDifference Removed, ReplayDifference Moved)
{
    public static ReplayAnswer Of(ReplayResult found) => new(
        found.Run.Id, found.IsSame, found.HasSameInputs, found.StoredHash, found.ReplayedHash, found.Changed, found.Added, found.Removed, found.Moved);
}

/// <summary>What approving did.</summary>
/// <param name="Run">Number of the document.</param>
/// <param name="State">approved; approving while a large one still takes its effect.</param>
internal sealed record ApprovalAnswer(long Run, [property: JsonConverter(typeof(Word<RunState>))] RunState State);
