using System.Text.Json.Nodes;
using Crm.Contracts;
using Crm.Tests.Servers;
using Xunit;

namespace Crm.Tests.Connector.Tryton;

public sealed class TrytonMechanismWriterTests(TrytonServer tryton)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AddAsync_TwiceAndInAnotherSpelling_MakesOneThatIsReadBack()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var writer = host.Find<IContactMechanismWriter>()!;
        var party = (await database.Rpc.SearchAsync("party.party", [new JsonArray("code", "=", "ALFKI")]))[0];
        var key = new HostKey(party.ToString(System.Globalization.CultureInfo.InvariantCulture));
        var idempotency = Guid.NewGuid();

        var first = await writer.AddAsync(new(key, null, new(ContactMechanismKind.Phone, "+49 30 901820", "warehouse")), idempotency, Cancellation);
        var second = await writer.AddAsync(new(key, null, new(ContactMechanismKind.Phone, "+49 (30) 90-18-20", null)), idempotency, Cancellation);
        var mail = await writer.AddAsync(new(key, null, new(ContactMechanismKind.Email, "warehouse@alfki.example")), Guid.NewGuid(), Cancellation);

        Assert.False(first.WasThere);
        Assert.Equal((first.Key, true), (second.Key, second.WasThere));
        var read = (await host.Find<ICounterpartySource>()!.ReadAsync([key], Cancellation)).Rows.Single().Mechanisms;
        Assert.Contains(read, m => m is { Kind: ContactMechanismKind.Phone, Label: "warehouse" } && string.Concat(m.Value.Where(char.IsAsciiDigit)) == "4930901820");
        Assert.Contains(read, m => m is { Kind: ContactMechanismKind.Email, Value: "warehouse@alfki.example" });
        Assert.NotEqual(first.Key, mail.Key);
    }

    [Fact]
    public async Task AddAsync_ToAContactPerson_GoesToThePersonsParty()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var relation = (await database.Rpc.ReadAsync("party.relation.all", [], "from_", "to")).First(r => (long)r["id"]! % 2 == 0);
        HostKey Key(string field) => new(((long)relation[field]!).ToString(System.Globalization.CultureInfo.InvariantCulture));

        await host.Find<IContactMechanismWriter>()!.AddAsync(new(Key("from_"), Key("id"), new(ContactMechanismKind.Email, "person@x.example")), Guid.NewGuid(), Cancellation);

        Assert.NotEmpty(await database.Rpc.SearchAsync("party.contact_mechanism", [new JsonArray("party", "=", (long)relation["to"]!), new JsonArray("value", "=", "person@x.example")]));
        var gone = await Assert.ThrowsAsync<HostException>(() => host.Find<IContactMechanismWriter>()!.AddAsync(new(Key("from_"), new("999999"), new(ContactMechanismKind.Email, "a@x.example")), Guid.NewGuid(), Cancellation));
        Assert.Equal((HostFailure.Refused, "tryton.person-gone"), (gone.Failure, gone.Code));
    }

    [Fact]
    public async Task ChangeAsync_LabelAndOrder_AreReadBack_AndTheSecondTimeNothingIsWritten()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var party = (await database.Rpc.SearchAsync("party.party", [new JsonArray("code", "=", "ALFKI")]))[0];
        var key = new HostKey(party.ToString(System.Globalization.CultureInfo.InvariantCulture));
        await host.Find<IContactMechanismWriter>()!.AddAsync(new(key, null, new(ContactMechanismKind.Email, "accounts@alfki.example")), Guid.NewGuid(), Cancellation);
        var editor = host.Find<IContactMechanismEditor>()!;
        var before = await MechanismsAsync(host, key);
        var phone = before.Last(m => m.Kind == ContactMechanismKind.Phone);
        var change = new ContactMechanismChange(key, null, ContactMechanismKind.Email, "Accounts@alfki.example", "Buchhaltung, ab 18:00", true);
        var idempotency = Guid.NewGuid();

        var first = await editor.ChangeAsync(change, idempotency, Cancellation);
        var second = await editor.ChangeAsync(change, idempotency, Cancellation); // the answer to the first was lost
        var only = await editor.ChangeAsync(new(key, null, ContactMechanismKind.Phone, phone.Value, null, true), Guid.NewGuid(), Cancellation);

        Assert.Equal((first.Key, false, true), (second.Key, first.WasThere, second.WasThere));
        Assert.NotEqual(first.Key, only.Key);
        var after = await MechanismsAsync(host, key);
        Assert.Equal(new(ContactMechanismKind.Email, "accounts@alfki.example", "Buchhaltung, ab 18:00"), after.First(m => m.Kind == ContactMechanismKind.Email));
        Assert.Equal(phone, after.First(m => m.Kind == ContactMechanismKind.Phone));
        Assert.Equal(before.Where(m => m != phone && m.Value != "accounts@alfki.example"), after.Where(m => m != phone && m.Value != "accounts@alfki.example"));

        await editor.ChangeAsync(change with { Label = "", IsMain = false }, Guid.NewGuid(), Cancellation);
        Assert.Null((await MechanismsAsync(host, key)).Single(m => m.Value == "accounts@alfki.example").Label);
        var gone = await Assert.ThrowsAsync<HostException>(() => editor.ChangeAsync(change with { Value = "nobody@alfki.example" }, Guid.NewGuid(), Cancellation));
        Assert.Equal((HostFailure.Refused, "tryton.mechanism-gone"), (gone.Failure, gone.Code));
    }

    [Fact]
    public async Task AddAsync_AsTheMainOne_IsTheFirstOfItsKind()
    {
        await using var database = await tryton.StartWithNorthwindAsync();
        await using var host = database.Open();
        var writer = host.Find<IContactMechanismWriter>()!;
        var party = (await database.Rpc.SearchAsync("party.party", [new JsonArray("code", "=", "ALFKI")]))[0];
        var key = new HostKey(party.ToString(System.Globalization.CultureInfo.InvariantCulture));

        foreach (var value in (string[])["first@alfki.example", "second@alfki.example"])
            await writer.AddAsync(new(key, null, new(ContactMechanismKind.Email, value)) { IsMain = true }, Guid.NewGuid(), Cancellation);
        Assert.Equal("second@alfki.example", (await MechanismsAsync(host, key)).First(m => m.Kind == ContactMechanismKind.Email).Value);

        // One whose order was not written any more, when the answer was lost.
        var again = await writer.AddAsync(new(key, null, new(ContactMechanismKind.Email, "first@alfki.example")) { IsMain = true }, Guid.NewGuid(), Cancellation);
        Assert.True(again.WasThere);
        Assert.Equal("first@alfki.example", (await MechanismsAsync(host, key)).First(m => m.Kind == ContactMechanismKind.Email).Value);
    }

    private static async Task<IReadOnlyList<ContactMechanism>> MechanismsAsync(IHost host, HostKey key) => (await host.Find<ICounterpartySource>()!.ReadAsync([key], Cancellation)).Rows.Single().Mechanisms;
}
