namespace Crm.Connector.Hosts.Demo.Words;

/// <summary>Parts of people's names and their jobs.</summary>
internal static class PersonWords
{
    /// <summary>Men's form; women add "а".</summary>
    public static readonly string[] RussianSurnames =
    [
        "Иванов", "Смирнов", "Кузнецов", "Попов", "Васильев", "Петров", "Михайлов", "Новиков", "Фёдоров", "Волков", "Алексеев", "Лебедев", "Семёнов", "Егоров", "Павлов", "Козлов",
        "Степанов", "Николаев", "Орлов", "Андреев", "Макаров", "Никитин", "Захаров", "Соловьёв", "Борисов", "Яковлев", "Григорьев", "Романов", "Воробьёв", "Сергеев", "Фролов", "Ершов",
        "Крылов", "Максимов", "Сидоров", "Осипов", "Белов", "Медведев", "Антонов", "Тарасов", "Жуков", "Баранов", "Филиппов", "Комаров", "Давыдов", "Беляев", "Герасимов", "Богданов",
    ];

    public static readonly string[] RussianMen = ["Александр", "Сергей", "Дмитрий", "Андрей", "Алексей", "Михаил", "Евгений", "Владимир", "Николай", "Павел", "Игорь", "Роман", "Юрий", "Артём", "Константин"];

    public static readonly string[] RussianWomen = ["Елена", "Ольга", "Наталья", "Татьяна", "Анна", "Светлана", "Марина", "Ирина", "Екатерина", "Юлия", "Людмила", "Оксана", "Дарья", "Вера"];

    /// <summary>Stem; "ич" makes the man's form and "на" the woman's.</summary>
    public static readonly string[] RussianFathers = ["Александров", "Сергеев", "Дмитриев", "Андреев", "Алексеев", "Михайлов", "Евгеньев", "Владимиров", "Николаев", "Павлов", "Игорев", "Юрьев", "Петров", "Викторов"];

    /// <summary>The same for men and women.</summary>
    public static readonly string[] UkrainianSurnames =
    [
        "Шевченко", "Коваленко", "Бондаренко", "Ткаченко", "Кравченко", "Олійник", "Ковальчук", "Поліщук", "Бойко", "Мельник", "Марченко", "Савченко", "Руденко", "Петренко", "Кравчук",
        "Клименко", "Павленко", "Гончаренко", "Лисенко", "Мороз", "Левченко", "Романюк", "Ткачук", "Гнатюк", "Сидоренко", "Пономаренко", "Панасюк", "Козак", "Гаврилюк", "Гриценко",
        "Демченко", "Литвин", "Приходько", "Назаренко", "Кушнір", "Федоренко", "Василенко", "Зінченко", "Тимошенко", "Кириленко",
    ];

    public static readonly string[] UkrainianMen = ["Олександр", "Сергій", "Андрій", "Володимир", "Микола", "Іван", "Юрій", "Василь", "Тарас", "Богдан", "Ігор", "Дмитро", "Петро", "Євген"];

    public static readonly string[] UkrainianWomen = ["Олена", "Оксана", "Наталія", "Тетяна", "Ірина", "Ганна", "Марія", "Світлана", "Юлія", "Галина", "Леся", "Надія", "Ольга", "Катерина"];

    /// <summary>Stem; "ич" makes the man's form and "на" the woman's.</summary>
    public static readonly string[] UkrainianFathers = ["Олександров", "Сергійов", "Андрійов", "Володимиров", "Миколайов", "Іванов", "Юрійов", "Васильов", "Тарасов", "Богданов", "Петров", "Вікторов"];

    public static readonly string[] EnglishSurnames =
    [
        "Walker", "Turner", "Hughes", "Bennett", "Carter", "Foster", "Harris", "Morgan", "Parker", "Reynolds", "Shaw", "Thompson", "Ward", "Young", "Barnes", "Cooper", "Dixon", "Ellis",
        "Fletcher", "Grant", "Hudson", "Jenkins", "Knight", "Lawson", "Mason", "Newman", "Osborne", "Palmer", "Quinn", "Rowe",
    ];

    public static readonly string[] EnglishNames =
        ["James", "Emma", "Oliver", "Charlotte", "William", "Alice", "George", "Lucy", "Henry", "Grace", "Edward", "Hannah", "Daniel", "Rachel", "Peter", "Fiona", "Simon", "Laura", "Martin", "Helen"];

    public static readonly string[] GermanSurnames =
        ["Schneider", "Fischer", "Weber", "Wagner", "Becker", "Schulz", "Koch", "Richter", "Klein", "Wolf", "Schröder", "Zimmermann", "Krause", "Lehmann", "Köhler", "Maier", "Walter", "Huber", "Kaiser", "Fuchs"];

    public static readonly string[] GermanNames =
        ["Thomas", "Sabine", "Michael", "Petra", "Andreas", "Claudia", "Stefan", "Katrin", "Jürgen", "Monika", "Matthias", "Anja", "Uwe", "Heike", "Jan", "Ulrike"];

    public static readonly string[] RussianJobs = ["Директор", "Менеджер по закупкам", "Главный бухгалтер", "Снабженец", "Прораб", "Начальник отдела снабжения", "Заведующий складом", "Коммерческий директор", "Инженер ПТО"];

    public static readonly string[] UkrainianJobs = ["Директор", "Менеджер із закупівель", "Головний бухгалтер", "Виконроб", "Начальник відділу постачання", "Завідувач складу", "Комерційний директор", "Інженер"];

    public static readonly string[] EnglishJobs = ["Managing Director", "Buyer", "Accounts Manager", "Site Manager", "Procurement Manager", "Warehouse Supervisor", "Project Manager"];

    public static readonly string[] GermanJobs = ["Geschäftsführer", "Einkauf", "Buchhaltung", "Bauleitung", "Lagerleitung", "Projektleitung"];
}
