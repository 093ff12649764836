using Crm.Contracts;
using Crm.Plugin.Jobs;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>Sends contact mechanisms that were typed here to the ERP.</summary>
internal sealed class MechanismOutbox(CrmDbContext database, HostSender sender, TimeProvider clock)
{
    private const int AtOnce = 100;

    /// <returns>How many the ERP has now.</returns>
    public Task<int> RunAsync(CancellationToken cancellation) =>
        database.SendDueAsync(Waiting, m => Waiting.Where(w => w.Id == m.Id), m => SendAsync(m, cancellation), AtOnce, clock, cancellation);

    private IQueryable<OwnMechanism> Waiting => database.Set<OwnMechanism>().Where(m => m.Fate == MechanismFate.Waiting);

    private async Task<bool> SendAsync(OwnMechanism mechanism, CancellationToken cancellation)
    {
        if (await MechanismPlace.FindAsync(database, mechanism.CounterpartyId, mechanism.ContactPersonId, cancellation) is not { } place)
        {
            await KeepAsync(mechanism, new(SendingEnd.NotOffered), cancellation);
            return false;
        }

        var record = new NewContactMechanism(place.Counterparty, place.Person, new(mechanism.Kind, mechanism.Value, mechanism.Label)) { IsMain = mechanism.IsMain };
        return await sender.SendAsync<IContactMechanismWriter>(
            new(place.Connection, place.Counterparty.Value, "contact mechanism", mechanism),
            writer => writer.AddAsync(record, mechanism.IdempotencyKey, cancellation), (end, stop) => KeepAsync(mechanism, end, stop), cancellation);
    }

    private Task<int> KeepAsync(OwnMechanism mechanism, Sending end, CancellationToken cancellation)
    {
        var (fate, key, failure, next) = (MechanismFates.Of(end.End), end.Written?.Key.Value, end.Failure?.Code, end.NextTryAt);
        return Waiting.Where(m => m.Id == mechanism.Id).ExecuteUpdateAsync(
            m => m.SetProperty(x => x.Fate, fate).SetProperty(x => x.HostKey, key).SetProperty(x => x.Failure, failure).SetProperty(x => x.NextTryAt, next), cancellation);
    }
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
