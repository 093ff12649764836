using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Microsoft.EntityFrameworkCore;

namespace Crm.Tests.Features.ContactLog;

/// <summary>A clock that stands where a test puts it: never before the real one, or the browser drops the sign-in's cookie as expired.</summary>
internal sealed class FixedClock(DateTimeOffset now) : TimeProvider
{
    public DateTimeOffset Now { get; set; } = now;

    public override DateTimeOffset GetUtcNow() => Now;
}

/// <summary>Counterparties to log contacts with.</summary>
internal static class World
{
    public static async Task<long> AddCounterpartyAsync(this CrmApp app, string name, string? manager = null)
    {
        var record = new CounterpartyRecord
        {
            HostKey = Guid.NewGuid().ToString("N"), Version = "1", Name = name, NameFolded = Crm.Plugin.Search.SearchText.Fold(name),
            Mechanisms = "", Addresses = "", IsActive = true, ManagerLogin = manager, ConnectionId = 1,
        };
        await app.SaveAsync(record);
        return record.Id;
    }

    public static async Task<long> AddPersonAsync(this CrmApp app, long counterparty, string name)
    {
        var record = new ContactPersonRecord
        {
            HostKey = Guid.NewGuid().ToString("N"), Version = "1", Name = name, NameFolded = Crm.Plugin.Search.SearchText.Fold(name),
            CounterpartyId = counterparty, Mechanisms = "", IsActive = true, ConnectionId = 1,
        };
        await app.SaveAsync(record);
        return record.Id;
    }

    /// <summary>Salespeople see and write only their own counterparties from now on.</summary>
    public static async Task NarrowSalespeopleAsync(this CrmApp app)
    {
        await app.SaveAsync(new RoleRights { Role = Role.SalesManager, ReadScope = Scope.Own, WriteScope = Scope.Own, ExportScope = Scope.Own });
        ((AccountDirectory)app.Services.GetService(typeof(AccountDirectory))!).Forget();
    }

    public static async Task<IReadOnlyList<Interaction>> InteractionsAsync(this CrmApp app)
    {
        await using var database = app.Database();
        return await database.Set<Interaction>().Include(i => i.Users).Include(i => i.Persons).OrderBy(i => i.Id).ToListAsync();
    }

    /// <summary>A number as a form carries it.</summary>
    public static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);

    public static async Task SaveAsync(this CrmApp app, params object[] records)
    {
        await using CrmDbContext database = app.Database();
        database.AddRange(records);
        await database.SaveChangesAsync();
    }
}
