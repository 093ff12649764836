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
