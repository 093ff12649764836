using System.Text.Json.Nodes;
using Xunit;

namespace Crm.Tests.Servers;

public sealed class TrytonServerTests(TrytonServer tryton)
{
    [Fact]
    public async Task NorthwindAsync_Loaded_HoldsThePublishedCounts()
    {
        var database = await tryton.NorthwindAsync();

        Assert.Equal(830, (await database.Rpc.SearchAsync("sale.sale", [])).Length);
        Assert.Equal(2155, (await database.Rpc.SearchAsync("sale.line", [])).Length);
        Assert.Equal(21, (await database.Rpc.SearchAsync("sale.sale", [new JsonArray("shipment_state", "!=", "sent")])).Length);
        Assert.Equal(29, (await database.Rpc.SearchAsync("purchase.purchase", [])).Length);
    }
}
