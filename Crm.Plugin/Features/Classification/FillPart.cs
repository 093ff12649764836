using System.Runtime.CompilerServices;
using Crm.Plugin.Features.SalesHistory;

namespace Crm.Plugin.Features.Classification;

/// <summary>What all parts of one fill share.</summary>
/// <param name="Parameters">Of the run.</param>
/// <param name="Previous">The run in force.</param>
/// <param name="Currency">Of all amounts.</param>
/// <param name="Only">Ids of the segment; null for everybody.</param>
internal sealed record FillOrder(ClassificationParameters Parameters, PreviousRun Previous, string Currency, IReadOnlySet<long>? Only);

/// <summary>Measures some members, one after the other. No clock, no database; parts of one fill run beside each other.</summary>
internal sealed class FillPart : ISalesVisitor, IMemberSink
{
    private readonly FillOrder order;
    private readonly ClassificationParameters parameters;
    private readonly CustomerMeter meter;
    private readonly int asOf;
    private readonly int mixedFrom;
    private readonly bool[]? chosen;
    private PreviousRun.Cursor previous;
    private bool[] isCurrency = [];
    private InputsFingerprint fingerprint;
    private long id;
    private bool isLiving;
    private bool isLeftOut;
    private Classes before;
    private byte[] key = [];
    private int keyLength;

    public FillPart(FillOrder order)
    {
        this.order = order;
        parameters = order.Parameters;
        meter = new CustomerMeter(parameters);
        previous = order.Previous.Follow();
        chosen = parameters.Segment.Classes();
        asOf = parameters.AsOf.DayNumber;
        var window = parameters.Window;
        mixedFrom = Math.Min(window.From.DayNumber, window.SeriesFrom.DayNumber);
    }

    /// <summary>Rows of those who belong to the run, in the order of ids, without place and class.</summary>
    public List<FillRow> Rows { get; private set; } = new(SalesBlockWriter.BlockSize);

    public RowKeys Keys { get; } = new();

    /// <summary>Of a weighted measure: the components of each row, one row after the other.</summary>
    public List<long> Components { get; } = [];

    /// <summary>Lets go of the rows, which were copied.</summary>
    public void Release() => Rows = [];

    public InputsFingerprint Fingerprint => fingerprint;

    public long RevenueE4 { get; private set; }

    public long Orders { get; private set; }

    public long WithoutCost { get; private set; }

    /// <summary>Amounts of several currencies count in the period.</summary>
    public bool IsMixed { get; private set; }

    public void Open(IReadOnlyList<string> currencies) => isCurrency = [.. currencies.Select(c => c == order.Currency)];

    public void Begin(long memberId, bool isLivingCustomer, ReadOnlySpan<byte> memberKey)
    {
        (id, isLiving) = (memberId, isLivingCustomer);
        before = previous.Next(id);
        isLeftOut = (order.Only is { } only && !only.Contains(id)) || (chosen is not null && !chosen[PackedClasses.Pack(before)]);
        if (key.Length < memberKey.Length)
        {
            key = new byte[memberKey.Length * 2];
        }

        memberKey.CopyTo(key);
        keyLength = memberKey.Length;
        if (!isLeftOut)
        {
            fingerprint.Add(id, isLivingCustomer);
            meter.Begin(before, order.Previous.AsOf);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    public void Add(in SalesEntry entry)
    {
        if (entry.Day <= asOf)
        {
            Add(new CountedOrder(entry.Day, entry.IsSale, isCurrency[entry.Currency], entry.TotalE4, entry.CostE4, 0));
        }
    }

    /// <summary>An order up to the day of the run.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    public void Add(in CountedOrder counted)
    {
        if (!isLeftOut)
        {
            IsMixed |= !counted.IsInCurrency && counted.Day >= mixedFrom;
            fingerprint.Add(id, counted);
            meter.Add(counted);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // run so often at once that waiting to be compiled well takes seconds
    public void End()
    {
        if (isLeftOut || !meter.Belongs(isLiving))
        {
            return;
        }

        RevenueE4 = checked(RevenueE4 + meter.RevenueE4);
        Orders += meter.PurchasesInPeriod;
        WithoutCost += meter.WithoutCost;
        var history = meter.History;
        var cv = meter.Variation();
        var decision = meter.Decide(cv);
        Rows.Add(new()
        {
            Id = id,
            ValueE4 = meter.ValueE4,
            Cv = cv ?? FillRow.NoCv,
            Purchases = parameters.Rules == RuleSet.Standard ? history.PurchasesSinceReturn : meter.PurchasesInSeries,
            PurchasesInPeriod = meter.PurchasesInPeriod,
            PurchasesEver = history.Purchases,
            FirstDay = history.FirstDay,
            LastDay = history.LastDay,
            LossAfterDays = history.Purchases == 0 ? 0 : history.ThresholdDays,
            Stage = (byte)(decision.Stage ?? 0),
            Regularity = (byte)(decision.Regularity ?? 0),
            Reason = (byte)decision.Reason,
            Previous = PackedClasses.Pack(before),
            Marks = (decision.Reason == StageReason.Returned ? RowMarks.Returned : 0)
                | (history.HasReturned ? RowMarks.CameBack : 0)
                | (meter.ValueE4 < 0 ? RowMarks.NetReturn : 0)
                | (meter.IsUnranked ? RowMarks.Unranked : 0),
        });
        Keys.Add(key.AsSpan(0, keyLength));
        foreach (var component in meter.Components)
        {
            Components.Add(component);
        }
    }
}
