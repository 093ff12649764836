using System.Globalization;

namespace Crm.Connector.Hosts.Demo;

/// <summary>Tax numbers with right check digits. They are invented; one may happen to be somebody's.</summary>
internal static class TaxIds
{
    private static readonly int[] Inn10 = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    private static readonly int[] Inn11 = [7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    private static readonly int[] Inn12 = [3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8];
    private static readonly int[] Person = [-1, 5, 7, 9, 4, 6, 10, 5, 7];

    /// <summary>ИНН of an organisation: nine digits and one check digit (order ММВ-7-6/435 of the Federal Tax Service).</summary>
    public static string RussianCompany(ref Dice dice)
    {
        var nine = Digits(dice.Whole(1, 92), 2) + Digits(dice.Whole(1, 99), 2) + Digits(dice.Whole(1, 99_999), 5);
        return nine + Weighted(nine, Inn10);
    }

    /// <summary>ИНН of a person: ten digits and two check digits.</summary>
    public static string RussianPerson(ref Dice dice)
    {
        var ten = Digits(dice.Whole(1, 92), 2) + Digits(dice.Whole(1, 99), 2) + Digits(dice.Whole(1, 999_999), 6);
        var eleven = ten + Weighted(ten, Inn11);
        return eleven + Weighted(eleven, Inn12);
    }

    /// <summary>ЄДРПОУ: seven digits and one check digit; codes from 30000000 to 60000000 weigh from 7 on.</summary>
    public static string UkrainianCompany(ref Dice dice)
    {
        var number = dice.Whole(2_000_000, 4_499_999);
        var seven = Digits(number, 7);
        var start = number is >= 3_000_000 and < 6_000_000 ? 7 : 1;
        var check = Sum(seven, i => start == 1 ? i + 1 : i == 0 ? 7 : i) % 11;
        if (check == 10)
        {
            check = Sum(seven, i => start == 1 ? i + 3 : i == 0 ? 9 : i + 2) % 11 % 10;
        }

        return seven + check.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>РНОКПП: days since 1899-12-31 of the birthday, four digits and one check digit.</summary>
    public static string UkrainianPerson(ref Dice dice)
    {
        var nine = Digits(dice.Whole(20_000, 37_000), 5) + Digits(dice.Whole(1, 9999), 4);
        var sum = Sum(nine, i => Person[i]);
        return nine + ((((sum % 11) + 11) % 11) % 10).ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>VAT number: seven digits; weights 8 to 2 and the last two digits together make a multiple of 97.</summary>
    public static string British(ref Dice dice)
    {
        var seven = Digits(dice.Whole(1_000_000, 9_999_999), 7);
        var check = 97 - (Sum(seven, i => 8 - i) % 97);
        return "GB" + seven + Digits(check, 2);
    }

    /// <summary>USt-IdNr.: eight digits and one check digit by ISO 7064 MOD 11,10.</summary>
    public static string German(ref Dice dice)
    {
        var eight = Digits(dice.Whole(10_000_000, 99_999_999), 8);
        var product = 10;
        foreach (var digit in eight)
        {
            var sum = (digit - '0' + product) % 10;
            product = 2 * (sum == 0 ? 10 : sum) % 11;
        }

        return "DE" + eight + ((11 - product) % 10).ToString(CultureInfo.InvariantCulture);
    }

    private static string Weighted(string digits, int[] weights) => (Sum(digits, i => weights[i]) % 11 % 10).ToString(CultureInfo.InvariantCulture);

    private static int Sum(string digits, Func<int, int> weight) => digits.Select((d, i) => (d - '0') * weight(i)).Sum();

    private static string Digits(int number, int count) => number.ToString("D" + count.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}
