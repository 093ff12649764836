using System.Text;
using MimeKit;

namespace Crm.Plugin.Features.Mail.Letters;

/// <summary>Writes letters by MimeKit: plain text in UTF-8, files beside it. The same letter gives the same octets at every attempt: nothing in it is drawn by lot.</summary>
internal static class LetterWriter
{
    public static MimeMessage Write(OutgoingLetter letter)
    {
        var message = new MimeMessage();
        message.From.Add(Mailbox(letter.FromName, letter.FromAddress));
        message.To.Add(Mailbox(letter.ToName, letter.ToAddress));
        message.Subject = Line(letter.Subject);
        message.Date = letter.Date;
        message.Headers.Replace(HeaderId.MessageId, $"<{Token(letter.MessageId)}>");
        if (letter.InReplyTo is { } answered)
        {
            message.Headers.Replace(HeaderId.InReplyTo, $"<{Token(answered)}>");
        }

        if (letter.References is { } conversation)
        {
            message.Headers.Replace(HeaderId.References, string.Join(' ', conversation.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(r => $"<{Token(r)}>")));
        }

        if (letter.Unsubscribe is { } way)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{way.AbsoluteUri}>");
            message.Headers.Add(HeaderId.ListUnsubscribePost, "List-Unsubscribe=One-Click");
        }

        message.Body = letter.Files.Count == 0 ? Text(letter.Text) : WithFiles(letter);
        return message;
    }

    private static Multipart WithFiles(OutgoingLetter letter)
    {
        var whole = new Multipart("mixed") { Boundary = $"=_{Token(letter.MessageId.Split('@')[0])}" };
        whole.Add(Text(letter.Text));
        foreach (var file in letter.Files)
        {
            // Of a part that is itself a letter or a multipart nothing may be encoded.
            var type = ContentType.TryParse(Line(file.Type), out var said) && said.MediaType is not ("multipart" or "message") ? said : new("application", "octet-stream");
            whole.Add(new MimePart(type) { Content = new MimeContent(new MemoryStream(file.Content, writable: false)), ContentTransferEncoding = ContentEncoding.Base64, ContentDisposition = new(ContentDisposition.Attachment), FileName = Line(file.Name) });
        }

        return whole;
    }

    // Base64 is the one encoding that no server has a reason to change on the way.
    private static TextPart Text(string text)
    {
        var part = new TextPart("plain") { ContentTransferEncoding = ContentEncoding.Base64 };
        part.SetText(Encoding.UTF8, text.ReplaceLineEndings("\r\n"));
        return part;
    }

    /// <exception cref="MailException">mail.address-not-supported.</exception>
    public static MailboxAddress Mailbox(string? name, string address) =>
        MailboxAddress.TryParse(new ParserOptions { AllowAddressesWithoutDomain = false }, $"<{address.Trim()}>", out var mailbox) ? new(Encoding.UTF8, string.IsNullOrWhiteSpace(name) ? null : Line(name), mailbox.Address)
        : throw new MailException("mail.address-not-supported", true);

    /// <summary>No text becomes a header of its own.</summary>
    private static string Line(string text) => new([.. text.Select(c => char.IsControl(c) ? ' ' : c)]);

    private static string Token(string value) => new([.. value.Where(c => c > ' ' && c < '\u007f' && c is not ('<' or '>'))]);
}
