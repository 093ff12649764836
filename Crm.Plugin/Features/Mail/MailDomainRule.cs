namespace Crm.Plugin.Features.Mail;

/// <summary>Which domains tell the company. No clock, no database.</summary>
public static class MailDomainRule
{
    // Where everybody has an address, whatever company they work for: the large providers of the countries whose languages the screens speak.
    private static readonly HashSet<string> Everybodys = new(StringComparer.Ordinal)
    {
        "gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "msn.com", "yahoo.com", "ymail.com", "icloud.com", "me.com", "mac.com", "aol.com", "gmx.com", "gmx.de", "gmx.net",
        "web.de", "t-online.de", "mail.com", "proton.me", "protonmail.com", "pm.me", "zoho.com", "hey.com", "fastmail.com", "tutanota.com", "tuta.io", "yahoo.co.uk", "hotmail.co.uk", "btinternet.com",
        "mail.ru", "bk.ru", "inbox.ru", "list.ru", "internet.ru", "vk.com", "yandex.ru", "yandex.com", "yandex.by", "yandex.kz", "yandex.ua", "ya.ru", "rambler.ru", "lenta.ru", "autorambler.ru", "myrambler.ru", "ro.ru", "pochta.ru",
        "ukr.net", "i.ua", "ua.fm", "meta.ua", "bigmir.net", "email.ua", "online.ua", "tut.by", "mail.by", "mail.kz", "wp.pl", "o2.pl", "onet.pl", "interia.pl", "seznam.cz", "centrum.cz", "free.fr", "orange.fr", "laposte.net", "libero.it",
    };

    /// <summary>The domain of an address when it tells the company; null for a provider's where everybody has an address, and for what is none.</summary>
    public static string? OfCompany(string address)
    {
        var folded = MailAddressRule.Fold(address);
        if (!MailAddressRule.IsValid(folded))
        {
            return null;
        }

        var domain = folded[(folded.LastIndexOf('@') + 1)..];
        return Everybodys.Contains(domain) ? null : domain;
    }
}
