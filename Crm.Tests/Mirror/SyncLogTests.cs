using Crm.Contracts;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Crm.Tests.Mirror;

/// <summary>A log of a plugin that polls each minute must still show what happened.</summary>
public sealed class SyncLogTests(PostgresServer postgres)
{
    [Fact]
    public async Task RunAsync_NothingNew_LogsNothing()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres);
        var log = new Lines();
        var engine = new SyncEngine(database.Options, database.Clock, log);
        var host = new MemoryHost();
        host.Counterparties.Put(Some.Counterparty("1", "First"));

        await RunAsync();
        Assert.Equal(6, log.Taken().Count); // each of the host's six entities is read for the first time
        await RunAsync();
        Assert.Empty(log.Taken());

        host.Counterparties.Put(Some.Counterparty("2", "Second"));
        await RunAsync();
        Assert.StartsWith("Information Connection 1, Counterparties: 1 read, 1 changed, 0 gone, 0 problems", Assert.Single(log.Taken()), StringComparison.Ordinal);

        host.Counterparties.BeforePage = _ => throw new HostException(HostFailure.Unavailable, "memory.down", "Down.");
        await RunAsync();
        Assert.StartsWith("Warning Connection 1, Counterparties: Unavailable memory.down: Down.", Assert.Single(log.Taken()), StringComparison.Ordinal);

        Task RunAsync() => engine.RunAsync(1, host, new() { Sweep = SweepChoice.Never, IgnoresRetryTimes = true }, null, CancellationToken.None);
    }

    private sealed class Lines : ILogger<SyncEngine>
    {
        private List<string> lines = [];

        public List<string> Taken() => Interlocked.Exchange(ref lines, []);

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                lines.Add($"{logLevel} {formatter(state, exception)}");
            }
        }
    }
}
