namespace Crm.Connector.Hosts.Demo;

/// <summary>What a supplier agreed to for one of our goods.</summary>
internal sealed record Term(int Supplier, int Good, string SupplierCode, int LeadDays, decimal Price, int MinimumQuantity);

/// <summary>A supplier's character: some are always late, some send what nobody wants.</summary>
internal sealed record SupplierCharacter(double LateShare, double PartialShare, double RejectShare, double OrdersPerMonth, IReadOnlyList<Term> Terms);

/// <summary>Makes suppliers' characters and terms; they follow from the seed alone.</summary>
internal static class Supply
{
    /// <summary>By supplier number, 1 first; every good has one to three suppliers.</summary>
    public static SupplierCharacter[] Make(int seed, IReadOnlyList<Good> goods)
    {
        var terms = Enumerable.Range(0, Trade.Suppliers).Select(_ => new List<Term>()).ToArray();
        for (var good = 0; good < goods.Count; good++)
        {
            var dice = new Dice(seed, Throw.Terms, good);
            var family = good / 10;
            var count = dice.Whole(1, 3);
            for (var i = 0; i < count; i++)
            {
                // Goods of one family come from the same few suppliers.
                var supplier = ((family * 3) + (i * 17) + dice.Whole(0, 1)) % Trade.Suppliers;
                if (terms[supplier].TrueForAll(t => t.Good != good))
                {
                    terms[supplier].Add(new Term(
                        supplier + 1, good, $"{(char)('A' + (supplier % 26))}{supplier + 1:00}-{dice.Whole(1000, 99999):00000}", dice.Whole(2, 35),
                        decimal.Round(goods[good].Price * dice.Whole(58, 78) / 100, 2), dice.Of([1, 1, 5, 10, 20, 50])));
                }
            }
        }

        return [.. terms.Select((t, i) =>
        {
            var dice = new Dice(seed, Throw.Supplier, i + 1);
            var late = dice.Of([0.03, 0.05, 0.08, 0.12, 0.2, 0.35, 0.55]);
            var partial = dice.Of([0.04, 0.08, 0.15, 0.3]);
            var reject = dice.Of([0.002, 0.005, 0.01, 0.03, 0.06]);
            return new SupplierCharacter(late, partial, reject, t.Count == 0 ? 0 : dice.Between(0.7, 2.6), t);
        })];
    }
}
