using Crm.Contracts;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Opens the ERP of a connection.</summary>
internal delegate Task<Contracts.IHost> OpenHost(ConnectionRecord connection, CancellationToken cancellation);

/// <summary>
/// Sends contact mechanisms that were typed here to the ERP. Each is claimed by one process; a claim that its process did not live to end
/// runs out, and the next try finds what the first may have made, by the same key.
/// </summary>
internal sealed partial class MechanismOutbox(CrmDbContext database, OpenHost open, TimeProvider clock, ILogger<MechanismOutbox> log)
{
    private const string Ledger = "contact mechanism"; // what the ledger calls them
    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(5);
    private const int AtOnce = 100;

    /// <returns>How many the ERP has now.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var due = await database.Set<OwnMechanism>().Where(m => m.Fate == MechanismFate.Waiting && m.NextTryAt <= now).OrderBy(m => m.NextTryAt).ThenBy(m => m.Id).Take(AtOnce).ToListAsync(cancellation);
        var written = 0;
        foreach (var mechanism in due)
        {
            DateTimeOffset? until = now + Claim;
            if (await database.Set<OwnMechanism>().Where(m => m.Id == mechanism.Id && m.Fate == MechanismFate.Waiting && m.NextTryAt == mechanism.NextTryAt)
                .ExecuteUpdateAsync(m => m.SetProperty(x => x.NextTryAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation) > 0)
            {
                written += await SendAsync(mechanism, cancellation) ? 1 : 0;
            }
        }

        return written;
    }

    private async Task<bool> SendAsync(OwnMechanism mechanism, CancellationToken cancellation)
    {
        if (await MechanismPlace.FindAsync(database, mechanism.CounterpartyId, mechanism.ContactPersonId, cancellation) is not { } place)
        {
            await SettleAsync(mechanism, MechanismFate.Own, null, null, cancellation);
            return false;
        }

        try
        {
            var host = await open(place.Connection, cancellation);
            if (host.Find<IContactMechanismWriter>() is not { } writer)
            {
                await SettleAsync(mechanism, MechanismFate.Own, null, null, cancellation); // this ERP is only read
                return false;
            }

            await place.NoteAsync(database, LedgerEvent.Sent, Ledger, null, clock.GetUtcNow(), cancellation);
            var record = new NewContactMechanism(place.Counterparty, place.Person, new(mechanism.Kind, mechanism.Value, mechanism.Label)) { IsMain = mechanism.IsMain };
            var written = await writer.AddAsync(record, mechanism.IdempotencyKey, cancellation);
            await place.NoteAsync(database, LedgerEvent.Confirmed, Ledger, written.WasThere ? "was there" : null, clock.GetUtcNow(), cancellation);
            await SettleAsync(mechanism, MechanismFate.Written, written.Key.Value, null, cancellation);
            return true;
        }
        catch (HostException failure)
        {
            LogFailed(log, mechanism.Id, failure.Code);
            if (failure.Failure == HostFailure.Unavailable)
            {
                await WaitAsync(mechanism, failure, cancellation);
                return false;
            }

            await place.NoteAsync(database, LedgerEvent.RefusedByHost, Ledger, failure.Code, clock.GetUtcNow(), cancellation);
            await SettleAsync(mechanism, MechanismFate.Refused, null, failure.Code, cancellation);
            return false;
        }
    }

    private Task<int> WaitAsync(OwnMechanism mechanism, HostException failure, CancellationToken cancellation)
    {
        // Spread by the record's number, as by chance.
        DateTimeOffset? next = clock.GetUtcNow() + BackOffRule.Wait(failure.Failure, mechanism.Attempts + 1, failure.RetryAfter, mechanism.Id % 100 / 100d);
        return database.Set<OwnMechanism>().Where(m => m.Id == mechanism.Id).ExecuteUpdateAsync(m => m.SetProperty(x => x.NextTryAt, next).SetProperty(x => x.Failure, failure.Code), cancellation);
    }

    private Task<int> SettleAsync(OwnMechanism mechanism, MechanismFate fate, string? hostKey, string? failure, CancellationToken cancellation)
    {
        DateTimeOffset? never = null;
        return database.Set<OwnMechanism>().Where(m => m.Id == mechanism.Id && m.Fate == MechanismFate.Waiting).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Fate, fate).SetProperty(x => x.HostKey, hostKey).SetProperty(x => x.Failure, failure).SetProperty(x => x.NextTryAt, never), cancellation);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Contact mechanism {Id} was not written to the ERP: {Code}")]
    private static partial void LogFailed(ILogger logger, long id, string code);
}

/// <summary>Empties both outboxes several times a minute: first what is new, then what is said of it.</summary>
internal sealed class MechanismSending(IJobScheduler scheduler) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => scheduler.RecurAsync(
        "contact-mechanisms", JobTimes.Every(TimeSpan.FromSeconds(20)), async (services, cancellation) =>
        {
            await services.GetRequiredService<MechanismOutbox>().RunAsync(cancellation);
            await services.GetRequiredService<MechanismNoteOutbox>().RunAsync(cancellation);
        }, cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
