using System.Globalization;
using Crm.Connector.Hosts.Demo.Words;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Telephone numbers in the spellings that people type.</summary>
internal static class Phones
{
    private static readonly string[] RussianMobiles = ["903", "910", "916", "921", "925", "961", "985"];
    private static readonly string[] UkrainianMobiles = ["50", "63", "66", "67", "68", "93", "95", "97", "98"];

    public static string Office(Land land, Town town, ref Dice dice) => Write(land, town.AreaCode, ref dice);

    public static string Mobile(Land land, ref Dice dice) => land switch
    {
        Land.Russia => Write(land, dice.Of(RussianMobiles), ref dice),
        Land.Ukraine => Write(land, dice.Of(UkrainianMobiles), ref dice),
        Land.Britain => Write(land, "7700 900", ref dice),
        _ => Write(land, "171 39200", ref dice),
    };

    private static string Write(Land land, string area, ref Dice dice)
    {
        if (land is Land.Britain or Land.Germany)
        {
            var national = area + Digits(dice.Whole(land == Land.Germany ? 10 : 0, land == Land.Germany ? 99 : 999), land == Land.Germany ? 2 : 3);
            var country = land == Land.Britain ? "44" : "49";
            return dice.Whole(0, 3) switch
            {
                0 => $"+{country} {national}",
                1 => $"+{country}{national.Replace(" ", "", StringComparison.Ordinal)}",
                2 => $"0{national}",
                _ => $"+{country} (0){national}",
            };
        }

        // The whole national number has ten digits in Russia and nine in Ukraine.
        var length = (land == Land.Russia ? 10 : 9) - area.Length;
        var rest = Digits(dice.Whole(2, 9), 1) + Digits(dice.Whole(0, 999_999) % (length == 7 ? 1_000_000 : length == 6 ? 100_000 : 10_000), length - 1);
        var (a, b, c) = (rest[..^4], rest[^4..^2], rest[^2..]);
        var (plus, trunk) = land == Land.Russia ? ("+7", "8") : ("+380", "0");
        return dice.Whole(0, 5) switch
        {
            0 => $"{plus} ({area}) {a}-{b}-{c}",
            1 => $"{plus}{area}{rest}",
            2 => land == Land.Russia ? $"{trunk} {area} {a}-{b}-{c}" : $"{trunk}{area} {a} {b} {c}",
            3 => land == Land.Russia ? $"{trunk}({area}){a}-{b}-{c}" : $"({trunk}{area}) {a}-{b}-{c}",
            4 => $"{plus} {area} {a} {b} {c}",
            _ => land == Land.Russia ? $"{trunk}{area}{rest}" : $"{trunk}{area}{rest}",
        };
    }

    private static string Digits(int number, int count) => number.ToString("D" + count.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
