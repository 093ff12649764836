namespace Crm.Plugin.Features.Classification;

/// <summary>One row while it is being made: plain numbers, so that a million fit into an array of 80 MB.</summary>
internal struct FillRow
{
    public int Member;
    public int Place;
    public long ValueE4;
    public long AccumulatedE4;
    public int Cv;
    public int Purchases;
    public int PurchasesInPeriod;
    public int PurchasesEver;
    public int FirstDay;
    public int LastDay;
    public int LossAfterDays;
    public byte Importance;
    public byte Stage;
    public byte Regularity;
    public byte Reason;
    public RowMarks Marks;

    /// <summary>Stands for no coefficient.</summary>
    public const int NoCv = int.MinValue;
}

/// <summary>A filled run before it is stored.</summary>
/// <param name="Population">Everybody; a row's member is an index into it.</param>
/// <param name="Rows">In the order of counterparty ids.</param>
/// <param name="Totals">Counts and sums.</param>
/// <param name="InputsHash">Fingerprint of what was read.</param>
internal sealed record FilledRun(CustomerPopulation Population, FillRow[] Rows, ClassificationTotals Totals, string InputsHash);

/// <summary>Computes a run from a stream of orders. No clock, no database.</summary>
internal sealed class ClassificationFill(ClassificationParameters parameters, CustomerPopulation population, DateOnly? previousAsOf)
{
    /// <summary>Raised whenever the same inputs and parameters may give another answer.</summary>
    public const int RuleVersion = 1;

    private readonly CustomerMeter meter = new(parameters);
    private readonly FillRow[] rows = new FillRow[population.Count];
    private InputsFingerprint fingerprint;
    private int member = -1;
    private int count;
    private long revenueE4;
    private long orders;
    private long withoutCost;
    private long withoutCounterparty;

    /// <summary>Counterparties passed so far.</summary>
    public int Seen => Math.Max(0, member);

    /// <summary>Takes up one order; counterparty ids do not go back, and dates of one counterparty neither.</summary>
    public void Add(long counterpartyId, in CountedOrder order)
    {
        if (member < 0 || population.IdOf(member) != counterpartyId)
        {
            var next = population.Seek(Math.Max(member, 0), counterpartyId);
            if (next >= population.Count || population.IdOf(next) != counterpartyId)
            {
                withoutCounterparty++;
                return;
            }

            MoveTo(next);
        }

        fingerprint.Add(counterpartyId, order);
        meter.Add(order);
    }

    /// <summary>Ends the stream, ranks and counts.</summary>
    /// <param name="currency">Of all amounts.</param>
    /// <param name="waitingOrders">Orders whose counterparty has not been read yet.</param>
    public FilledRun Finish(string currency, long waitingOrders)
    {
        MoveTo(population.Count);
        var result = count == rows.Length ? rows : rows[..count];
        var boundaries = ImportanceRanking.Rank(result, population, parameters);
        var totals = new TotalsCounter(result).Count() with
        {
            Currency = currency,
            RevenueE4 = revenueE4,
            Orders = orders,
            Boundaries = boundaries,
            Warnings = Warnings(boundaries, waitingOrders + withoutCounterparty),
        };
        return new(population, result, totals, fingerprint.ToString());
    }

    private void MoveTo(int next)
    {
        for (; member < next; member++)
        {
            if (member >= 0)
            {
                Close();
            }

            if (member + 1 < population.Count)
            {
                fingerprint.Add(population.IdOf(member + 1), population.IsLivingCustomer(member + 1));
                meter.Begin(population.PreviousOf(member + 1), previousAsOf);
            }
        }
    }

    private void Close()
    {
        if (!meter.Belongs(population.IsLivingCustomer(member)))
        {
            return;
        }

        revenueE4 = checked(revenueE4 + meter.RevenueE4);
        orders += meter.PurchasesInPeriod;
        withoutCost += meter.WithoutCost;
        var history = meter.History;
        var cv = meter.Variation();
        var decision = meter.Decide(cv);
        rows[count++] = new()
        {
            Member = member,
            ValueE4 = meter.ValueE4,
            Cv = cv ?? FillRow.NoCv,
            Purchases = parameters.Rules == RuleSet.Standard ? history.PurchasesSinceReturn : meter.PurchasesInSeries,
            PurchasesInPeriod = meter.PurchasesInPeriod,
            PurchasesEver = history.Purchases,
            FirstDay = history.FirstDay,
            LastDay = history.LastDay,
            LossAfterDays = history.Purchases == 0 ? 0 : (int)Math.Min(int.MaxValue, decimal.Floor(history.ThresholdDays)),
            Stage = (byte)(decision.Stage ?? 0),
            Regularity = (byte)(decision.Regularity ?? 0),
            Reason = (byte)decision.Reason,
            Marks = (decision.Reason == StageReason.Returned ? RowMarks.Returned : 0)
                | (meter.ValueE4 < 0 ? RowMarks.NetReturn : 0)
                | (meter.IsUnranked ? RowMarks.Unranked : 0),
        };
    }

    private List<ClassificationProblem> Warnings(ImportanceBoundaries boundaries, long unknown)
    {
        var found = ParametersRule.Warnings(parameters).ToList();
        if (orders == 0)
        {
            found.Add(ClassificationProblem.Of("classification.no-orders", "No sale counts in the period."));
        }
        else if (boundaries.TotalE4 <= 0)
        {
            found.Add(ClassificationProblem.Of("classification.total-not-positive", "The measure sums to zero or less: nobody earned a share of it."));
        }

        if (unknown > 0)
        {
            found.Add(ClassificationProblem.Of("classification.unknown-counterparty", "{0} orders belong to counterparties that have not been read yet; they do not count.", unknown));
        }

        if (withoutCost > 0 && (parameters.Measure == Measure.GrossProfit || parameters.Regularity == Measure.GrossProfit))
        {
            found.Add(ClassificationProblem.Of("classification.without-cost", "{0} documents in the period have no cost; they add nothing to gross profit.", withoutCost));
        }

        return found;
    }
}
