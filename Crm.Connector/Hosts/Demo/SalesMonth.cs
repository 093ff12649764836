using System.Globalization;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Makes the sales orders that are entered in one calendar month, with the returns that follow from them.</summary>
internal static class SalesMonth
{
    private const double ReturnShare = 0.02;
    private const double CancelledShare = 0.05;
    private const double LateShare = 0.12;

    /// <summary>January to December: builders sleep in winter.</summary>
    private static readonly double[] Season = [0.62, 0.7, 0.92, 1.1, 1.22, 1.25, 1.2, 1.18, 1.15, 1.05, 0.87, 0.74];

    private static readonly string[] Reasons =
    [
        "Нашли дешевле", "Не устроил срок поставки", "Нет товара на складе", "Проект клиента отложен", "Клиент не оплатил аванс",
        "Ошибка в заявке", "Змінилися плани замовника", "Ordered twice", "No answer to the offer",
    ];

    public static List<SalesDocument> Make(DemoCompany company, int month)
    {
        var first = Moments.FirstOf(month);
        var begun = new List<(long Created, Trade Trade, int Index)>(1200);
        foreach (var trade in company.BuyersIn(first))
        {
            Begin(company.Seed, trade, month, begun);
        }

        begun.Sort((x, y) => x.Created != y.Created ? x.Created.CompareTo(y.Created) : x.Trade.Number != y.Trade.Number ? x.Trade.Number.CompareTo(y.Trade.Number) : x.Index.CompareTo(y.Index));
        var documents = new List<SalesDocument>(begun.Count + 30);
        var (day, rank) = (DateOnly.MinValue, 0);
        foreach (var (created, trade, index) in begun)
        {
            var on = Moments.Day(created);
            (day, rank) = on == day ? (day, rank + 1) : (on, 1);
            var dice = new Dice(company.Seed, Throw.SalesOrder, trade.Number, month, index);
            var order = Order(company, trade, created, month, index, string.Create(CultureInfo.InvariantCulture, $"{on:yyMMdd}-{rank:000}"), ref dice);
            documents.Add(order);
            if (order.Delivered != Moments.Never && trade.Habit != Habit.Monthly && dice.Chance(ReturnShare / (1 - CancelledShare)))
            {
                documents.Add(Return(order, ref dice));
            }
        }

        return documents;
    }

    /// <summary>When this customer enters orders in the month.</summary>
    private static void Begin(int seed, Trade trade, int month, List<(long, Trade, int)> begun)
    {
        var dice = new Dice(seed, Throw.SalesMonth, trade.Number, month);
        var first = Moments.FirstOf(month);
        var days = DateTime.DaysInMonth(first.Year, first.Month);
        if (trade.Habit == Habit.OneTime)
        {
            var life = new Dice(seed, Throw.SalesMonth, trade.Number);
            var at = Moments.Later(trade.Born, life.Whole(1, 20), ref life);
            var times = life.Chance(0.15) ? 2 : 1;
            for (var i = 0; i < times; i++, at = Moments.Later(at, life.Whole(5, 30), ref life))
            {
                if (Moments.MonthOf(Moments.Day(at)) == month)
                {
                    begun.Add((at, trade, i));
                }
            }

            return;
        }

        var count = trade.Habit == Habit.Monthly ? 1 : dice.Count(trade.OrdersPerMonth * Season[first.Month - 1]);
        for (var i = 0; i < count; i++)
        {
            // A Monday after the month's last Sunday belongs to the same month, or a monthly buyer would miss one.
            var day = trade.Habit == Habit.Monthly ? 1 + (trade.Number % 26) : Weekday(first, days, ref dice);
            var at = Moments.WhenOpen(Moments.At(first.AddDays(day - 1), dice.Whole((8 * 3600) + 600, 17 * 3600)));
            if (at > trade.Born && Moments.Day(at) < trade.Leaves)
            {
                begun.Add((at, trade, i));
            }
        }
    }

    /// <summary>A day of the month: few orders on Saturdays, none on Sundays.</summary>
    private static int Weekday(DateOnly first, int days, ref Dice dice)
    {
        while (true)
        {
            var day = dice.Whole(1, days);
            var weekday = first.AddDays(day - 1).DayOfWeek;
            if (weekday is not (DayOfWeek.Sunday or DayOfWeek.Saturday) || (weekday == DayOfWeek.Saturday && dice.Chance(0.3)))
            {
                return day;
            }
        }
    }

    private static SalesDocument Order(DemoCompany company, Trade trade, long created, int month, int index, string number, ref Dice dice)
    {
        var isSteady = trade.Habit == Habit.Monthly;
        var lines = isSteady ? Basket(company, trade, 0, 0, 1) : Basket(company, trade, month, index, dice.Between(0.4, 1) + dice.Between(0, 0.6));
        var total = lines.Sum(l => l.Amount);
        var margin = (decimal)dice.Whole(120, 350) / 1000;
        var confirmed = dice.Chance(0.5) ? created + dice.Whole(600, 4 * 3600) : Moments.Later(created, dice.Whole(1, 3), ref dice);
        var promisedDays = dice.Whole(2, 10);
        var promised = Moments.Day(Moments.Later(created, promisedDays, ref dice));
        var delivered = Moments.Later(confirmed, Math.Max(0, promised.DayNumber - Moments.Day(confirmed).DayNumber - dice.Whole(0, 1)), ref dice);
        if (dice.Chance(LateShare))
        {
            delivered = Moments.Later(delivered, dice.Whole(2, 14), ref dice);
        }

        var cancelled = Moments.Never;
        if (!isSteady && dice.Chance(CancelledShare))
        {
            cancelled = Moments.Later(created, dice.Whole(1, 6), ref dice);
            confirmed = confirmed < cancelled ? confirmed : Moments.Never;
            delivered = Moments.Never;
        }

        var due = delivered == Moments.Never ? promised : Moments.Day(delivered).AddDays(trade.TermDays);
        var delay = trade.Patience switch { 0 => dice.Whole(-3, 2), 1 => dice.Whole(3, 20), _ => dice.Whole(15, 70) };
        var paid = delivered == Moments.Never || dice.Chance(0.006)
            ? Moments.Never
            : Moments.Later(delivered, Math.Max(0, trade.TermDays + delay), ref dice);
        return new SalesDocument
        {
            Number = "SO-" + number,
            Party = trade.Number,
            IsReturn = false,
            Created = created,
            Confirmed = confirmed,
            Delivered = delivered,
            Cancelled = cancelled,
            CancelReason = cancelled == Moments.Never ? null : dice.Of(Reasons),
            Promised = promised,
            Lines = lines,
            Total = total,
            Cost = decimal.Round(total * (1 - margin), 2),
            Due = due,
            Paid = paid,
        };
    }

    /// <summary>Goods whose values come near to what this customer spends; a steady one gets the same each time.</summary>
    private static BasketLine[] Basket(DemoCompany company, Trade trade, int month, int index, double factor)
    {
        var dice = new Dice(company.Seed, Throw.Basket, trade.Number, month, index);
        var count = dice.Whole(1, 8);
        var each = trade.OrderValue * factor / count;
        var lines = new List<BasketLine>(count);
        while (lines.Count < count)
        {
            var good = dice.Whole(0, company.Goods.Count - 1);

            // A piece that costs more than twice the line's value is not what this customer buys; nails are.
            if (company.Goods[good].About <= 2 * each || good % 10 == 0)
            {
                var price = decimal.Round(company.Goods[good].Price * (100 - trade.DiscountPercent) / 100, 2);
                var quantity = Math.Max(1, (int)(each * dice.Between(0.6, 1.4) / (double)price));
                lines.Add(new BasketLine(good, quantity > 100 ? quantity / 10 * 10 : quantity, price));
            }
        }

        return [.. lines];
    }

    private static SalesDocument Return(SalesDocument order, ref Dice dice)
    {
        var created = Moments.Later(order.Delivered, dice.Whole(3, 20), ref dice);
        var received = Moments.Later(created, dice.Whole(1, 3), ref dice);
        var line = order.Lines[dice.Whole(0, order.Lines.Length - 1)];
        var back = line with { Quantity = Math.Max(1, line.Quantity * dice.Whole(1, 4) / 4) };
        return new SalesDocument
        {
            Number = "SR" + order.Number[2..],
            Party = order.Party,
            IsReturn = true,
            Created = created,
            Confirmed = created + 1800,
            Delivered = received,
            Cancelled = Moments.Never,
            CancelReason = null,
            Promised = null,
            Lines = [back],
            Total = back.Amount,
            Cost = decimal.Round(back.Amount * order.Cost / order.Total, 2),
            Due = Moments.Day(received),
            Paid = Moments.Later(received, dice.Whole(1, 5), ref dice),
        };
    }
}
