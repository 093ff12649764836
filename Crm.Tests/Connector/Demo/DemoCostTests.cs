using Crm.Contracts;
using Crm.Tests.Conformance;
using Xunit;

namespace Crm.Tests.Connector.Demo;

/// <summary>The company is made on the way, so it has to be cheap.</summary>
public sealed class DemoCostTests
{
    [Fact]
    public async Task Read_WholeHistory_KeepsLessThanSixtyMegabytes()
    {
        var stop = TestContext.Current.CancellationToken;
        await using var host = new DemoWorld().Open();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var source = host.Find<ISalesOrderLineSource>()!;
        await foreach (var page in source.ReadChangedAsync(null, stop))
        {
            Assert.InRange(page.Rows.Count, 1, 2000);
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        TestContext.Current.SendDiagnosticMessage($"allocated {allocated / 1048576} MB");

        // All that was ever allocated for the history and its records, though most of it is garbage by now.
        Assert.InRange(allocated, 1, 60L * 1024 * 1024);
    }
}
