using System.Security.Cryptography;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Mail;

/// <summary>Addresses by which a receiver unsubscribes without signing in. They name the receiver in a form that only this server can read.</summary>
internal sealed class UnsubscribeLinks(CrmDbContext database, IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector protector = protection.CreateProtector("unsubscribe");

    /// <summary>Null while the administrator has not said where users reach the CRM.</summary>
    public async Task<Uri?> ForAsync(string address, CancellationToken cancellation)
    {
        var root = await database.Set<NoticeSettings>().Where(s => s.UserId == 0).Select(s => s.PublicAddress).FirstOrDefaultAsync(cancellation);
        return root is null ? null : new Uri($"{root.TrimEnd('/')}/unsubscribe/{protector.Protect(MailAddressRule.Fold(address))}");
    }

    /// <summary>A look changes nothing: mail scanners follow links.</summary>
    public static IResult Show(string token) => Screen.Of<UnsubscribePage>(new { IsDone = false });

    public async Task<IResult> UnsubscribeAsync(string token, CancellationToken cancellation)
    {
        string address;
        try
        {
            address = protector.Unprotect(token);
        }
        catch (CryptographicException)
        {
            return TypedResults.NotFound();
        }

        await MailSuppressions.AddAsync(database, address, MailSuppressions.Unsubscribed, clock.GetUtcNow(), cancellation);
        return Screen.Of<UnsubscribePage>(new { IsDone = true });
    }
}
