namespace Crm.Plugin.Features.Classification;

/// <summary>Number of purchases that still make a one-time customer; both ends belong to it.</summary>
public readonly record struct OneTimeBand(int From, int To)
{
    /// <summary>1–2.</summary>
    public static OneTimeBand Default => new(1, 2);

    /// <summary>Whether the number lies in it.</summary>
    public bool Contains(int purchases) => purchases >= From && purchases <= To;

    /// <summary>"1-2".</summary>
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{From}-{To}");
}

/// <summary>Which way a stage was reached; the explanation on screen. Numbers are stored.</summary>
public enum StageReason
{
    /// <summary>No purchase is known.</summary>
    NeverBought = 1,

    /// <summary>Silent for longer than the loss rule allows.</summary>
    Silent = 2,

    /// <summary>The number of purchases lies in the one-time band.</summary>
    InOneTimeBand = 3,

    /// <summary>Was lost, bought again, and the purchases since lie in the one-time band.</summary>
    Returned = 4,

    /// <summary>More purchases than the one-time band; the class follows from the coefficient of variation.</summary>
    AboveOneTimeBand = 5,

    /// <summary>More purchases than the one-time band, but none in the window, or returns outweigh sales there: no coefficient, so Z.</summary>
    AboveOneTimeBandWithoutVariation = 6,

    /// <summary>Fewer purchases than the one-time band begins with.</summary>
    BelowOneTimeBand = 7,

    /// <summary>1C-compatible: the coefficient is not positive and the old stage decides.</summary>
    ClassicalNoVariation = 11,

    /// <summary>1C-compatible: was regular or lost, the coefficient is positive.</summary>
    ClassicalRegularByVariation = 12,

    /// <summary>1C-compatible: no band holds the coefficient, or the purchases are below the one-time band; the old stage stays.</summary>
    ClassicalUnchanged = 13,

    /// <summary>1C-compatible: one-time, because no band holds the coefficient or the purchases lie in the band.</summary>
    ClassicalOneTime = 14,
}

/// <summary>What the standard rules look at.</summary>
/// <param name="Purchases">Sale documents altogether.</param>
/// <param name="SinceReturn">Sale documents of the present relationship.</param>
/// <param name="HasReturned">There was a relationship before the present one.</param>
/// <param name="IsLost">Silent for longer than the loss rule allows.</param>
public readonly record struct StageFacts(int Purchases, int SinceReturn, bool HasReturned, bool IsLost);

/// <summary>What a rule decided.</summary>
public readonly record struct StageDecision(RelationshipStage? Stage, RegularityClass? Regularity, StageReason Reason);

/// <summary>Decides the stage of the relationship and, for regular customers, the regularity. No clock, no database.</summary>
public static class StageRule
{
    /// <summary>The standard rules: no state but the purchases themselves, so a run gives the same answer whenever it is made.</summary>
    /// <param name="history">All purchases known up to the day of the run, also those before the window.</param>
    /// <param name="asOfDay">Day of the run.</param>
    /// <param name="cvE3">Coefficient of variation in the window, in 1/1,000 percent; null when there is none. 0 is the most stable.</param>
    /// <param name="oneTime">Band of one-time customers.</param>
    /// <param name="bands">They cover everything from 0.</param>
    public static StageDecision Decide(in PurchaseHistory history, int asOfDay, int? cvE3, OneTimeBand oneTime, RegularityBands bands) =>
        Decide(new StageFacts(history.Purchases, history.PurchasesSinceReturn, history.HasReturned, history.IsLost(asOfDay)), cvE3, oneTime, bands);

    /// <summary>As the method on a history, for facts that were kept.</summary>
    public static StageDecision Decide(StageFacts history, int? cvE3, OneTimeBand oneTime, RegularityBands bands)
    {
        if (history.Purchases == 0)
        {
            return new(RelationshipStage.Potential, null, StageReason.NeverBought);
        }

        if (history.IsLost)
        {
            return new(RelationshipStage.Lost, null, StageReason.Silent);
        }

        if (history.HasReturned && history.SinceReturn <= oneTime.To)
        {
            return new(RelationshipStage.OneTime, null, StageReason.Returned);
        }

        if (history.SinceReturn < oneTime.From)
        {
            return new(RelationshipStage.Potential, null, StageReason.BelowOneTimeBand);
        }

        if (oneTime.Contains(history.SinceReturn))
        {
            return new(RelationshipStage.OneTime, null, StageReason.InOneTimeBand);
        }

        return cvE3 is { } cv
            ? new(RelationshipStage.Regular, bands.Find(cv) ?? RegularityClass.Z, StageReason.AboveOneTimeBand)
            : new(RelationshipStage.Regular, RegularityClass.Z, StageReason.AboveOneTimeBandWithoutVariation);
    }

    /// <summary>
    /// The classical transition table with its defects: a coefficient of 0 counts as "no sales" although perfectly equal
    /// purchases give it too, a one-time customer is never lost, a lost one who buys once is regular, and a coefficient
    /// outside all bands leaves the old stage.
    /// </summary>
    /// <param name="before">Stage and regularity before the run.</param>
    /// <param name="purchases">Sale documents in the window.</param>
    /// <param name="cvE3">In 1/1,000 percent; 0 without sales, negative when returns outweigh sales.</param>
    /// <param name="oneTime">Band of one-time customers; an end of 0 switches the way to Regular off.</param>
    /// <param name="bands">May have gaps.</param>
    public static StageDecision DecideClassically(Classes before, int purchases, int cvE3, OneTimeBand oneTime, RegularityBands bands) => before.Stage switch
    {
        RelationshipStage.Regular or RelationshipStage.Lost => FromRegularOrLost(before, cvE3, bands),
        RelationshipStage.OneTime => FromOneTime(purchases, cvE3, oneTime, bands),
        _ => FromPotential(before, purchases, cvE3, oneTime, bands),
    };

    private static StageDecision FromPotential(Classes before, int purchases, int cvE3, OneTimeBand oneTime, RegularityBands bands)
    {
        if (cvE3 <= 0)
        {
            return new(RelationshipStage.Potential, null, StageReason.ClassicalNoVariation);
        }

        if (oneTime.Contains(purchases))
        {
            return new(RelationshipStage.OneTime, null, StageReason.ClassicalOneTime);
        }

        return purchases > oneTime.To && oneTime.To > 0
            ? RegularOrOneTime(cvE3, bands)
            : new(before.Stage, null, StageReason.ClassicalUnchanged);
    }

    private static StageDecision FromOneTime(int purchases, int cvE3, OneTimeBand oneTime, RegularityBands bands) =>
        cvE3 <= 0 ? new(RelationshipStage.OneTime, null, StageReason.ClassicalNoVariation)
        : purchases > oneTime.To ? RegularOrOneTime(cvE3, bands)
        : new(RelationshipStage.OneTime, null, StageReason.ClassicalOneTime);

    private static StageDecision FromRegularOrLost(Classes before, int cvE3, RegularityBands bands) =>
        cvE3 <= 0 ? new(RelationshipStage.Lost, null, StageReason.ClassicalNoVariation)
        : bands.Find(cvE3) is { } found ? new(RelationshipStage.Regular, found, StageReason.ClassicalRegularByVariation)
        : new(before.Stage, before.Regularity, StageReason.ClassicalUnchanged);

    private static StageDecision RegularOrOneTime(int cvE3, RegularityBands bands) => bands.Find(cvE3) is { } found
        ? new(RelationshipStage.Regular, found, StageReason.AboveOneTimeBand)
        : new(RelationshipStage.OneTime, null, StageReason.ClassicalOneTime);
}
