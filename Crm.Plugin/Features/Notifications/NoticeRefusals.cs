using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Notifications;

/// <summary>Every reason that these forms refuse for; each has translations.</summary>
public static class NoticeRefusals
{
    public const string BadTime = FormTexts.BadTime;
    public const string BadNumber = FormTexts.BadNumber;
    public const string BadZone = "This time zone is not known. Choose one from the list.";
    public const string OnlyOneEnd = "Quiet hours need a beginning and an end.";
    public const string BadEmail = "This is not an e-mail address.";
    public const string NoEmail = "To be told by e-mail, give an address.";
    public const string BadAddress = "This is not an http or https address.";
    public const string NotAllowed = "The administrator does not allow this address.";
    public const string NoWebhook = "To be told at your own address, give one.";
    public const string ShortSecret = "A secret has at least 16 characters.";
    public const string TooLong = FormTexts.TooLong;
    public const string BadSnooze = "Choose a time that is still to come, within a year.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(NoticeRefusals).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
