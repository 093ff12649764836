using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Architecture;
using Microsoft.EntityFrameworkCore;

namespace Crm.Tests.Features.Administration;

/// <summary>Connections in every state.</summary>
internal static class AdministrationWorld
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    public static TimeProvider Clock { get; } = new StoppedClock();

    /// <summary>Connection 1 is being read for the first time, 2 is refused, 3 is fine.</summary>
    public static async Task SeedConnectionsAsync(this CrmApp app)
    {
        var manifest = await File.ReadAllTextAsync(Repository.PathOf("manifests", "hosts", "demo.json"));
        await using var database = app.Database();
        foreach (var (id, name) in new[] { (1, "north"), (2, "south"), (3, "west") })
        {
            database.Add(new ConnectionRecord { Id = id, Name = name, Host = "demo", Manifest = manifest, Address = $"http://{name}.example", InstalledAt = Noon.AddDays(-1) });
        }

        database.Add(new SyncStateRecord
        {
            ConnectionId = 1,
            Entity = MirrorEntity.SalesOrders,
            RowsRead = 250_000,
            ProgressDone = 250_000,
            ProgressTotal = 1_000_000,
            RowsPerSecond = 50_000,
            SecondsLeft = 75,
            StartedAt = Noon.AddMinutes(-1),
        });
        database.Add(new SyncStateRecord
        {
            ConnectionId = 2,
            Entity = MirrorEntity.Counterparties,
            RowsRead = 10,
            Problems = 60,
            FirstReadAt = Noon.AddHours(-3),
            CheckedAt = Noon.AddHours(-1),
            Failure = HostFailure.Refused,
            FailureCode = "tryton.login-refused",
            FailureMessage = "The service account is refused.",
            FailedAt = Noon.AddMinutes(-50),
            FailedAttempts = 3,
            RetryAt = Noon.AddMinutes(10),
        });
        database.Add(new SyncStateRecord { ConnectionId = 3, Entity = MirrorEntity.Counterparties, RowsRead = 10, FirstReadAt = Noon.AddHours(-3), CheckedAt = Noon });
        for (var i = 1; i <= 60; i++)
        {
            database.Add(new SyncProblemRecord { ConnectionId = 2, Entity = MirrorEntity.Counterparties, Place = $"counterparties.csv:{i}", Code = "files.bad-date", Reason = "The column created is not a date.", SeenAt = Noon });
        }

        await database.SaveChangesAsync();
    }

    public static async Task<IReadOnlyList<string>> AuditAsync(this CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<Crm.Plugin.Security.AuditEntry>().OrderBy(e => e.Id).Select(e => e.Action + " " + e.SubjectId + " " + e.Detail).ToListAsync();
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => Noon;
    }
}
