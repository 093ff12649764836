using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.SalesHistory;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Crm.Tests.Features.Classification;

/// <summary>A mirror laid out by hand, with the classification slice on it.</summary>
internal sealed class Company : IAsyncDisposable
{
    public static readonly CurrentUser Director = new(7, "dora", "Dora", Role.CommercialDirector, RoleRights.Preset(Role.CommercialDirector), null, "UTC", null);
    public static readonly CurrentUser Seller = new(8, "sam", "Sam", Role.SalesManager, RoleRights.Preset(Role.SalesManager), null, "UTC", null);

    private readonly ServiceProvider services;
    private readonly string folder;
    private int keys;

    private Company(ServiceProvider services, string folder, MovableClock clock) => (this.services, this.folder, Clock) = (services, folder, clock);

    public MovableClock Clock { get; }

    public ClassificationService Service => services.GetRequiredService<ClassificationService>();

    public ClassificationApproval Approval => services.GetRequiredService<ClassificationApproval>();

    public ClassificationStore Store => services.GetRequiredService<ClassificationStore>();

    public ClassificationRuns Runs => services.GetRequiredService<ClassificationRuns>();

    public ClassificationExplainer Explainer => services.GetRequiredService<ClassificationExplainer>();

    public IServiceProvider Services => services;

    public static async Task<Company> FoundAsync(DatabaseKind kind, PostgresServer? postgres)
    {
        var folder = Directory.CreateTempSubdirectory("crm-classification-").FullName;
        if (kind == DatabaseKind.Sqlite)
        {
            await MigratedDatabase.CopyToAsync(folder);
        }

        var options = kind == DatabaseKind.Sqlite ? DatabaseOptions.From(null, folder) : new DatabaseOptions(kind, await MigratedDatabase.CopyAsync(postgres!));
        var clock = new MovableClock();
        var services = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddLogging().AddStorage(options).AddClassification().AddSalesHistory(renews: false).BuildServiceProvider();
        var company = new Company(services, folder, clock);
        await using var database = company.Database();
        await database.Database.ExecuteSqlRawAsync(kind == DatabaseKind.Sqlite
            ? "CREATE INDEX IF NOT EXISTS ix_sales_order_counterparty ON sales_order (counterparty_id, date, state, kind, currency, total_e4, cost_e4, gone_at)"
            : "CREATE INDEX IF NOT EXISTS ix_sales_order_counterparty ON sales_order (counterparty_id, date) INCLUDE (state, kind, currency, total_e4, cost_e4, gone_at)");
        return company;
    }

    public CrmDbContext Database() => services.GetRequiredService<IDbContextFactory<CrmDbContext>>().CreateDbContext();

    /// <summary>Adds a counterparty and its orders: "2026-01-05 100", with marks "draft", "cancelled", "return", "gone", "USD", "cost=60".</summary>
    public async Task<long> AddAsync(string key, CounterpartyRoles roles, params string[] orders)
    {
        await using var database = Database();
        var counterparty = Counterparty(key, roles);
        database.Add(counterparty);
        await database.SaveChangesAsync();
        await OrderAsync(counterparty.Id, orders);
        return counterparty.Id;
    }

    /// <summary>Adds a customer and its orders.</summary>
    public Task<long> CustomerAsync(string key, params string[] orders) => AddAsync(key, CounterpartyRoles.Customer, orders);

    public async Task OrderAsync(long counterparty, params string[] orders)
    {
        await using var database = Database();
        foreach (var order in orders)
        {
            database.Add(Order(counterparty, order.Split(' ')));
        }

        await database.SaveChangesAsync();
    }

    /// <summary>Adds many at once.</summary>
    public async Task LoadAsync(IReadOnlyList<(string Key, IReadOnlyList<(DateOnly On, decimal Total)> Orders)> customers)
    {
        await using var database = Database();
        database.ChangeTracker.AutoDetectChangesEnabled = false;
        foreach (var part in customers.Chunk(5_000))
        {
            var added = part.Select(c => (Record: Counterparty(c.Key, CounterpartyRoles.Customer), c.Orders)).ToList();
            database.AddRange(added.Select(c => c.Record));
            await database.SaveChangesAsync();
            database.AddRange(added.SelectMany(c => c.Orders.Select(o => Order(c.Record.Id, [Text(o.On), o.Total.ToString(CultureInfo.InvariantCulture)]))));
            await database.SaveChangesAsync();
            database.ChangeTracker.Clear();
        }
    }

    public async Task<(long Run, ClassificationTotals Totals)> RunAsync(ClassificationParameters parameters)
    {
        var outcome = await Service.RunAsync(parameters, Director, null, CancellationToken.None);
        return (outcome.RunId, outcome.Totals);
    }

    /// <summary>"KEY A Regular X value" per row, in the order of places.</summary>
    public async Task<List<string>> RowsAsync(long run, RowFilter? filter = null, CurrentUser? user = null)
    {
        var rows = await Store.RowsAsync(run, filter ?? new(), 0, 1000, user ?? Director, CancellationToken.None);
        return [.. rows.Select(r => string.Join(' ', new[] { r.Key, r.Row.Importance?.ToString() ?? "-", r.Row.Stage?.ToString() ?? "-", r.Row.Regularity?.ToString() ?? "-", ClassificationJson.Exact(r.Row.ValueE4) }))];
    }

    /// <summary>"KEY A Regular X" of every counterparty that has any of them.</summary>
    public async Task<List<string>> InForceAsync()
    {
        await using var database = Database();
        var rows = await database.Set<CounterpartyRecord>().Where(c => c.Stage != null || c.Importance != null).OrderBy(c => c.HostKey).ToListAsync();
        return [.. rows.Select(c => string.Join(' ', new[] { c.HostKey, ((ImportanceClass?)c.Importance)?.ToString() ?? "-", ((RelationshipStage?)c.Stage)?.ToString() ?? "-", ((RegularityClass?)c.Regularity)?.ToString() ?? "-" }))];
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static CounterpartyRecord Counterparty(string key, CounterpartyRoles roles) => new()
    {
        ConnectionId = 1,
        HostKey = key,
        Version = "1",
        Name = "Name of " + key,
        NameFolded = "name of " + key,
        Roles = roles,
        IsActive = true,
        Mechanisms = "",
        Addresses = "",
    };

    private SalesOrderRecord Order(long counterparty, string[] words)
    {
        var sign = words.Contains("return") ? -1 : 1;
        var cost = words.FirstOrDefault(w => w.StartsWith("cost=", StringComparison.Ordinal));
        return new()
        {
            ConnectionId = 1,
            HostKey = (++keys).ToString(CultureInfo.InvariantCulture),
            Version = "1",
            CounterpartyId = counterparty,
            Date = PeriodRuleTests.Day(words[0]),
            State = words.Contains("draft") ? OrderState.Draft : words.Contains("cancelled") ? OrderState.Cancelled : words.Contains("confirmed") ? OrderState.Confirmed : OrderState.Delivered,
            Kind = sign < 0 ? SalesOrderKind.Return : SalesOrderKind.Sale,
            Currency = words.Contains("USD") ? "USD" : "EUR",
            TotalE4 = sign * Amount.ToE4(decimal.Parse(words[1], CultureInfo.InvariantCulture)),
            CostE4 = cost is null ? null : sign * Amount.ToE4(decimal.Parse(cost[5..], CultureInfo.InvariantCulture)),
            GoneAt = words.Contains("gone") ? DateTimeOffset.UnixEpoch : null,
        };
    }
}

/// <summary>Stands at 22 November 2026 until it is moved; timers are real.</summary>
internal sealed class MovableClock : TimeProvider
{
    public DateTimeOffset Now { get; set; } = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    public override DateTimeOffset GetUtcNow() => Now;
}
