namespace Crm.Plugin.Features.Calls;

/// <summary>Refusals of this slice; shown through the contact log's fields, and translated there.</summary>
internal static class CallTexts
{
    public const string BadLine = "Line {0}: write the extension and a sign-in name of a user, such as: 101 anna.";
    public const string BadNumber = "Line {0}: this is not a telephone number.";
    public const string TooMany = "At most {0} lines.";
}
