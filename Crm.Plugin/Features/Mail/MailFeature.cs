namespace Crm.Plugin.Features.Mail;

/// <summary>E-mail out and in.</summary>
internal static class MailFeature
{
}
