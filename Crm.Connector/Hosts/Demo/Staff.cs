using Crm.Contracts;

namespace Crm.Connector.Hosts.Demo;

/// <summary>The twelve people who work in the demo company.</summary>
internal static class Staff
{
    private static readonly string[] Sellers = ["anna", "oleg", "irina", "maksym", "sophie"];

    public static IReadOnlyList<HostUser> All { get; } =
    [
        User("anna", "Анна Соколова", "Sales"),
        User("oleg", "Олег Морозов", "Sales"),
        User("irina", "Ирина Власова", "Sales"),
        User("maksym", "Максим Ткаченко", "Sales"),
        User("sophie", "Sophie Marlow", "Sales"),
        User("viktor", "Виктор Зайцев", "Direction"),
        User("admin", "Андрій Бондаренко", "Administration"),
        User("nadia", "Надія Кравець", "Purchasing"),
        User("pavel", "Павел Гусев", "Warehouse"),
        User("elena", "Елена Родионова", "Accounting"),
        User("thomas", "Thomas Reed", "Marketing"),
        User("dmitry", "Дмитрий Лапин", "Sales") with { IsActive = false }, // left the company
    ];

    /// <summary>Who looks after a customer; never one who left.</summary>
    public static string SellerOf(int seed, int party) => new Dice(seed, Throw.Party, party, 1).Of(Sellers);

    private static HostUser User(string login, string name, string group) => new()
    {
        Key = new HostKey(login),
        Version = "",
        Login = login,
        Name = name,
        Email = login + "@trade.example",
        Groups = [group],
    };
}
