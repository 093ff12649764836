using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>A user who may be responsible for counterparties.</summary>
internal sealed record Responsible(long Id, TimeZoneInfo Zone, int BirthdayDays);

/// <summary>Finds users by the login that the ERP's records name.</summary>
internal sealed class Responsibles(CrmDbContext database)
{
    private const int MostUsers = 20_000;

    public async Task<Dictionary<string, Responsible>> ReadAsync(CancellationToken cancellation)
    {
        var days = await database.Set<NoticeSettings>().ToDictionaryAsync(s => s.UserId, s => s.BirthdayDays, cancellation);
        var usual = days.GetValueOrDefault(0, new NoticeSettings().BirthdayDays);
        var accounts = await database.Set<UserAccount>().Where(a => a.IsActive).OrderBy(a => a.Id).Take(MostUsers).Select(a => new { a.Id, a.Login, a.TimeZone }).ToListAsync(cancellation);
        return accounts.ToDictionary(
            a => a.Login,
            a => new Responsible(a.Id, a.TimeZone is not null && TimeZoneInfo.TryFindSystemTimeZoneById(a.TimeZone, out var zone) ? zone : TimeZoneInfo.Local, days.GetValueOrDefault(a.Id, usual)),
            StringComparer.Ordinal);
    }
}
