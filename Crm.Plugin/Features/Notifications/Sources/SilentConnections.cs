using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Notifications.Sources;

/// <summary>Connections from which nothing has been heard, for the administrators: once for each silence.</summary>
internal sealed class SilentConnections(CrmDbContext database, ConnectionStore connections, SilenceStore silence) : IReminderSource
{
    public string Kind => NoticeKinds.ConnectorSilent;

    public TimeSpan Every => TimeSpan.FromMinutes(1);

    public async IAsyncEnumerable<Reminder> DueAsync(DateTimeOffset now, [EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var connection in await connections.ListAsync(false, cancellation))
        {
            var verdict = await silence.JudgeAsync(connection, cancellation);
            if (verdict.Level == SilenceLevel.Fine)
            {
                continue;
            }

            var since = verdict.Since ?? connection.InstalledAt;
            foreach (var id in await database.Set<UserAccount>().Where(a => a.IsActive && a.Role == Role.Administrator).OrderBy(a => a.Id).Take(100).Select(a => a.Id).ToListAsync(cancellation))
            {
                yield return new(id, string.Create(CultureInfo.InvariantCulture, $"{connection.Id}:{Instant.ToMicroseconds(since)}"), now)
                {
                    Text = connection.Name,
                    At = since,
                    Address = "/administration/connections",
                };
            }
        }
    }
}
