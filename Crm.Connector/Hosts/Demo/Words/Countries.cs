namespace Crm.Connector.Hosts.Demo.Words;

/// <summary>Where a counterparty is at home.</summary>
internal enum Land
{
    Russia,
    Ukraine,
    Britain,
    Germany,
}

/// <summary>A town with what an address and a telephone number in it look like.</summary>
internal sealed record Town(string Name, string Region, string PostalPrefix, string AreaCode);

/// <summary>Towns and streets by country.</summary>
internal static class Countries
{
    public static readonly Town[] Russia =
    [
        new("Москва", "Москва", "115", "495"), new("Санкт-Петербург", "Санкт-Петербург", "196", "812"), new("Екатеринбург", "Свердловская область", "620", "343"),
        new("Казань", "Республика Татарстан", "420", "843"), new("Нижний Новгород", "Нижегородская область", "603", "831"), new("Самара", "Самарская область", "443", "846"),
        new("Ростов-на-Дону", "Ростовская область", "344", "863"), new("Воронеж", "Воронежская область", "394", "473"), new("Пермь", "Пермский край", "614", "342"),
        new("Тула", "Тульская область", "300", "4872"), new("Новосибирск", "Новосибирская область", "630", "383"), new("Тверь", "Тверская область", "170", "4822"),
    ];

    public static readonly Town[] Ukraine =
    [
        new("Київ", "Київ", "03", "44"), new("Львів", "Львівська область", "79", "32"), new("Харків", "Харківська область", "61", "57"),
        new("Одеса", "Одеська область", "65", "48"), new("Дніпро", "Дніпропетровська область", "49", "56"), new("Вінниця", "Вінницька область", "21", "432"),
        new("Полтава", "Полтавська область", "36", "532"), new("Тернопіль", "Тернопільська область", "46", "352"), new("Чернівці", "Чернівецька область", "58", "372"),
        new("Луцьк", "Волинська область", "43", "332"),
    ];

    // Number ranges that Ofcom keeps free for drama: nobody is called by mistake.
    public static readonly Town[] Britain =
    [
        new("London", "Greater London", "SE1", "20 7946 0"), new("Manchester", "Greater Manchester", "M4", "161 496 0"), new("Birmingham", "West Midlands", "B5", "121 496 0"),
        new("Leeds", "West Yorkshire", "LS10", "113 496 0"), new("Bristol", "Bristol", "BS2", "117 496 0"), new("Cardiff", "South Glamorgan", "CF10", "29 2018 0"),
    ];

    // Number ranges that the Bundesnetzagentur keeps free for films.
    public static readonly Town[] Germany =
    [
        new("Berlin", "Berlin", "109", "30 23125 "), new("Hamburg", "Hamburg", "201", "40 66969 "), new("Köln", "Nordrhein-Westfalen", "506", "221 4710 "),
        new("Frankfurt am Main", "Hessen", "603", "69 90009 "), new("München", "Bayern", "803", "89 99998 "),
    ];

    public static readonly string[] RussianStreets =
        ["ул. Ленина", "ул. Промышленная", "пр. Мира", "ул. Гагарина", "ул. Складская", "Московское шоссе", "ул. Заводская", "ул. Строителей", "ул. Садовая", "пр. Победы", "ул. Кирова", "Базовый пер."];

    public static readonly string[] UkrainianStreets =
        ["вул. Шевченка", "вул. Промислова", "вул. Івана Франка", "просп. Свободи", "вул. Лесі Українки", "вул. Будівельників", "вул. Складська", "вул. Соборна", "вул. Київська", "вул. Грушевського"];

    public static readonly string[] BritishStreets = ["Mill Lane", "Station Road", "Victoria Street", "Canal Street", "Foundry Road", "Albion Way", "Church Street", "Wharf Road"];

    public static readonly string[] GermanStreets = ["Industriestraße", "Hafenstraße", "Bahnhofstraße", "Gewerbepark", "Lindenallee", "Werkstraße", "Am Güterbahnhof"];

    public static Town[] Towns(Land land) => land switch { Land.Russia => Russia, Land.Ukraine => Ukraine, Land.Britain => Britain, _ => Germany };

    public static string Code(Land land) => land switch { Land.Russia => "RU", Land.Ukraine => "UA", Land.Britain => "GB", _ => "DE" };
}
