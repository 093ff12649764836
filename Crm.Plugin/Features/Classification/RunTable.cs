namespace Crm.Plugin.Features.Classification;

/// <summary>All rows of one run in memory: what lists, what-ifs, reports and the next run work on.</summary>
internal sealed class RunTable
{
    private readonly Dictionary<long, ClassificationOverride> overrides;
    private readonly Lazy<RankedValues> ranked;

    /// <param name="rows">In the order of ids.</param>
    /// <param name="overrides">What was set by hand.</param>
    /// <param name="boundaries">Where the classes end.</param>
    /// <param name="parameters">Of the run.</param>
    public RunTable(FillRow[] rows, IReadOnlyCollection<ClassificationOverride> overrides, ImportanceBoundaries boundaries, ClassificationParameters parameters)
    {
        Rows = rows;
        Parameters = parameters;
        Boundaries = boundaries;
        this.overrides = overrides.ToDictionary(o => o.MemberId);
        ranked = new(() => RankedValues.Of(rows, parameters.Rules));
        ByPlace = new int[rows.Length];
        for (var i = 0; i < rows.Length; i++)
        {
            ByPlace[rows[i].Place - 1] = i;
        }

        foreach (var id in this.overrides.Keys)
        {
            if (IndexOf(id) is >= 0 and var index)
            {
                rows[index].Marks |= RowMarks.ByHand;
            }
        }
    }

    private RunTable(RunTable before, FillRow[] rows, ImportanceBoundaries boundaries, ClassificationParameters parameters) =>
        (Rows, ByPlace, Boundaries, Parameters, overrides, ranked) = (rows, before.ByPlace, boundaries, parameters, before.overrides, before.ranked);

    /// <summary>In the order of ids; not to be changed.</summary>
    public FillRow[] Rows { get; }

    /// <summary>Index of the row at each place, place 1 first.</summary>
    public int[] ByPlace { get; }

    public ClassificationParameters Parameters { get; }

    public ImportanceBoundaries Boundaries { get; }

    /// <summary>What thresholds are tried on; made when the first one is.</summary>
    public RankedValues Ranked => ranked.Value;

    /// <summary>Index of a row, negative when there is none.</summary>
    public int IndexOf(long id)
    {
        var (low, high) = (0, Rows.Length - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            if (Rows[middle].Id == id)
            {
                return middle;
            }

            (low, high) = Rows[middle].Id < id ? (middle + 1, high) : (low, middle - 1);
        }

        return ~low;
    }

    /// <summary>What holds: set by hand, else computed.</summary>
    public Classes EffectiveOf(in FillRow row) => row.Marks.HasFlag(RowMarks.ByHand) && overrides.TryGetValue(row.Id, out var set) ? set.Classes : row.Computed;

    /// <summary><see cref="EffectiveOf(in FillRow)"/> in one byte; see <see cref="PackedClasses"/>.</summary>
    public byte PackedOf(in FillRow row) => (row.Marks & RowMarks.ByHand) != 0 && overrides.TryGetValue(row.Id, out var set) ? PackedClasses.Pack(set.Classes) : row.Packed;

    /// <summary>Null when nobody set the row by hand.</summary>
    public ClassificationOverride? OverrideOf(long id) => overrides.GetValueOrDefault(id);

    public IReadOnlyCollection<ClassificationOverride> Overrides => overrides.Values;

    /// <summary>The same rows with other overrides; this table stays as it is.</summary>
    public RunTable With(IReadOnlyCollection<ClassificationOverride> others)
    {
        var rows = (FillRow[])Rows.Clone();
        foreach (var id in overrides.Keys)
        {
            if (IndexOf(id) is >= 0 and var index)
            {
                rows[index].Marks &= ~RowMarks.ByHand;
            }
        }

        return new(rows, others, Boundaries, Parameters);
    }

    /// <summary>The same members with the same values, places and overrides in other classes; this table stays as it is.</summary>
    public RunTable Recut(FillRow[] rows, ImportanceBoundaries boundaries, ClassificationParameters parameters) => new(this, rows, boundaries, parameters);

    /// <summary>What holds of an id; none when it has no row.</summary>
    public Classes EffectiveOf(long id) => IndexOf(id) is >= 0 and var index ? EffectiveOf(Rows[index]) : Classes.None;

    /// <summary>A row as screens and exports take it.</summary>
    public ClassificationRow Row(long runId, int index)
    {
        ref readonly var row = ref Rows[index];
        return ClassificationRow.Of(runId, row, EffectiveOf(row), OverrideOf(row.Id));
    }
}
