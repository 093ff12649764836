using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>
/// Has prospects entered in an ERP. Each is claimed by one process; a claim that its process did not live to end runs out, and the next try
/// finds what the first may have made, by the same key. The ERP's answer is kept before anything else is changed.
/// </summary>
internal sealed partial class ProspectOutbox(CrmDbContext database, OpenHost open, ProspectConversion conversion, AuditLog audit, TimeProvider clock, ILogger<ProspectOutbox> log)
{
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(5);
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
        AddLedger(connectionId, prospect.Party.HostKey, LedgerEvent.Decided, null);
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
        var now = clock.GetUtcNow();
        var done = 0;
        foreach (var prospect in await database.Set<Prospect>().Where(p => p.NextTryAt <= now && p.State != ProspectState.Converted).OrderBy(p => p.NextTryAt).ThenBy(p => p.Id).Take(AtOnce).ToListAsync(cancellation))
        {
            DateTimeOffset? until = clock.GetUtcNow() + Claim;
            if (await database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.Fate == prospect.Fate && p.NextTryAt == prospect.NextTryAt)
                .ExecuteUpdateAsync(p => p.SetProperty(x => x.NextTryAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation) > 0)
            {
                done += await StepAsync(prospect, cancellation) ? 1 : 0;
                database.ChangeTracker.Clear();
            }
        }

        return done;
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
        var connection = await database.Set<ConnectionRecord>().FirstOrDefaultAsync(c => c.Id == prospect.SentTo && c.RemovedAt == null, cancellation);
        if (connection is null)
        {
            await RefuseAsync(prospect, "prospects.connection-removed", cancellation);
            return false;
        }

        try
        {
            var host = await open(connection, cancellation);
            if (host.Find<ICounterpartyWriter>() is not { } writer)
            {
                await RefuseAsync(prospect, "prospects.no-writer", cancellation);
                return false;
            }

            await LedgerAsync(connection.Id, party.HostKey, LedgerEvent.Sent, null, cancellation);
            var address = MirrorJson.ReadAddresses(party.Addresses) is [var main, ..] ? main : null;
            var written = await writer.CreateAsync(
                new(party.Name, party.TaxId, CounterpartyRoles.Customer, MirrorJson.ReadMechanisms(party.Mechanisms), address), prospect.IdempotencyKey, cancellation);
            await KeepAsync(prospect, written, cancellation);
            await LedgerAsync(connection.Id, written.Key.Value, LedgerEvent.Confirmed, written.WasThere ? "was there" : null, cancellation);
            return true;
        }
        catch (HostException failure)
        {
            LogFailed(log, prospect.Id, failure.Code);
            if (failure.Failure == HostFailure.Unavailable)
            {
                await WaitAsync(prospect, failure, cancellation);
            }
            else
            {
                await LedgerAsync(connection.Id, party.HostKey, LedgerEvent.RefusedByHost, failure.Code, cancellation);
                await RefuseAsync(prospect, failure.Code, cancellation);
            }

            return false;
        }
    }

    /// <summary>The answer is a fact: it is kept whatever somebody has wished meanwhile.</summary>
    private Task<int> KeepAsync(Prospect prospect, Written written, CancellationToken cancellation)
    {
        string? none = null;
        DateTimeOffset? now = clock.GetUtcNow(); // whoever is killed now: the next run goes on
        return database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.State != ProspectState.Converted).ExecuteUpdateAsync(
            p => p.SetProperty(x => x.Fate, ProspectFate.Made).SetProperty(x => x.HostKey, written.Key.Value).SetProperty(x => x.HostNumber, written.Number).SetProperty(x => x.Failure, none)
                .SetProperty(x => x.NextTryAt, now), cancellation);
    }

    private Task<int> WaitAsync(Prospect prospect, HostException failure, CancellationToken cancellation)
    {
        // Spread by the record's number, as by chance.
        DateTimeOffset? next = clock.GetUtcNow() + BackOffRule.Wait(failure.Failure, prospect.Attempts + 1, failure.RetryAfter, prospect.Id % 100 / 100d);
        return database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.Fate == ProspectFate.Waiting)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.NextTryAt, next).SetProperty(x => x.Failure, failure.Code), cancellation);
    }

    private Task<int> RefuseAsync(Prospect prospect, string code, CancellationToken cancellation)
    {
        DateTimeOffset? never = null;
        return database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.Fate == ProspectFate.Waiting)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.Fate, ProspectFate.Refused).SetProperty(x => x.Failure, code).SetProperty(x => x.NextTryAt, never), cancellation);
    }

    private async Task LedgerAsync(int connection, string hostKey, LedgerEvent what, string? detail, CancellationToken cancellation)
    {
        AddLedger(connection, hostKey, what, detail);
        await database.SaveChangesAsync(cancellation);
        database.ChangeTracker.Clear();
    }

    private void AddLedger(int connection, string hostKey, LedgerEvent what, string? detail) => database.Add(new LedgerRecord
    {
        ConnectionId = connection, Entity = MirrorEntity.Counterparties, HostKey = hostKey, Event = what, Detail = detail is null ? "prospect" : "prospect: " + detail, At = clock.GetUtcNow(),
    });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Prospect {Id} was not entered in the ERP: {Code}")]
    private static partial void LogFailed(ILogger logger, long id, string code);
}

/// <summary>Empties the outbox every few seconds: somebody waits for the answer.</summary>
internal sealed class ProspectSending(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "prospects", JobTimes.Every(TimeSpan.FromSeconds(5)), (services, cancellation) => services.GetRequiredService<ProspectOutbox>().RunAsync(cancellation), cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
