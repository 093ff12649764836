using System.Net.Http.Json;
using System.Text.Json;
using Crm.Contracts;
using Crm.Plugin.Security;
using Crm.Tests.App;
using Crm.Tests.Features.Api;
using Crm.Tests.Mirror;

namespace Crm.Tests.Features.Calls;

/// <summary>A telephone exchange that reports its calls, and the people who may be calling.</summary>
internal sealed class Exchange(HttpClient client) : IDisposable
{
    public static async Task<Exchange> ConnectAsync(CrmApp app) => new(await app.TokenClientAsync("exchange"));

    public async Task<(int Status, JsonElement Body)> SayAsync(object news)
    {
        using var answer = await client.PostAsJsonAsync(new Uri("/api/v1/calls", UriKind.Relative), news);
        var text = await answer.Content.ReadAsStringAsync();
        return ((int)answer.StatusCode, JsonDocument.Parse(text.Length == 0 ? "{}" : text).RootElement);
    }

    public static async Task MirrorPeopleAsync(CrmApp app)
    {
        var host = new MemoryHost();
        host.Counterparties.Put(
            Some.Counterparty("1", "ООО «Ромашка»", phone: "+7 (495) 123-45-67") with
            {
                Roles = CounterpartyRoles.Customer,
                Mechanisms = [new(ContactMechanismKind.Phone, "+7 (495) 123-45-67"), new(ContactMechanismKind.Phone, "8 (495) 765-43-21 доб. 12", "склад")],
            },
            Some.Counterparty("2", "АО Северный ветер", phone: "8 812 765-43-21"),
            Some.Counterparty("3", "ИП Котов", phone: "007 495 123 45 67"));
        host.Persons.Put(Some.Person("p1", "1", "Иванова Мария", phone: "+7 916 000-11-22"));
        var today = DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
        host.Orders.Put(Some.Order("o1", "1", 1000m) with { Number = "SO-01", Date = today.AddDays(-3), State = OrderState.Confirmed });
        host.Payments.Put(new Payment { Key = new("i1"), Version = "1", Counterparty = new("1"), DueOn = today.AddDays(-10), Amount = new(250m, "EUR") });
        await app.MirrorAsync(host);
    }

    public void Dispose() => client.Dispose();
}
