using System.Text.RegularExpressions;
using Crm.Plugin.Features.Mail.Letters;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Incoming;

/// <summary>A server's word that a letter did not arrive.</summary>
/// <param name="MessageIds">Of letters that it may be about, without brackets; never empty.</param>
/// <param name="Status">Enhanced status code (RFC 3463) such as 5.1.1; null when the server gave none.</param>
/// <param name="Reason">As the server wrote it, one line; null for none.</param>
public sealed record Bounce(IReadOnlyList<string> MessageIds, string? Status, string? Reason)
{
    /// <summary>For ever: the same address fails again.</summary>
    public bool IsHard => Status?.StartsWith('5') == true;
}

/// <summary>Tells reports that a letter came back from all other letters. No clock, no database.</summary>
public static partial class BounceRule
{
    private const int LongestReason = 500;
    private const int LongestText = 200_000;
    private const int MostIds = 20;

    private static readonly string[] Daemons = ["mailer-daemon", "postmaster", "mail-daemon", "maildaemon", "mailerdaemon"];
    private static readonly string[] Failures = ["undeliver", "failure", "failed", "returned", "not delivered", "не доставлен", "недоставлен", "возвращ", "не доставлено", "повернен"];

    /// <summary>
    /// Null for everything else: people's letters, absence notes, notes that a letter is only delayed. A delivery status notification says
    /// so itself (RFC 3464, Action: failed); of others it is taken from a server's own address with a code of failure in the text.
    /// </summary>
    public static Bounce? Find(ReceivedLetter letter)
    {
        var report = letter.Attachments.Select(a => a.Entity).OfType<MessageDeliveryStatus>().FirstOrDefault();
        var found = report is not null ? OfReport(report) : IsFromServer(letter) ? OfText(letter) : null;
        return found is { } outcome && Ids(letter) is { Count: > 0 } ids ? new(ids, outcome.Status, outcome.Reason) : null;
    }

    /// <summary>The first recipient that failed: our letters have one.</summary>
    private static (string? Status, string? Reason)? OfReport(MessageDeliveryStatus report)
    {
        if (report.StatusGroups.FirstOrDefault(g => g["Action"]?.Trim().StartsWith("failed", StringComparison.OrdinalIgnoreCase) == true) is not { } recipient)
        {
            return null;
        }

        var diagnostic = recipient["Diagnostic-Code"];
        var kind = diagnostic?.IndexOf(';', StringComparison.Ordinal) ?? -1;
        return (Code(recipient["Status"] ?? "") ?? Code(diagnostic ?? ""), Line(kind is >= 0 and < 20 ? diagnostic![(kind + 1)..] : diagnostic));
    }

    private static (string? Status, string? Reason)? OfText(ReceivedLetter letter)
    {
        var text = letter.Text ?? (letter.Html is { } html ? HtmlClean.Text(html) : "");
        // The copy of the original below may say anything.
        var own = text.Length > LongestText ? text[..LongestText] : text;
        if (Copy().Match(own) is { Success: true } copy)
        {
            own = own[..copy.Index];
        }

        var line = own.Split('\n').Select(l => (Line: l, Code: Code(l))).FirstOrDefault(l => l.Code?.StartsWith('5') == true);
        return line.Code is not null ? (line.Code, Line(line.Line))
            : Code(own) is not null ? null // only codes of delay
            : letter.IsFailure || Failures.Any(f => letter.Subject?.Contains(f, StringComparison.OrdinalIgnoreCase) == true) ? (null, Line(letter.Subject)) : null;
    }

    private static bool IsFromServer(ReceivedLetter letter) =>
        letter.IsFailure || (letter.From is { } from && Daemons.Contains(from.Address.Split('@')[0].ToLowerInvariant()));

    /// <summary>Of the returned original, be it a part, headers alone or text; else what the report answers.</summary>
    private static IReadOnlyList<string> Ids(ReceivedLetter letter)
    {
        var ids = new List<string>();
        foreach (var part in letter.Attachments.Where(a => a.Type is "message/rfc822" or "message/global" or "text/rfc822-headers" or "message/global-headers"))
        {
            // One that was encoded against the rules lies there as a file.
            ids.AddRange(part.Entity is MessagePart original ? LetterReader.Ids(original.Message?.Headers[HeaderId.MessageId]) : [LetterReader.Read(part.Read()).MessageId]);
        }

        var text = letter.Text ?? letter.Html ?? "";
        ids.AddRange(Original().Matches(text.Length > LongestText ? text[..LongestText] : text).Select(m => m.Groups[1].Value));
        if (letter.InReplyTo is { } answered)
        {
            ids.Add(answered);
        }

        ids.AddRange(letter.References);
        return [.. ids.Distinct().Take(MostIds)];
    }

    /// <summary>5.1.1 as it stands, or made of an SMTP reply such as 550; null when there is neither.</summary>
    private static string? Code(string text)
    {
        if (Enhanced().Match(text) is { Success: true } code)
        {
            return code.Groups[1].Value;
        }

        return Reply().Match(text) is { Success: true } reply ? reply.Groups[1].Value[0] == '5' ? "5.0.0" : "4.0.0" : null;
    }

    private static string? Line(string? text) => text is not null && string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) is { Length: > 0 } line ? line.Length > LongestReason ? line[..LongestReason] : line : null;

    [GeneratedRegex(@"(?:^|[^\d.])([245]\.\d{1,3}\.\d{1,3})(?:[^\d.]|\.?$|\.\s)", RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Enhanced();

    [GeneratedRegex(@"(?:^|[^\d.])([45][0-5]\d)[ \-]", RegexOptions.NonBacktracking | RegexOptions.Multiline)]
    private static partial Regex Reply();

    [GeneratedRegex(@"^[ \t>]*Message-ID:\s*<([^<>\s]{3,500})>", RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Original();

    [GeneratedRegex(@"^-{2,}.*(?:copy of|original message|returned message|undelivered).*$|^(?:Received|Return-Path|From|Message-ID):", RegexOptions.NonBacktracking | RegexOptions.Multiline | RegexOptions.IgnoreCase)]
    private static partial Regex Copy();
}
