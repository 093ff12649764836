namespace Crm.Plugin.Features.Mail;

/// <summary>Every reason that the forms of this folder refuse for; each has translations.</summary>
public static class MailRefusals
{
    public const string NoSubject = "A letter needs a subject.";
    public const string NoText = "Write a few words.";
    public const string NoRecipient = "Choose an address.";
    public const string BadRecipient = "This is not an address of this counterparty.";
    public const string NobodyLeft = "Nobody of this selection can get a letter.";
    public const string UnknownField = "There is no field {0}.";
    public const string TooBig = "The files are larger than {0} MB together.";
    public const string BadType = "Files of this kind are not sent: {0}.";
    public const string NoAccount = "There is no mail account to send from. An administrator adds one under E-mail, Accounts.";
    public const string Suppressed = "This address is not to be contacted.";
    public const string BadEmail = "This is not an e-mail address.";
    public const string BadPort = "A port is a number from 1 to 65535.";
    public const string NoServer = "Name the server.";
    public const string NoName = "Give it a name.";
    public const string BadFolder = "This folder does not exist on the server, or it cannot be read.";
    public const string BadDay = "This is not a day. Example: 2026-11-22.";
    public const string NoCounterparty = "Choose a counterparty that you may write to.";
    public const string NotListed = "Choose one of the listed values.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(MailRefusals).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
