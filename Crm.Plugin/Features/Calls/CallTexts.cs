namespace Crm.Plugin.Features.Calls;

/// <summary>Refusals of this slice; shown through the contact log's fields, and translated there.</summary>
internal static class CallTexts
{
    public const string BadLine = "Line {0}: write the extension and a sign-in name of a user, such as: 101 anna.";
    public const string BadNumber = "Line {0}: this is not a telephone number.";
    public const string FileEmpty = "There are no calls in this file.";
    public const string NoColumn = "The file has no column {0}. Its first line must name the columns.";
    public const string BadStart = "This is not a date and time of a call.";
    public const string BadParties = "The line, the number or another text is missing or too long.";
    public const string BadSeconds = "The seconds are no whole number.";
    public const string BadOrder = "The call ends before it begins, or is answered outside of it.";
    public const string ImportGone = "This file was imported, taken back or removed meanwhile. Look at what is listed below.";
    public const string PeriodTooLong = "At most {0} days.";
    public const string TooMany = "At most {0} lines.";
}

/// <summary>How calls end, in words; translated in this slice.</summary>
internal static class CallEndings
{
    /// <summary>What exchanges say (Asterisk's CDR has the first five), as it is kept; another one's own word stays as it is.</summary>
    public static string Of(string disposition) => disposition switch
    {
        "answered" or "answer" => "answered",
        "no-answer" or "noanswer" => "no answer",
        "busy" => "busy",
        "failed" => "not connected",
        "congestion" or "chanunavail" => "line overloaded",
        "cancel" or "cancelled" or "canceled" => "hung up before an answer",
        "elsewhere" => "taken at another line",
        _ => disposition,
    };
}
