namespace Crm.Plugin.Features.Mail;

/// <summary>A mail server did not do what was asked. The message holds no address and no text of a letter.</summary>
/// <param name="code">Stable, listed in the manual with its cure: <c>mail.unreachable</c>, <c>mail.refused-550</c> …</param>
/// <param name="isPermanent">Trying again changes nothing.</param>
/// <param name="inner">The technical cause.</param>
internal sealed class MailException(string code, bool isPermanent, Exception? inner = null) : Exception(code, inner)
{
    public string Code => Message;

    public bool IsPermanent { get; } = isPermanent;
}
