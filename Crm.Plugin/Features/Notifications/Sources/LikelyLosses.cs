using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Features.Retention;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>Customers whom the last evaluation announced as likely to be lost: once for each silence.</summary>
internal sealed class LikelyLosses(CrmDbContext database, RetentionEvaluation evaluation, Responsibles responsibles) : IReminderSource
{
    public string Kind => NoticeKinds.LikelyLost;

    public TimeSpan Every => TimeSpan.FromMinutes(30);

    public async IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        if (await evaluation.LastAsync(cancellation) is not { } last)
        {
            yield break;
        }

        var users = await responsibles.ReadAsync(cancellation);
        List<long> ids = [.. last.Report.Losses.Select(l => l.CounterpartyId)];
        var managers = await database.Set<CounterpartyRecord>().Where(c => ids.Contains(c.Id) && c.ManagerLogin != null && c.GoneAt == null)
            .Select(c => new { c.Id, c.ManagerLogin }).ToDictionaryAsync(c => c.Id, c => c.ManagerLogin!, cancellation);
        foreach (var loss in last.Report.Losses)
        {
            if (managers.TryGetValue(loss.CounterpartyId, out var login) && users.TryGetValue(login, out var user))
            {
                yield return new(user.Id, string.Create(CultureInfo.InvariantCulture, $"{loss.CounterpartyId}:{loss.LastOn.DayNumber}"), last.At)
                {
                    CounterpartyId = loss.CounterpartyId,
                    Day = loss.NextOn,
                    Address = string.Create(CultureInfo.InvariantCulture, $"/counterparties/{loss.CounterpartyId}"),
                };
            }
        }
    }
}
