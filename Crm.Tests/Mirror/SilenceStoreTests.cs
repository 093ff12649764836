using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Crm.Tests.Mirror;

/// <summary>What the alarm of a silent connector is judged by, read from the database.</summary>
public sealed class SilenceStoreTests(PostgresServer postgres)
{
    private static readonly DateTimeOffset Monday = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly string Manifest =
        """{"id":"memory","name":"Memory","version":"1","contracts":"[0.1,1.0)","connector":{"assembly":"a","type":"t"},"signIn":{"service":"none","users":"local"},"poll":"00:10:00"}""";

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Judge_NoSuccessfulCheckForThreePolls_IsSilentUntilTheNextOne(DatabaseKind kind)
    {
        var clock = new ManualClock { Now = Monday };
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "First"));
        await ReadAsync(app, host);
        var connection = await ConnectionAsync(app);
        var store = app.Services.GetRequiredService<SilenceStore>();

        clock.Now = Monday.AddMinutes(30);
        Assert.Equal(new SilenceVerdict(SilenceLevel.Fine, Monday, null), await store.JudgeAsync(connection, CancellationToken.None));
        clock.Now = Monday.AddMinutes(31);
        Assert.Equal(new SilenceVerdict(SilenceLevel.Silent, Monday, null), await store.JudgeAsync(connection, CancellationToken.None));

        await ReadAsync(app, host);
        Assert.Equal(new SilenceVerdict(SilenceLevel.Fine, clock.Now, null), await store.JudgeAsync(connection, CancellationToken.None));
    }

    /// <summary>One entity that fails makes the connection silent, however often the others are read.</summary>
    [Fact]
    public async Task Judge_OneEntityNotChecked_IsSilent()
    {
        var clock = new ManualClock { Now = Monday };
        await using var app = await CrmApp.StartAsync(clock: clock);
        await ReadAsync(app, new MemoryHost());
        clock.Now = Monday.AddHours(1);
        await using (var database = app.Database())
        {
            await database.Set<SyncStateRecord>().Where(s => s.Entity != MirrorEntity.SalesOrders).ExecuteUpdateAsync(s => s.SetProperty(x => x.CheckedAt, (DateTimeOffset?)clock.Now));
        }

        Assert.Equal(SilenceLevel.Silent, (await app.Services.GetRequiredService<SilenceStore>().JudgeAsync(await ConnectionAsync(app), CancellationToken.None)).Level);
    }

    /// <summary>Changes in each of 30 hours, then none for five: longer than four hours and than any gap of the two weeks. Problems are no changes.</summary>
    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Judge_AnswersButNothingChangesForLongerThanUsual_IsQuietUntilAChange(DatabaseKind kind)
    {
        var clock = new ManualClock { Now = Monday };
        await using var app = await CrmApp.StartAsync(kind, postgres, clock);
        var host = new MemoryHost();
        await ReadAsync(app, host);
        for (var hour = 1; hour <= 30; hour++)
        {
            clock.Now = Monday.AddHours(hour);
            host.Counterparties.Put(Some.Counterparty("1", "First", version: $"v{hour}"));
            await ReadAsync(app, host);
        }

        var store = app.Services.GetRequiredService<SilenceStore>();
        var connection = await ConnectionAsync(app);
        clock.Now = Monday.AddHours(34);
        await ReadAsync(app, host);
        Assert.Equal(SilenceLevel.Fine, (await store.JudgeAsync(connection, CancellationToken.None)).Level);
        clock.Now = Monday.AddHours(35);
        await ReadAsync(app, host);
        Assert.Equal(new SilenceVerdict(SilenceLevel.Quiet, Monday.AddHours(30), TimeSpan.FromHours(1)), await store.JudgeAsync(connection, CancellationToken.None));

        host.Counterparties.Put(Some.Counterparty("2", "Second"));
        await ReadAsync(app, host);
        Assert.Equal(SilenceLevel.Fine, (await store.JudgeAsync(connection, CancellationToken.None)).Level);
    }

    private static async Task ReadAsync(CrmApp app, MemoryHost host)
    {
        await using var database = app.Database();
        if (!await database.Set<ConnectionRecord>().AnyAsync())
        {
            database.Add(new ConnectionRecord { Name = "erp", Host = "memory", Manifest = Manifest, Address = "", InstalledAt = Monday });
            await database.SaveChangesAsync();
        }

        await app.MirrorAsync(host);
    }

    private static async Task<ConnectionRecord> ConnectionAsync(CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<ConnectionRecord>().SingleAsync();
    }
}
