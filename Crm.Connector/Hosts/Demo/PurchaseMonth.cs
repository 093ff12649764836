using System.Globalization;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Makes the purchase orders that are entered in one calendar month.</summary>
internal static class PurchaseMonth
{
    private const double CancelledShare = 0.02;

    public static List<PurchaseDocument> Make(DemoCompany company, int month)
    {
        var first = Moments.FirstOf(month);
        var days = DateTime.DaysInMonth(first.Year, first.Month);
        var begun = new List<(long Created, int Supplier, int Index)>();
        for (var supplier = 1; supplier <= Trade.Suppliers; supplier++)
        {
            var dice = new Dice(company.Seed, Throw.PurchaseMonth, supplier, month);
            var count = dice.Count(company.Suppliers[supplier - 1].OrdersPerMonth);
            for (var i = 0; i < count; i++)
            {
                var day = first.AddDays(dice.Whole(0, days - 1));
                if (day.DayOfWeek != DayOfWeek.Sunday)
                {
                    begun.Add((Moments.At(day, dice.Whole(9 * 3600, 16 * 3600)), supplier, i));
                }
            }
        }

        begun.Sort();
        var orders = new List<PurchaseDocument>(begun.Count);
        var (last, rank) = (DateOnly.MinValue, 0);
        foreach (var (created, supplier, index) in begun)
        {
            var on = Moments.Day(created);
            (last, rank) = on == last ? (last, rank + 1) : (on, 1);
            orders.Add(Order(company, supplier, created, month, index, string.Create(CultureInfo.InvariantCulture, $"PO-{on:yyMMdd}-{rank:00}")));
        }

        return orders;
    }

    private static PurchaseDocument Order(DemoCompany company, int supplier, long created, int month, int index, string number)
    {
        var dice = new Dice(company.Seed, Throw.PurchaseOrder, supplier, month, index);
        var character = company.Suppliers[supplier - 1];
        var count = Math.Min(character.Terms.Count, dice.Whole(2, 9));
        var start = dice.Whole(0, character.Terms.Count - 1);
        var isPartial = dice.Chance(character.PartialShare);
        var lines = new SupplyLine[count];
        var leadDays = 1;
        for (var i = 0; i < count; i++)
        {
            var term = character.Terms[(start + i) % character.Terms.Count];
            leadDays = Math.Max(leadDays, term.LeadDays);
            var quantity = Math.Max(term.MinimumQuantity, (int)(dice.Between(150, 1500) / (double)term.Price));
            var rejected = dice.Chance(character.RejectShare * 6) ? Math.Max(1, quantity * dice.Whole(1, 15) / 100) : 0;
            lines[i] = new SupplyLine(term.Good, quantity, term.Price, isPartial ? quantity * dice.Whole(0, 8) / 10 : quantity, rejected);
        }

        var confirmed = Moments.Later(created, dice.Whole(0, 2), ref dice);
        var promised = Moments.Day(Moments.Later(created, leadDays, ref dice));
        var late = dice.Chance(character.LateShare) ? dice.Whole(1, 21) : -dice.Whole(0, 2);
        var arrived = Moments.Later(confirmed, Math.Max(1, promised.DayNumber - Moments.Day(confirmed).DayNumber + late), ref dice);
        var cancelled = dice.Chance(CancelledShare) ? Moments.Later(confirmed, dice.Whole(1, 5), ref dice) : Moments.Never;
        var isDead = cancelled != Moments.Never;
        return new PurchaseDocument
        {
            Number = number,
            Supplier = supplier,
            Created = created,
            Confirmed = isDead && confirmed >= cancelled ? Moments.Never : confirmed,
            PartReceived = isDead || !isPartial ? Moments.Never : arrived,
            Received = isDead ? Moments.Never : isPartial ? Moments.Later(arrived, dice.Whole(2, 14), ref dice) : arrived,
            Cancelled = cancelled,
            Promised = promised,
            Lines = lines,
        };
    }
}
