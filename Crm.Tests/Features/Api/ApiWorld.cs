using System.Net.Http.Headers;
using System.Text.Json;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Microsoft.EntityFrameworkCore;

namespace Crm.Tests.Features.Api;

/// <summary>Data and requests of the API's tests.</summary>
internal static class ApiWorld
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 22, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A client that sends a new token of a new user.</summary>
    public static async Task<HttpClient> TokenClientAsync(this CrmApp app, string login = "anna", Role role = Role.SalesManager)
    {
        var user = await app.AddUserAsync(login, role);
        // Written out here: SHA-256 of the token's UTF-8 bytes, hexadecimal in lower case, is a promise to whoever makes tokens.
        var token = "crm_" + login;
        await using var database = app.Database();
        database.Add(new ApiToken
        {
            UserId = user.Id,
            Label = "test",
            Hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(token))),
            CreatedAt = Noon,
        });
        await database.SaveChangesAsync();
        return Client(app, token);
    }

    public static HttpClient Client(this CrmApp app, string? token = null)
    {
        var client = new HttpClient { BaseAddress = app.Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    public static async Task<JsonElement> JsonAsync(this HttpClient client, string path, int status = 200)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        var text = await answer.Content.ReadAsStringAsync();
        Xunit.Assert.True((int)answer.StatusCode == status, $"{path}: {(int)answer.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>One connection, two counterparties (the second is boris's) and, of each, orders on three days.</summary>
    public static async Task SeedAsync(this CrmApp app)
    {
        await using var database = app.Database();
        database.Add(new ConnectionRecord { Id = 1, Name = "erp", Host = "demo", Manifest = "{}", Address = "", InstalledAt = Noon });
        database.Add(Counterparty(1, "Ромашка", "anna"));
        database.Add(Counterparty(2, "Василёк", "boris"));
        var id = 1;
        foreach (var counterparty in new[] { 1, 2 })
        {
            for (var day = 1; day <= 3; day++)
            {
                database.Add(new SalesOrderRecord
                {
                    Id = id,
                    ConnectionId = 1,
                    HostKey = $"o{id++}",
                    Version = "1",
                    ReadAt = Noon,
                    Number = $"S{counterparty}{day}",
                    CounterpartyId = counterparty,
                    Date = new DateOnly(2026, 11, day),
                    State = day == 3 ? OrderState.Draft : OrderState.Delivered,
                    Currency = "EUR",
                    TotalE4 = 1_234_500 * day,
                });
            }
        }

        await database.SaveChangesAsync();
    }

    private static CounterpartyRecord Counterparty(long id, string name, string manager) => new()
    {
        Id = id,
        ConnectionId = 1,
        HostKey = $"c{id}",
        Version = "1",
        ReadAt = Noon,
        Name = name,
        NameFolded = Crm.Plugin.Search.SearchText.Fold(name),
        Roles = CounterpartyRoles.Customer,
        IsActive = true,
        Mechanisms = "",
        Addresses = "",
        ManagerLogin = manager,
    };

    /// <summary>Lets sales managers see only their own.</summary>
    public static async Task NarrowAsync(this CrmApp app)
    {
        await using var database = app.Database();
        database.Add(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.Own, WriteScope = Scope.Own, ExportScope = Scope.Own });
        await database.SaveChangesAsync();
        ((AccountDirectory)app.Services.GetService(typeof(AccountDirectory))!).Forget();
    }
}
