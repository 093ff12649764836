namespace Crm.Plugin.Features.Classification;

/// <summary>The arrow between two approved runs.</summary>
public enum Movement
{
    /// <summary>Nothing to compare: neither then nor now, or no picture in the classical rules.</summary>
    None = 0,

    /// <summary>Better than before.</summary>
    Up = 1,

    /// <summary>Worse than before.</summary>
    Down = 2,

    /// <summary>As before.</summary>
    Same = 3,

    /// <summary>First time in a run.</summary>
    New = 4,
}

/// <summary>Compares what a counterparty was with what it is. No clock, no database.</summary>
public static class MovementRule
{
    /// <summary>One scale for stage and regularity: Lost 0, Potential 1, One-time 2, Z 3, Y 4, X 5; null without a stage.</summary>
    public static int? Rank(RelationshipStage? stage, RegularityClass? regularity) => stage switch
    {
        RelationshipStage.Lost => 0,
        RelationshipStage.Potential => 1,
        RelationshipStage.OneTime => 2,
        RelationshipStage.Regular => regularity switch { RegularityClass.X => 5, RegularityClass.Y => 4, _ => 3 },
        _ => null,
    };

    /// <summary>Arrow of the stage: the sign of the change of <see cref="Rank"/>.</summary>
    public static Movement OfStage(Classes before, Classes now, RuleSet rules) => rules == RuleSet.Standard
        ? Compare(Rank(before.Stage, before.Regularity), Rank(now.Stage, now.Regularity))
        : ClassicalStage(before, now);

    /// <summary>Arrow of the importance class; losing the class is down.</summary>
    public static Movement OfImportance(ImportanceClass? before, ImportanceClass? now, RuleSet rules)
    {
        var movement = Compare(-(int?)before, -(int?)now);
        return movement == Movement.New && rules == RuleSet.OneCCompatible ? Movement.Up : movement;
    }

    private static Movement Compare(int? before, int? now) => (before, now) switch
    {
        (null, null) => Movement.None,
        (null, _) => Movement.New,
        (_, null) => Movement.Down,
        _ => now > before ? Movement.Up : now < before ? Movement.Down : Movement.Same,
    };

    // One-time is up even from Regular or Lost, and Potential has no picture: that is how the classical report draws it.
    private static Movement ClassicalStage(Classes before, Classes now)
    {
        if (now.Stage is null or RelationshipStage.Potential)
        {
            return Movement.None;
        }

        if (before.Stage is null)
        {
            return Movement.Up;
        }

        if (before.Stage == now.Stage && before.Regularity == now.Regularity)
        {
            return Movement.Same;
        }

        return (now.Stage, now.Regularity, before.Regularity) switch
        {
            (RelationshipStage.Lost, _, _) => Movement.Down,
            (RelationshipStage.Regular, RegularityClass.Y, RegularityClass.X) => Movement.Down,
            (RelationshipStage.Regular, RegularityClass.Z, RegularityClass.X or RegularityClass.Y) => Movement.Down,
            _ => Movement.Up,
        };
    }
}
