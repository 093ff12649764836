using System.Text.Json.Nodes;
using Crm.Contracts;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonCounterpartyWriterTests(TrytonServer tryton)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task CreateAsync_TwiceWithOneKey_MakesOneThatIsReadBack()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var writer = host.Find<ICounterpartyWriter>()!;
        var key = Guid.CreateVersion7();
        var record = new NewCounterparty(
            "ТОВ «Степ»", "12345678", CounterpartyRoles.Customer,
            [new(ContactMechanismKind.Phone, "+49 30 901820", "office"), new(ContactMechanismKind.Email, "info@step.example")], new("DE", "Somewhere", "Berlin", "10115", "Straße 1"));

        var first = await writer.CreateAsync(record, key, Cancellation);
        var second = await writer.CreateAsync(record, key, Cancellation); // the answer to the first try was lost
        var other = await writer.CreateAsync(record, Guid.CreateVersion7(), Cancellation); // of the same name, and another

        Assert.False(first.WasThere);
        Assert.Equal((first.Key, true), (second.Key, second.WasThere));
        Assert.NotEqual(first.Key, other.Key);
        var read = (await host.Find<ICounterpartySource>()!.ReadAsync([first.Key], Cancellation)).Rows.Single();
        Assert.Equal(("ТОВ «Степ»", "12345678", first.Number), (read.Name, read.TaxId, read.Code));
        Assert.NotNull(first.Number);
        Assert.Equal([ContactMechanismKind.Phone, ContactMechanismKind.Email], read.Mechanisms.Select(m => m.Kind));
        var address = Assert.Single(read.Addresses);
        Assert.Equal(("DE", null, "Berlin", "10115", "Straße 1\nSomewhere"), (address.Country, address.Region, address.City, address.PostalCode, address.Lines));
        Assert.Equal(2, (await database.Rpc.SearchAsync("party.party", [new JsonArray("name", "=", "ТОВ «Степ»")])).Length);
    }

    [Fact]
    public async Task CreateAsync_WithoutMechanisms_IsFoundByItsName()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var writer = host.Find<ICounterpartyWriter>()!;
        var key = Guid.CreateVersion7();
        var record = new NewCounterparty("Alfreds Futterkiste", null, CounterpartyRoles.Customer, [], null);

        var first = await writer.CreateAsync(record, key, Cancellation);
        var second = await writer.CreateAsync(record, key, Cancellation);

        Assert.Equal((first.Key, false, true), (second.Key, first.WasThere, second.WasThere)); // not the old customer of that name
    }

    [Fact]
    public async Task CreateAsync_WhatTrytonCannotTake_IsRefusedAndMakesNothing()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var writer = host.Find<ICounterpartyWriter>()!;

        var country = await Assert.ThrowsAsync<HostException>(() => writer.CreateAsync(
            new("Nowhere Ltd", null, CounterpartyRoles.Customer, [], new("Atlantis", null, "Poseidonis", null, null)), Guid.CreateVersion7(), Cancellation));
        Assert.Equal((HostFailure.Refused, "tryton.no-country"), (country.Failure, country.Code));
        Assert.Empty(await database.Rpc.SearchAsync("party.party", [new JsonArray("name", "=", "Nowhere Ltd")]));
    }
}
