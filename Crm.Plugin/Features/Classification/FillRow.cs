namespace Crm.Plugin.Features.Classification;

/// <summary>One row in memory: plain numbers, so that a million take about 80 MB.</summary>
internal struct FillRow
{
    /// <summary>Stands for no coefficient.</summary>
    public const int NoCv = int.MinValue;

    public long Id;
    public long ValueE4;
    public long AccumulatedE4;
    public int Place;
    public int Cv;
    public int Purchases;
    public int PurchasesInPeriod;
    public int PurchasesEver;
    public int FirstDay;
    public int LastDay;
    public int LossAfterDays;

    /// <summary>As computed, 0 for none; what was set by hand is kept apart.</summary>
    public byte Importance;
    public byte Stage;
    public byte Regularity;
    public byte Reason;

    /// <summary>What the run in force said when this one was filled; see <see cref="PackedClasses"/>.</summary>
    public byte Previous;
    public RowMarks Marks;

    /// <summary>The classes as computed; see <see cref="PackedClasses"/>.</summary>
    public readonly byte Packed => (byte)(Importance | (Stage << 2) | (Regularity << 5));

    public readonly Classes Computed => new(
        Importance == 0 ? null : (ImportanceClass)Importance, Stage == 0 ? null : (RelationshipStage)Stage, Regularity == 0 ? null : (RegularityClass)Regularity);
}

/// <summary>Class, stage and regularity in one byte.</summary>
internal static class PackedClasses
{
    /// <summary>Number of different bytes.</summary>
    public const int Values = 256;

    public static byte Pack(Classes classes) => (byte)((int)(classes.Importance ?? 0) | ((int)(classes.Stage ?? 0) << 2) | ((int)(classes.Regularity ?? 0) << 5));

    public static Classes Unpack(byte packed) => new(
        (packed & 3) is var i and > 0 ? (ImportanceClass)i : null,
        ((packed >> 2) & 7) is var s and > 0 ? (RelationshipStage)s : null,
        (packed >> 5) is var r and > 0 ? (RegularityClass)r : null);
}
