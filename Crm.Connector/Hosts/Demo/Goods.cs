using System.Globalization;
using Crm.Connector.Hosts.Demo.Words;

namespace Crm.Connector.Hosts.Demo;

/// <summary>One of the goods that the company deals in.</summary>
internal sealed record Good(string Code, string Name, string Unit, decimal Price, bool IsSold)
{
    /// <summary>The price for choosing, not for counting: baskets look at many goods that they do not take.</summary>
    public double About { get; } = (double)Price;
}

/// <summary>Makes the price list: forty families of ten sizes.</summary>
internal static class GoodsList
{
    public static Good[] Make(int seed)
    {
        var goods = new List<Good>(400);
        foreach (var (family, group) in GoodsWords.Families.Index())
        {
            foreach (var (size, text) in group.Sizes.Split('|').Index())
            {
                var dice = new Dice(seed, Throw.Product, family, size);
                var price = decimal.Round(group.Price * (1 + (size * group.Step)) * dice.Whole(95, 106) / 100, 2);
                var code = string.Create(CultureInfo.InvariantCulture, $"{group.Code}-{((family + 10) * 100) + size + 1}");
                goods.Add(new Good(code, string.Format(CultureInfo.InvariantCulture, group.Name, text), group.Unit, price, !dice.Chance(0.03)));
            }
        }

        return [.. goods];
    }
}
