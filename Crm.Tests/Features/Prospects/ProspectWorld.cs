using Crm.Contracts;
using Crm.Plugin.Features.Prospects;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Mirror;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Crm.Tests.Features.Prospects;

/// <summary>An ERP that takes counterparties, as badly as it is told to, from several processes at once.</summary>
internal sealed class TakingErp(MemoryHost memory) : IHost, ICounterpartyWriter
{
    private readonly Lock door = new();
    private readonly Dictionary<Guid, HostKey> made = [];

    /// <summary>Thrown before anything is made.</summary>
    public HostException? Refusal { get; set; }

    /// <summary>At this name its connector breaks the contract.</summary>
    public string? StumblesAt { get; set; }

    /// <summary>Thrown after it was made: the answer is lost.</summary>
    public HostException? LostAnswer { get; set; }

    /// <summary>Runs after it was made, before the answer.</summary>
    public Func<Task>? Meanwhile { get; set; }

    public List<(NewCounterparty Record, Guid Key)> Asked { get; } = [];

    public int Made => made.Count;

    public TPort? Find<TPort>()
        where TPort : class => this as TPort ?? memory.Find<TPort>();

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => memory.CheckAsync(cancellation);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public async Task<Written> CreateAsync(NewCounterparty record, Guid idempotencyKey, CancellationToken cancellation)
    {
        var (key, wasThere) = Make(record, idempotencyKey);

        if (Meanwhile is not null)
        {
            await Meanwhile();
        }

        return LostAnswer is null ? new(key, "C-" + key.Value, wasThere) : throw LostAnswer;
    }

    private (HostKey Key, bool WasThere) Make(NewCounterparty record, Guid idempotencyKey)
    {
        lock (door)
        {
            Asked.Add((record, idempotencyKey));
            if (Refusal is not null)
            {
                throw Refusal;
            }

            if (record.Name == StumblesAt)
            {
                throw new InvalidOperationException(record.Name);
            }

            var wasThere = made.TryGetValue(idempotencyKey, out var key);
            if (!wasThere)
            {
                made[idempotencyKey] = key = new($"new-{made.Count + 1}");
                memory.Counterparties.Put(new Counterparty { Key = key, Version = "1", Name = record.Name, Code = "C-" + key.Value, Roles = record.Roles, Mechanisms = record.Mechanisms });
            }

            return (key, wasThere);
        }
    }
}

internal static class ProspectWorld
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Enters a prospect by the screen; the number of its counterparty.</summary>
    public static async Task<long> EnterAsync(this WebBrowser browser, Dictionary<string, string> form)
    {
        await browser.OpenAsync("/prospects/new");
        await browser.SubmitAsync("/prospects", form);
        Assert.Equal(System.Net.HttpStatusCode.OK, browser.Status);
        return long.Parse(browser.Location.Split('/')[^1], System.Globalization.CultureInfo.InvariantCulture);
    }

    public static async Task<(Prospect Record, CounterpartyRecord Party)> ProspectAsync(this CrmApp app, long id)
    {
        await using var database = app.Database();
        return (await database.Set<Prospect>().SingleAsync(p => p.CounterpartyId == id, Cancellation), await database.Set<CounterpartyRecord>().SingleAsync(c => c.Id == id, Cancellation));
    }

    /// <summary>Whatever waits is due now.</summary>
    public static async Task DueAsync(this CrmApp app)
    {
        await using var database = app.Database();
        DateTimeOffset? now = TimeProvider.System.GetUtcNow().AddSeconds(-1);
        await database.Set<Prospect>().Where(p => p.NextTryAt != null).ExecuteUpdateAsync(p => p.SetProperty(x => x.NextTryAt, now), Cancellation);
    }

    public static async Task<int> SendProspectsAsync(this CrmApp app, IHost erp)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        return await Outbox(services, erp).RunAsync(Cancellation);
    }

    /// <summary>What the button does when the ERP takes new counterparties.</summary>
    public static async Task<string?> WishAsync(this CrmApp app, long id, int connection, IHost erp)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var (record, party) = await app.ProspectAsync(id);
        return (await Outbox(services, erp).RequestAsync(new(record, party), connection, Cancellation))?.Text;
    }

    private static ProspectOutbox Outbox(IServiceProvider services, IHost erp)
    {
        var database = services.GetRequiredService<CrmDbContext>();
        var sender = new HostSender(database, (_, _) => Task.FromResult(erp), TimeProvider.System, NullLogger<HostSender>.Instance);
        return new(database, sender, services.GetRequiredService<ProspectConversion>(), services.GetRequiredService<AuditLog>(), TimeProvider.System);
    }
}
