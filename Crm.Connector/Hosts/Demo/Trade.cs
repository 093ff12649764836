namespace Crm.Connector.Hosts.Demo;

/// <summary>How a counterparty buys.</summary>
internal enum Habit
{
    /// <summary>Does not buy from us at all: a supplier.</summary>
    None,

    /// <summary>Asked for prices and has not bought yet.</summary>
    Potential,

    /// <summary>Bought once, rarely twice.</summary>
    OneTime,

    /// <summary>The same basket on the same day of each month.</summary>
    Monthly,

    /// <summary>Now and then, more in season.</summary>
    Ordinary,
}

/// <summary>How a counterparty buys and pays; follows from the seed and its number alone.</summary>
/// <param name="Number">Of the counterparty.</param>
/// <param name="Born">When it was entered.</param>
/// <param name="Leaves">From this day on it orders no more.</param>
/// <param name="Habit">How it buys.</param>
/// <param name="OrdersPerMonth">On average.</param>
/// <param name="OrderValue">Average value of an order in the company's currency.</param>
/// <param name="DiscountPercent">Off list price.</param>
/// <param name="TermDays">From delivery to the day when payment is due.</param>
/// <param name="Patience">0 pays in time, 1 some weeks late, 2 chronically late.</param>
internal sealed record Trade(
    int Number, long Born, DateOnly Leaves, Habit Habit, double OrdersPerMonth, double OrderValue, int DiscountPercent, int TermDays, int Patience)
{
    /// <summary>Numbers 1 to this supply us; the first of them buy as well.</summary>
    public const int Suppliers = 60;

    private const int BuyingSuppliers = 15;

    /// <summary>Numbers up to this are always there; those above come and go.</summary>
    public const int Faithful = 400;

    /// <summary>How many of those who come and go a first reader is told: with the faithful ones 2,000.</summary>
    public const int Newest = 1600;

    /// <summary>No one who comes and goes stays longer. The newest 1,600 cover eight years: such a stay and the three of the history.</summary>
    private const int LongestStay = 1650;

    private const double DaysBetweenBirths = 365.25 / 200;
    private static readonly DateOnly FirstBirth = new(2000, 1, 1);
    private static readonly int[] Terms = [0, 7, 14, 14, 30, 30, 45];

    /// <summary>Size rank (0 the biggest) to average order value and orders a month, chosen so that a fifth of the customers make four fifths of the revenue.</summary>
    private static readonly (double Rank, double Value, double Orders)[] Sizes =
        [(0, 9500, 5.3), (0.02, 4400, 4.15), (0.08, 2150, 2.75), (0.2, 1050, 1.45), (0.5, 520, 0.8), (1, 260, 0.36)];

    /// <summary>Number of the last counterparty born before the day.</summary>
    public static int LastBornBefore(DateOnly day) => Faithful + (int)Math.Ceiling((day.DayNumber - FirstBirth.DayNumber) / DaysBetweenBirths) - 1;

    /// <summary>Number of the first one that may still buy on the day.</summary>
    public static int FirstBuyingOn(DateOnly day) => Math.Max(Faithful, LastBornBefore(day.AddDays(-LongestStay))) + 1;

    public static Trade Of(int seed, int number)
    {
        var dice = new Dice(seed, Throw.Trade, number);
        var isFaithful = number <= Faithful;
        var bornOn = isFaithful
            ? FirstBirth.AddDays(dice.Whole(0, 8 * 365))
            : FirstBirth.AddDays((int)((number - Faithful) * DaysBetweenBirths));
        var born = Moments.At(bornOn, dice.Whole(8 * 3600, 18 * 3600));

        // Spread evenly over any run of numbers (R2 sequence, Roberts 2018): every era has its big and small ones.
        var rank = Part((number * 0.7548776662466927) + (seed * 0.1));
        var kind = Part((number * 0.5698402909980532) + (seed * 0.3));
        var habit = number <= Suppliers
            ? number <= BuyingSuppliers ? Habit.Ordinary : Habit.None
            : isFaithful
                ? kind < 0.15 ? Habit.Monthly : Habit.Ordinary
                : kind < 0.12 ? Habit.Potential : kind < 0.3 ? Habit.OneTime : kind < 0.36 ? Habit.Monthly : Habit.Ordinary;
        var leaves = isFaithful ? DateOnly.MaxValue : bornOn.AddDays(dice.Whole(90, LongestStay));
        var (value, orders) = Size(rank);
        var luck = dice.Fraction();
        return new Trade(
            number, born, leaves, habit, orders, value * dice.Between(0.8, 1.2), rank < 0.2 ? dice.Whole(4, 12) : dice.Whole(0, 5),
            dice.Of(Terms), luck < 0.72 ? 0 : luck < 0.94 ? 1 : 2);
    }

    private static (double Value, double Orders) Size(double rank)
    {
        var i = 1;
        while (Sizes[i].Rank < rank)
        {
            i++;
        }

        var (from, to) = (Sizes[i - 1], Sizes[i]);
        var part = (rank - from.Rank) / (to.Rank - from.Rank);
        return (from.Value + (part * (to.Value - from.Value)), from.Orders + (part * (to.Orders - from.Orders)));
    }

    private static double Part(double value) => value - Math.Floor(value);
}
