namespace Crm.Plugin.Features.ContactLog;

/// <summary>Why something cannot be saved, told at the field.</summary>
/// <param name="Field">Name of the form's field.</param>
/// <param name="Text">English text from <see cref="RefusalTexts"/>, the key of its translations.</param>
/// <param name="Arguments">Fill its places; instants are shown in the user's zone.</param>
public sealed record Refusal(string Field, string Text, params IReadOnlyList<object> Arguments);

/// <summary>Every reason that the contact log refuses for; each has translations.</summary>
public static class RefusalTexts
{
    public const string NoCounterparty = "Choose a counterparty.";
    public const string CounterpartyUnknown = "This counterparty does not exist, or your role does not let you log contacts with it.";
    public const string PersonUnknown = "This person does not belong to the counterparty. Choose another one.";
    public const string TwoPersons = "A contact is with one person: of the ERP, or of the CRM's own.";
    public const string UserUnknown = "This user does not exist or may no longer sign in. Choose another one.";
    public const string OrderUnknown = "This counterparty has no order with the number {0}.";
    public const string EmptyItem = "An item of the checklist is empty.";
    public const string ItemLeftOut = "The item \"{0}\" of the checklist was left out. Items are ticked, never removed: send it as well.";
    public const string BadRepeat = "A series has 2 to 100 contacts.";
    public const string RepeatWithoutPlan = "Only a planned contact can come again.";
    public const string NoFile = "Choose a file.";
    public const string FileEmpty = "This file is empty.";
    public const string FileTooLarge = "A file may have at most {0} MB.";
    public const string FileType = "Files of this kind are not taken: programs, scripts and web pages could do harm. Send a PDF, a picture, an office document, text or an archive.";
    public const string TooManyFiles = "At most {0} files.";
    public const string CallUnknown = "This call does not exist, or it was not yours.";
    public const string NotListed = "Choose one of the listed values.";
    public const string ChannelUnknown = "Choose a channel of this kind of contact: {0}.";
    public const string NoChannelOfKind = "There is no channel of this kind of contact: leave it empty, or choose another kind.";
    public const string NoText = "Write a few words on what it was about, or a result.";
    public const string TooLong = "At most {0} characters; this text has {1}.";
    public const string BadTime = "This is not a date and time. Example: 2026-11-22T10:30.";
    public const string BadMinutes = "Minutes are a whole number from 0 to 1440.";
    public const string NoPlannedStart = "When is it planned? Choose a date and time.";
    public const string PlannedInThePast = "This time is in the past. Choose a later one, or log the contact as done.";
    public const string HappenedInTheFuture = "This time is still to come. Plan the contact instead.";
    public const string StartAfterEnd = "The start is later than the end.";
    public const string TooFarApart = "A contact lasts at most 14 days.";
    public const string RemindWithoutPlan = "Only a planned contact can be reminded of.";
    public const string RemindInThePast = "The time of this reminder has passed. Choose a shorter one.";
    public const string NextInThePast = "The next step is planned in the past. Choose a later time.";
    public const string RepeatedUser = "The same colleague is listed twice.";
    public const string RepeatedPerson = "The same contact person is listed twice.";
    public const string RepeatedName = "The same outside person is listed twice: {0}.";
    public const string TooMany = "At most {0} rows.";
    public const string RoomTaken = "Room {0} is reserved from {1} to {2}.";
    public const string UserBusy = "{0} is in another meeting from {1} to {2}.";
    public const string Away = "{0} is away from {1} to {2}.";
    public const string OnHoliday = "{0} is on holiday from {1} to {2}.";
    public const string Ill = "{0} is ill from {1} to {2}.";
    public const string OnBusinessTrip = "{0} is on a business trip from {1} to {2}.";
    public const string KindStays = "An absence stays an absence, and a plan a plan. Cancel this one and make another.";
    public const string NoSubject = "What is it about? A few words will do.";
    public const string NoFirstDay = "Which is the first day of the absence?";
    public const string BadDay = "This is not a day. Example: 2026-11-22.";
    public const string LastBeforeFirst = "The last day is before the first.";
    public const string AbsenceTooLong = "An absence lasts at most 370 days. Enter a longer one in parts.";
    public const string AbsenceRepeats = "An absence does not repeat: choose its first and last day.";
    public const string SeriesOverlaps = "The one that begins at {0} would begin before the one before it ends, at {1}.";
    public const string WrongState = "This contact is already done or cancelled.";
    public const string ChangedMeanwhile = "Somebody else changed this contact while you were editing it. Compare with what is saved now; saving again replaces it.";

    /// <summary>All of them.</summary>
    public static IEnumerable<string> All => typeof(RefusalTexts).GetFields().Where(f => f.IsLiteral).Select(f => (string)f.GetRawConstantValue()!);
}
