using System.Diagnostics;
using System.Globalization;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Crm.Benchmarks;
using Crm.Tests.Servers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Crm.Tests.Mirror;

/// <summary>Measures; run by name with <c>-explicit only</c>. Sizes: CRM_SPEED_SIZE = counterparties,orders,lines per order.</summary>
public sealed class SyncSpeedTests(PostgresServer postgres, ITestOutputHelper output)
{
    [Theory(Explicit = true), InlineData(DatabaseKind.Sqlite), InlineData(DatabaseKind.PostgreSql)]
    public async Task RunAsync_LargeCompany_IsFast(DatabaseKind kind)
    {
        var size = (Environment.GetEnvironmentVariable("CRM_SPEED_SIZE") ?? "200000,2000000,0").Split(',').Select(s => int.Parse(s, CultureInfo.InvariantCulture)).ToArray();
        await using var database = await MirrorDatabase.CreateAsync(kind, postgres);
        var host = new ScaleHost(size[0], size[1], size[2]);
        var engine = new SyncEngine(database.Options, TimeProvider.System, NullLogger<SyncEngine>.Instance);
        var order = new SyncOrder { Sweep = SweepChoice.Never };
        var cpu = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = Stopwatch.StartNew();
        var first = await engine.RunAsync(1, host, order, null, CancellationToken.None);
        var rows = first.Entities.Sum(e => e.Read);
        Print(kind, string.Create(CultureInfo.InvariantCulture, $"first: {rows} rows in {watch.Elapsed.TotalSeconds:0.0} s = {rows / watch.Elapsed.TotalSeconds:0} rows/s, building {first.SearchSeconds:0.0} s of it, own processor time {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.0} s; peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
        foreach (var entity in first.Entities)
        {
            Print(kind, string.Create(CultureInfo.InvariantCulture, $"  {entity.Entity}: {entity.Read} in {entity.Elapsed.TotalSeconds:0.0} s"));
        }

        host.ChangedOrders = 1000;
        for (var i = 0; i < 2; i++)
        {
            watch.Restart();
            var next = await engine.RunAsync(1, host, order, null, CancellationToken.None);
            Print(kind, string.Create(CultureInfo.InvariantCulture, $"incremental: {next.Entities.Sum(e => e.Changed)} changed in {watch.Elapsed.TotalMilliseconds:0} ms"));
        }

        watch.Restart();
        var swept = await engine.RunAsync(1, host, new() { Sweep = SweepChoice.Always }, null, CancellationToken.None);
        Print(kind, string.Create(CultureInfo.InvariantCulture, $"sweep: {swept.Entities.Sum(e => e.Gone + e.Changed)} repaired in {watch.Elapsed.TotalSeconds:0.0} s; peak working set {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MB"));
        Assert.True(first.IsComplete);
    }

    private void Print(DatabaseKind kind, string line)
    {
        output.WriteLine($"{kind} {line}");
        TestContext.Current.SendDiagnosticMessage($"{kind} {line}");
    }
}
