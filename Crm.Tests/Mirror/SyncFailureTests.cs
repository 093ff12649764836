using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Mirror.Writing;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Mirror;

/// <summary>What an ERP does wrong, and what the mirror and the administration screen make of it.</summary>
public sealed class SyncFailureTests(PostgresServer postgres)
{
    public static readonly TheoryData<DatabaseKind> Databases = [DatabaseKind.Sqlite, DatabaseKind.PostgreSql];

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_FailureMidway_KeepsWholePagesAndGoesOn(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost { Counterparties = { PageSize = 10 } };
        host.Counterparties.Put(Enumerable.Range(1, 35).Select(i => Some.Counterparty($"k{i}", $"Name {i}")));
        host.Counterparties.BeforePage = cursor => Fail(cursor == "20", new HostException(HostFailure.Unavailable, "memory.down", "Connection reset."));

        var broken = await database.SyncAsync(host);
        Assert.False(broken.IsComplete);
        Assert.Equal(20, await database.CountAsync("SELECT COUNT(*) FROM counterparty"));
        Assert.Equal(["20|20"], await database.RowsAsync("SELECT cursor, rows_read FROM sync_state WHERE entity = 3"));

        host.Counterparties.BeforePage = null;
        var mended = await database.SyncAsync(host);
        Assert.Equal(15, mended.Entities.Single(e => e.Entity == MirrorEntity.Counterparties).Read);
        Assert.Equal(35, await database.CountAsync("SELECT COUNT(*) FROM counterparty"));
        Assert.Equal(["|0|0"], await database.RowsAsync("SELECT failure_code, failed_attempts, COALESCE(retry_at, 0) FROM sync_state WHERE entity = 3"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task StoreAsync_ExceptionWithinPage_StoresNothingOfIt(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        await using var session = await MirrorSession.OpenAsync(database.Options, CancellationToken.None);
        var writer = new MirrorWriter<Counterparty>(session, MirrorTables.Counterparties, 1, database.Clock);
        var page = new HostPage<Counterparty>([Some.Counterparty("a", "A")], [], [new("row 7", "memory.bad", "Bad.")], "1", default);

        await Assert.ThrowsAsync<InvalidOperationException>(() => writer.StoreAsync(page, default, _ => throw new InvalidOperationException(), CancellationToken.None));
        Assert.Equal(0, await database.CountAsync("SELECT (SELECT COUNT(*) FROM counterparty) + (SELECT COUNT(*) FROM sync_problem) + (SELECT COUNT(*) FROM ledger)"));

        await writer.StoreAsync(page, default, null, CancellationToken.None);
        Assert.Equal(1, await database.CountAsync("SELECT COUNT(*) FROM counterparty"));
    }

    [Theory]
    [InlineData(HostFailure.Unavailable, null, 30, 36)]
    [InlineData(HostFailure.Unavailable, 120, 120, 120)]
    [InlineData(HostFailure.Refused, null, 900, 1080)]
    [InlineData(HostFailure.Unreadable, null, 900, 1080)]
    public async Task RunAsync_HostFails_StateSaysWhoActsAndWhenToRetry(HostFailure failure, int? retryAfter, int atLeast, int atMost)
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var host = new MemoryHost();
        TimeSpan? asked = retryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
        host.Products.BeforePage = _ => throw new HostException(failure, "memory.code", "What was asked and what came back.", asked);

        var result = await database.SyncAsync(host);

        Assert.Equal((failure, "memory.code"), (result.Entities[0].Failure!.Failure, result.Entities[0].Failure!.Code));
        Assert.Equal(
            [$"{(int)failure}|memory.code|What was asked and what came back.|1"],
            await database.RowsAsync("SELECT failure, failure_code, failure_message, failed_attempts FROM sync_state WHERE entity = 2"));
        var wait = await database.CountAsync("SELECT (retry_at - failed_at) / 1000000 FROM sync_state WHERE entity = 2");
        Assert.InRange(wait, atLeast, atMost);
        Assert.Equal(failure == HostFailure.Unavailable ? 1 : 6, result.Entities.Count);
    }

    [Fact]
    public async Task RunAsync_RetryTimeNotCome_LeavesTheHostAlone()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var host = new MemoryHost();
        host.Products.BeforePage = _ => throw new HostException(HostFailure.Unavailable, "memory.down", "Down.");
        await database.SyncAsync(host);
        host.Products.BeforePage = null;

        database.Clock.Now += TimeSpan.FromSeconds(29);
        Assert.Empty((await database.Engine.RunAsync(1, host, new(), null, CancellationToken.None)).Entities);
        database.Clock.Now += TimeSpan.FromSeconds(8);
        Assert.True((await database.Engine.RunAsync(1, host, new(), null, CancellationToken.None)).IsComplete);
    }

    [Fact]
    public async Task RunAsync_EverySignInRefused_StopsAfterTheSecond()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var host = new MemoryHost();
        var refuse = (string? _) => { throw new HostException(HostFailure.Refused, "memory.login", "Sign-in refused."); };
        (host.Products.BeforePage, host.Counterparties.BeforePage, host.Persons.BeforePage, host.Orders.BeforePage) = (refuse, refuse, refuse, refuse);

        var result = await database.SyncAsync(host);

        Assert.Equal([MirrorEntity.Products, MirrorEntity.Counterparties], result.Entities.Select(e => e.Entity));
    }

    [Fact]
    public async Task RunAsync_ConnectorThrowsSomethingElse_IsADevelopersMatter()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var host = new MemoryHost();
        host.Products.BeforePage = _ => throw new KeyNotFoundException("Ivanov");

        var failure = (await database.SyncAsync(host)).Entities[0].Failure!;

        Assert.Equal((HostFailure.Unreadable, "mirror.connector-bug"), (failure.Failure, failure.Code));
        Assert.DoesNotContain("Ivanov", failure.Message, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_MalformedRows_AreListedAndTheOthersStored(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("a", "A\0B \ud83d"), Some.Counterparty("b", ""), Some.Counterparty("c", "C"));
        host.Counterparties.Problems[""] = [new("party 17", "memory.bad-date", "Field created is no date.")];

        var result = await database.SyncAsync(host);

        Assert.Equal(2, result.Entities.Single(e => e.Entity == MirrorEntity.Counterparties).Problems);
        Assert.Equal(["AB \ufffd", "C"], await database.RowsAsync("SELECT name FROM counterparty ORDER BY host_key"));
        Assert.Equal(["b|mirror.bad-row", "party 17|memory.bad-date"], await database.RowsAsync("SELECT place, code FROM sync_problem ORDER BY place"));
        Assert.Equal(2, await database.CountAsync("SELECT problems FROM sync_state WHERE entity = 3"));

        host.Counterparties.Put(Some.Counterparty("b", "B", "2"));
        await database.SyncAsync(host);
        Assert.Equal(["party 17"], await database.RowsAsync("SELECT place FROM sync_problem"));
        Assert.Equal(1, await database.CountAsync("SELECT problems FROM sync_state WHERE entity = 3"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_Sweep_FindsDeletesAndLateCommits(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("a", "A"), Some.Counterparty("b", "B"), Some.Counterparty("c", "C"));
        await database.SyncAsync(host);
        host.Counterparties.Delete("a");
        host.Counterparties.PutLate(Some.Counterparty("b", "B two", "2"));
        host.Counterparties.PutLate(Some.Counterparty("d", "Delta"));

        var result = await database.SyncAsync(host, SweepChoice.Always);

        var swept = result.Entities.Single(e => e.Entity == MirrorEntity.Counterparties);
        Assert.Equal((2, 1), (swept.Changed, swept.Gone));
        Assert.Equal(["B two", "C", "Delta"], await database.RowsAsync("SELECT name FROM counterparty WHERE gone_at IS NULL ORDER BY host_key"));
        Assert.Equal(["Delta"], await database.SearchAsync("delta"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_KeyListMissesLivingRecords_MarksNone(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Enumerable.Range(1, 60).Select(i => Some.Counterparty($"k{i}", $"Name {i}")));
        await database.SyncAsync(host);
        host.Counterparties.Keys = keys => keys.Skip(10);

        await database.SyncAsync(host, SweepChoice.Always);

        Assert.Equal(60, await database.CountAsync("SELECT COUNT(*) FROM counterparty WHERE gone_at IS NULL"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_SweepWouldWipeTheMirror_IsBelievedTheSecondTime(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Enumerable.Range(1, 202).Select(i => Some.Counterparty($"k{i}", $"Name {i}")));
        await database.SyncAsync(host);
        for (var i = 1; i <= 102; i++)
        {
            host.Counterparties.Delete($"k{i}");
        }

        var refused = await database.SyncAsync(host, SweepChoice.Always);
        Assert.Equal("mirror.sweep-too-many-gone", refused.Entities.Single(e => e.Failure is not null).Failure!.Code);
        Assert.Equal(202, await database.CountAsync("SELECT COUNT(*) FROM counterparty WHERE gone_at IS NULL"));

        await database.SyncAsync(host); // a poll in between does not hide the doubt
        Assert.Equal(["mirror.sweep-too-many-gone"], await database.RowsAsync("SELECT failure_code FROM sync_state WHERE entity = 3"));

        var believed = await database.SyncAsync(host, SweepChoice.Always);
        Assert.Equal(102, believed.Entities.Sum(e => e.Gone));
        Assert.Equal([""], await database.RowsAsync("SELECT failure_code FROM sync_state WHERE entity = 3"));
    }

    [Fact]
    public async Task RunAsync_PageAdvisesSweep_SweepsAtOnce()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("a", "A"), Some.Counterparty("b", "B"));
        await database.SyncAsync(host);
        host.Counterparties.Delete("a");
        host.Counterparties.AdvisesSweep = true;

        var result = await database.SyncAsync(host, SweepChoice.WhenDue);

        Assert.Equal(1, result.Entities.Sum(e => e.Gone));
        Assert.Equal(["0"], await database.RowsAsync("SELECT CASE WHEN sweep_advised THEN 1 ELSE 0 END FROM sync_state WHERE entity = 3"));
    }

    [Theory, MemberData(nameof(Databases))]
    public async Task RunAsync_SecondRunOfAConnection_SaysBusy(DatabaseKind kind)
    {
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres, connections: 2);
        var host = new MemoryHost();
        SyncResult? inner = null;
        SyncResult? other = null;
        host.Products.BeforePage = _ =>
        {
            host.Products.BeforePage = null;
#pragma warning disable xUnit1031 // the source's callback is synchronous
            inner = database.SyncAsync(new MemoryHost()).GetAwaiter().GetResult();
            other = database.SyncAsync(new MemoryHost(), connection: 2).GetAwaiter().GetResult();
#pragma warning restore xUnit1031
        };

        var outer = await database.SyncAsync(host);

        Assert.True(inner!.WasBusy);
        Assert.False(other!.WasBusy);
        Assert.True(outer.IsComplete);
        Assert.False((await database.SyncAsync(host)).WasBusy);
    }

    private static void Fail(bool now, Exception exception)
    {
        if (now)
        {
            throw exception;
        }
    }
}
