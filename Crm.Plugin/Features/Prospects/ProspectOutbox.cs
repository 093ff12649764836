using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Has prospects entered in an ERP. Its answer is kept before anything else is changed.</summary>
internal sealed class ProspectOutbox(CrmDbContext database, HostSender sender, ProspectConversion conversion, AuditLog audit, TimeProvider clock)
{
    private const string Ledger = "prospect"; // what the ledger calls them
    private static readonly TimeSpan UntilRead = TimeSpan.FromSeconds(30);
    private const int AtOnce = 50;

    /// <summary>Keeps the wish; the job does the rest.</summary>
    /// <param name="prospect">Open, and the user may change it.</param>
    /// <param name="connectionId">Installed.</param>
    /// <param name="cancellation">Cancels.</param>
    /// <returns>Null when it is on its way, also by an earlier wish.</returns>
    public async Task<Refusal?> RequestAsync(ProspectCase prospect, int connectionId, CancellationToken cancellation)
    {
        if (!await database.Set<ConnectionRecord>().AnyAsync(c => c.Id == connectionId && c.RemovedAt == null, cancellation))
        {
            return new("create", ProspectTexts.NoWriter);
        }

        var now = clock.GetUtcNow();
        // One key for one ERP, whatever becomes of the tries: what a lost answer hides is found by it.
        var key = prospect.Record.SentTo == connectionId ? prospect.Record.IdempotencyKey : Guid.CreateVersion7(now);
        DateTimeOffset? due = now;
        string? none = null;
        int? to = connectionId;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<Prospect>().Where(p => p.Id == prospect.Record.Id && p.State == ProspectState.Open && (p.Fate == ProspectFate.None || p.Fate == ProspectFate.Refused)).ExecuteUpdateAsync(
            p => p.SetProperty(x => x.Fate, ProspectFate.Waiting).SetProperty(x => x.SentTo, to).SetProperty(x => x.IdempotencyKey, key).SetProperty(x => x.NextTryAt, due)
                .SetProperty(x => x.Attempts, 0).SetProperty(x => x.Failure, none), cancellation) == 0)
        {
            return prospect.Record.Fate is ProspectFate.Waiting or ProspectFate.Made ? null : new("create", ProspectTexts.NotOpen);
        }

        audit.Note(database, "prospect.sent", "counterparty", InteractionAudit.Id(prospect.Party.Id));
        database.Add(new LedgerRecord { ConnectionId = connectionId, Entity = MirrorEntity.Counterparties, HostKey = prospect.Party.HostKey, Event = LedgerEvent.Decided, Detail = Ledger, At = now });
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        database.ChangeTracker.Clear();
        return null;
    }

    /// <summary>Nothing more is sent. What the ERP made of a try whose answer is still to come is taken up all the same.</summary>
    public Task<int> StopAsync(ProspectCase prospect, CancellationToken cancellation)
    {
        DateTimeOffset? never = null;
        return database.Set<Prospect>().Where(p => p.Id == prospect.Record.Id && p.Fate == ProspectFate.Waiting)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.Fate, ProspectFate.None).SetProperty(x => x.NextTryAt, never), cancellation);
    }

    /// <returns>How many an ERP has now.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await conversion.FollowUpAsync(cancellation);
        return await database.SendDueAsync(
            database.Set<Prospect>().Where(p => p.State != ProspectState.Converted), p => database.Set<Prospect>().Where(x => x.Id == p.Id && x.Fate == p.Fate),
            p => StepAsync(p, cancellation), AtOnce, clock, cancellation);
    }

    private async Task<bool> StepAsync(Prospect prospect, CancellationToken cancellation)
    {
        if (prospect.Fate == ProspectFate.Waiting && !await SendAsync(prospect, cancellation))
        {
            return false;
        }

        if (await database.Set<Prospect>().FirstOrDefaultAsync(p => p.Id == prospect.Id && p.Fate == ProspectFate.Made, cancellation) is not { } made)
        {
            return false;
        }

        if (await conversion.AdoptAsync(made, cancellation))
        {
            return true;
        }

        DateTimeOffset? later = clock.GetUtcNow() + UntilRead;
        await database.Set<Prospect>().Where(p => p.Id == prospect.Id).ExecuteUpdateAsync(p => p.SetProperty(x => x.NextTryAt, later), cancellation);
        return false;
    }

    private async Task<bool> SendAsync(Prospect prospect, CancellationToken cancellation)
    {
        var party = await database.Set<CounterpartyRecord>().SingleAsync(c => c.Id == prospect.CounterpartyId, cancellation);
        if (await database.Set<ConnectionRecord>().FirstOrDefaultAsync(c => c.Id == prospect.SentTo && c.RemovedAt == null, cancellation) is not { } connection)
        {
            await HoldAsync(prospect, ProspectFate.Refused, "prospects.connection-removed", null, cancellation);
            return false;
        }

        var address = MirrorJson.ReadAddresses(party.Addresses) is [var main, ..] ? main : null;
        var record = new NewCounterparty(party.Name, party.TaxId, CounterpartyRoles.Customer, MirrorJson.ReadMechanisms(party.Mechanisms), address);
        return await sender.SendAsync<ICounterpartyWriter>(
            new(connection, party.HostKey, Ledger, prospect) { IsCounterparty = true },
            writer => writer.CreateAsync(record, prospect.IdempotencyKey, cancellation), (end, stop) => KeepAsync(prospect, end, stop), cancellation);
    }

    private Task<int> KeepAsync(Prospect prospect, Sending end, CancellationToken cancellation) => end switch
    {
        { Written: { } written } => TakeAsync(prospect, written, cancellation),
        { End: SendingEnd.Waits } => HoldAsync(prospect, ProspectFate.Waiting, end.Failure?.Code, end.NextTryAt, cancellation),
        _ => HoldAsync(prospect, ProspectFate.Refused, end.Failure?.Code ?? "prospects.no-writer", null, cancellation),
    };

    /// <summary>The answer is a fact: it is kept whatever somebody has wished meanwhile.</summary>
    private Task<int> TakeAsync(Prospect prospect, Written written, CancellationToken cancellation)
    {
        string? none = null;
        DateTimeOffset? now = clock.GetUtcNow(); // whoever is killed now: the next run goes on
        return database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.State != ProspectState.Converted).ExecuteUpdateAsync(
            p => p.SetProperty(x => x.Fate, ProspectFate.Made).SetProperty(x => x.HostKey, written.Key.Value).SetProperty(x => x.HostNumber, written.Number).SetProperty(x => x.Failure, none)
                .SetProperty(x => x.NextTryAt, now), cancellation);
    }

    /// <summary>Unless somebody has stopped it meanwhile.</summary>
    private Task<int> HoldAsync(Prospect prospect, ProspectFate fate, string? code, DateTimeOffset? next, CancellationToken cancellation) =>
        database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.Fate == ProspectFate.Waiting)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.Fate, fate).SetProperty(x => x.Failure, code).SetProperty(x => x.NextTryAt, next), cancellation);
}

/// <summary>Empties the outbox every few seconds: somebody waits for the answer.</summary>
internal sealed class ProspectSending(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "prospects", JobTimes.Every(TimeSpan.FromSeconds(5)), (services, cancellation) => services.GetRequiredService<ProspectOutbox>().RunAsync(cancellation), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
