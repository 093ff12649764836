namespace Crm.Plugin.Features.Classification;

/// <summary>One member that other thresholds would move.</summary>
public sealed record WhatIfMove(RunMember Member, int Place, long ValueE4, Classes Before, Classes After);

/// <summary>What other thresholds would make of a run.</summary>
public sealed record WhatIf
{
    /// <summary>No class, A, B, C.</summary>
    public const int ImportanceGroups = 4;

    /// <summary>No stage, potential, one-time, regular Z, Y, X, lost.</summary>
    public const int StageGroups = 7;

    public required ClassificationRun Run { get; init; }

    /// <summary>The thresholds tried.</summary>
    public required ClassificationParameters Wanted { get; init; }

    public required ClassificationTotals Before { get; init; }

    public required ClassificationTotals After { get; init; }

    /// <summary>Row by row: how many move from a class (row) to a class (column); see <see cref="ImportanceGroups"/>.</summary>
    public required IReadOnlyList<GroupTotal> Importance { get; init; }

    /// <summary>Row by row: how many move from a stage to a stage; see <see cref="StageGroups"/>.</summary>
    public required IReadOnlyList<GroupTotal> Stages { get; init; }

    /// <summary>Those who move, largest value first; cut off.</summary>
    public required IReadOnlyList<WhatIfMove> Moves { get; init; }

    /// <summary>How many change their importance class.</summary>
    public int ImportanceMoved => Moved(Importance, ImportanceGroups);

    /// <summary>How many change stage or regularity.</summary>
    public int StagesMoved => Moved(Stages, StageGroups);

    /// <summary>Index of a stage with its regularity in <see cref="Stages"/>.</summary>
    public static int StageGroup(Classes classes) => classes.Stage switch
    {
        null => 0,
        RelationshipStage.Potential => 1,
        RelationshipStage.OneTime => 2,
        RelationshipStage.Regular => classes.Regularity switch { RegularityClass.X => 5, RegularityClass.Y => 4, _ => 3 },
        _ => 6,
    };

    private static int Moved(IReadOnlyList<GroupTotal> cells, int groups) => cells.Where((_, i) => i / groups != i % groups).Sum(c => c.Count);
}
