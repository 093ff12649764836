namespace Crm.Connector.Hosts.Demo.Words;

/// <summary>Parts of company names. Each list's combinations outnumber the counterparties of its country, so names rarely repeat.</summary>
internal static class CompanyWords
{
    public static readonly string[] RussianFirst =
    [
        "Строй", "Тех", "Электро", "Пром", "Мет", "Дом", "Евро", "Лес", "Урал", "Север", "Юг", "Волга", "Дон", "Балт", "Сиб", "Альфа", "Вега", "Орион", "Кама",
        "Терра", "Норд", "Ока", "Аква", "Термо", "Свет", "Инстру", "Крас", "Монолит",
    ];

    public static readonly string[] RussianSecond =
    [
        "торг", "снаб", "сервис", "монтаж", "комплект", "маркет", "проект", "ресурс", "инжиниринг", "дизайн", "комфорт", "техника", "базис", "стандарт", "альянс", "лидер",
        "мастер", "союз", "подряд", "поставка", "инвест", "фасад", "кровля", "оптима",
    ];

    public static readonly string[] RussianThird = ["", " Плюс", " Групп", " Регион"];

    public static readonly string[] UkrainianFirst =
    [
        "Буд", "Техно", "Електро", "Агро", "Дніпро", "Київ", "Карпати", "Поділля", "Галич", "Полісся", "Січ", "Захід", "Степ", "Лан", "Мрія", "Світло", "Тепло", "Аква",
        "Оріон", "Промінь", "Граніт", "Метал", "Лісо", "Едем",
    ];

    public static readonly string[] UkrainianSecond =
    [
        "торг", "постач", "сервіс", "монтаж", "комплект", "маркет", "проєкт", "ресурс", "майстер", "трейд", "пром", "інвест", "дім", "інжиніринг", "центр", "стандарт",
        "союз", "стиль", "оптима", "дах",
    ];

    public static readonly string[] UkrainianThird = ["", " Груп", " Плюс", " Україна"];

    public static readonly string[] BritishFirst =
    [
        "Harwood", "Ashby", "Kingsley", "Thornton", "Whitfield", "Bramley", "Calder", "Denholm", "Eastgate", "Fairfax", "Garrick", "Hollins", "Ironbridge", "Kestrel", "Langdale",
        "Merton", "Northcote", "Oakwell", "Penrose", "Redfern", "Sherwin", "Tarrant", "Upton", "Wexford", "Yarrow",
    ];

    public static readonly string[] BritishSecond =
    [
        "Building Supplies", "Joinery", "Electrical", "Interiors", "Construction", "Hardware", "Roofing", "Plumbing & Heating", "Contractors", "Timber", "Property Services",
        "Refurbishments", "Tools", "Facilities",
    ];

    public static readonly string[] BritishThird = [" Ltd", " & Sons Ltd", " Group plc"];

    public static readonly string[] GermanFirst =
    [
        "Bauer", "Hoffmann", "Krüger", "Lindner", "Brandt", "Seidel", "Voigt", "Kessler", "Neumann", "Reuter", "Vogel", "Winkler", "Ziegler", "Hansa", "Rheintal", "Nordmark",
        "Elbe", "Taunus", "Isar", "Spree",
    ];

    public static readonly string[] GermanSecond =
        ["Baustoffe", "Elektrotechnik", "Holzbau", "Werkzeughandel", "Innenausbau", "Haustechnik", "Metallbau", "Bedachungen", "Montagebau", "Handelsgesellschaft"];

    public static readonly string[] GermanThird = [" GmbH", " GmbH & Co. KG", " AG"];
}
