namespace Crm.Plugin.Features.Prospects;

/// <summary>Refusals of this slice; shown by the contact log's fields and translated there.</summary>
internal static class ProspectTexts
{
    public const string NoName = "Write the name of the person or of the company.";
    public const string MayNotWrite = "Your role does not let you write.";
    public const string Unknown = "There is no such prospect, or your role does not let you change it.";
    public const string NotOpen = "This prospect is no longer open.";
    public const string NoReason = "Write in a few words why.";
    public const string NotOfAnErp = "Choose a counterparty that an ERP has.";
    public const string ConvertedAlready = "This prospect is a counterparty of the ERP already.";
    public const string OnItsWay = "This prospect is on its way to the ERP. Wait for the answer, or stop it first.";
    public const string NotLinked = "Only a link can be undone.";
    public const string NoWriter = "This ERP takes no new counterparties from us: enter it there, then link it.";
    public const string DemoKeepsNothing = "The demo company is made up anew each time and keeps nothing that is entered: linking can be tried here, entering only with a real ERP.";
    public const string BadResponsible = "Choose a colleague whose counterparties your role lets you change.";
    public const string NotEditable = "The ERP has this counterparty now: change it there.";

    /// <summary>Translated in the slice; by the code where it says more than the kind.</summary>
    public static string Advice(string? code) => code switch
    {
        "prospects.no-writer" => NoWriter,
        "prospects.connection-removed" => "This ERP is no longer installed. Choose another one, or link the prospect.",
        "tryton.no-country" => "The ERP does not know this country. Write its name as the ERP does, or leave it out.",
        _ => "The ERP refused it. An administrator looks the code up in the manual, mends what is wrong, and it is sent again.",
    };
}
