namespace Crm.Plugin.Features.Mail;

/// <summary>English names of listed values, the keys of their translations.</summary>
internal static class MailWords
{
    public static string Of(MailState state) => state switch
    {
        MailState.Queued => "waiting",
        MailState.Sent => "sent",
        MailState.Failed => "not sent",
        MailState.Bounced => "came back",
        _ => "wants no letters",
    };

    public static string Of(MailSecurity security) => security switch { MailSecurity.None => "none (same machine only)", MailSecurity.StartTls => "STARTTLS", _ => "TLS" };

    public static string Of(MailSource source) => source switch
    {
        MailSource.None => "nothing",
        MailSource.Imap => "IMAP mailbox",
        MailSource.Folder => "watched folder (.eml, maildir)",
        _ => "own port for forwarding rules (SMTP)",
    };

    /// <summary>What would become of letters that nobody has taken in yet.</summary>
    public static string Foreseen(string code) => code switch
    {
        "stored" => "would be stored with a counterparty",
        "unmatched" => "would wait in the queue of the unmatched",
        "skipped.unknown" => "would be passed over: nobody known",
        "skipped.automatic" => "would be passed over: automatic answers",
        "skipped.unreadable" => "would be passed over: unreadable",
        _ => "would be passed over: known already",
    };

    /// <summary>What is wrong with an account's server, and what to do.</summary>
    public static string Failure(string code) => code switch
    {
        "mail.unreachable" => "The mail server does not answer: look at its name and port.",
        "mail.tls-refused" => "The mail server's certificate is not trusted: the manual says how to name your own authority.",
        "mail.tls-not-offered" => "The mail server offers no STARTTLS: choose another protection.",
        "mail.sign-in-refused" => "The mail server does not accept the user name and password: type them anew.",
        "mail.sign-in-unprotected" => "The password would travel unprotected: choose STARTTLS or TLS.",
        "mail.secret-lost" => "The password cannot be read any more: type it anew.",
        "mail.mailbox-missing" => "There is no such mailbox on the server: look at its name.",
        "mail.folder-missing" => "This folder does not exist on the server, or it cannot be read.",
        _ => "The mail server answered something unexpected; the log says more.",
    };

    /// <summary>Why letters were counted.</summary>
    public static string Reason(string code) => code switch
    {
        "fetched" => "fetched",
        "matched" => "matched",
        "stored" => "stored",
        "skipped.known" => "skipped: received before",
        "skipped.own" => "skipped: sent by the CRM itself",
        "skipped.unknown" => "skipped: nobody known",
        "skipped.automatic" => "skipped: automatic answers",
        "skipped.too-big" => "skipped: too big",
        "skipped.unreadable" => "skipped: unreadable",
        "unmatched" => "waiting in the queue",
        "bounced" => "reports that a letter came back",
        _ => code,
    };
}
