using System.Text.Json.Nodes;
using Crm.Connector.Hosts.Tryton;
using Crm.Contracts;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

/// <summary>Opens the connector on the fake.</summary>
internal static class FakeTrytonExtensions
{
    public static IHost Open(this FakeTryton fake, params (string Key, string Value)[] options) => fake.OpenAt(fake.Address.AbsoluteUri, "right", options);

    public static IHost OpenAt(this FakeTryton _, string address, string password, params (string Key, string Value)[] options) => new TrytonConnector().Open(new HostSettings
    {
        Connection = "fake", Address = address, User = "crm", Password = password, Clock = TimeProvider.System,
        Options = options.Append(("retries", "0")).DistinctBy(o => o.Item1).ToDictionary(o => o.Item1, o => o.Item2, StringComparer.OrdinalIgnoreCase),
    });

    /// <summary>Users with one group: the simplest thing that takes a page, and products for what takes several.</summary>
    public static void AddProducts(this FakeTryton fake, int count)
    {
        fake.Tables["product.uom"] = [new JsonObject { ["id"] = 1, ["symbol"] = "u" }];
        fake.Tables["product.template"] = [.. Enumerable.Range(1, count).Select(i => new JsonObject
        {
            ["id"] = i + 1000, ["name"] = $"Product {i}", ["default_uom"] = 1, ["active"] = true, ["create_date"] = FakeTryton.Stamp(0),
            ["list_price"] = new JsonObject { ["__class__"] = "Decimal", ["decimal"] = "12.50" },
        })];
        fake.Tables["product.product"] = [.. Enumerable.Range(1, count).Select(i => new JsonObject
        {
            ["id"] = i, ["template"] = i + 1000, ["code"] = $"P{i}", ["active"] = true, ["create_date"] = FakeTryton.Stamp(0),
        })];
    }

    public static async Task<List<HostPage<T>>> PagesAsync<T>(this IHostSource<T> source, string? cursor = null) where T : IHostRecord
    {
        var pages = new List<HostPage<T>>();
        await foreach (var page in source.ReadChangedAsync(cursor, TestContext.Current.CancellationToken))
            pages.Add(page);
        return pages;
    }
}
