using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>
/// Tells the ERP which label and main flag its contact mechanisms shall have. Claimed and repeated as in <see cref="MechanismOutbox"/>; what
/// somebody wishes while an older wish is on its way has a key of its own, and is sent after it.
/// </summary>
internal sealed partial class MechanismNoteOutbox(CrmDbContext database, OpenHost open, TimeProvider clock, ILogger<MechanismNoteOutbox> log)
{
    /// <summary>What the ledger says of them.</summary>
    public const string Ledger = "label of a contact mechanism";

    private static readonly TimeSpan Claim = TimeSpan.FromMinutes(5);
    private const int AtOnce = 100;

    /// <returns>How many the ERP has taken.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        var due = await database.Set<MechanismNote>().Where(n => n.Fate == MechanismFate.Waiting && n.NextTryAt <= now).OrderBy(n => n.NextTryAt).ThenBy(n => n.Id).Take(AtOnce).ToListAsync(cancellation);
        var written = 0;
        foreach (var note in due)
        {
            DateTimeOffset? until = now + Claim;
            if (await Same(note).Where(n => n.NextTryAt == note.NextTryAt).ExecuteUpdateAsync(n => n.SetProperty(x => x.NextTryAt, until).SetProperty(x => x.Attempts, x => x.Attempts + 1), cancellation) > 0)
            {
                written += await SendAsync(note, cancellation) ? 1 : 0;
            }
        }

        return written;
    }

    private async Task<bool> SendAsync(MechanismNote note, CancellationToken cancellation)
    {
        if (await MechanismPlace.FindAsync(database, note.CounterpartyId, note.ContactPersonId, cancellation) is not { } place || note is { Label: null, IsMain: false })
        {
            await SettleAsync(note, MechanismFate.Own, null, cancellation);
            return false;
        }

        try
        {
            var host = await open(place.Connection, cancellation);
            if (host.Find<IContactMechanismEditor>() is not { } editor)
            {
                await SettleAsync(note, MechanismFate.Own, null, cancellation); // this ERP is only read
                return false;
            }

            await place.NoteAsync(database, LedgerEvent.Sent, Ledger, null, clock.GetUtcNow(), cancellation);
            var change = new ContactMechanismChange(place.Counterparty, place.Person, note.Kind, note.Value, note.Label, note.IsMain);
            var written = await editor.ChangeAsync(change, note.IdempotencyKey, cancellation);
            await place.NoteAsync(database, LedgerEvent.Confirmed, Ledger, written.WasThere ? "was there" : null, clock.GetUtcNow(), cancellation);
            await SettleAsync(note, MechanismFate.Written, null, cancellation);
            return true;
        }
        catch (HostException failure)
        {
            LogFailed(log, note.Id, failure.Code);
            if (failure.Failure == HostFailure.Unavailable)
            {
                await WaitAsync(note, failure, cancellation);
                return false;
            }

            await place.NoteAsync(database, LedgerEvent.RefusedByHost, Ledger, failure.Code, clock.GetUtcNow(), cancellation);
            await SettleAsync(note, MechanismFate.Refused, failure, cancellation);
            return false;
        }
    }

    private Task<int> WaitAsync(MechanismNote note, HostException failure, CancellationToken cancellation)
    {
        // Spread by the record's number, as by chance.
        DateTimeOffset? next = clock.GetUtcNow() + BackOffRule.Wait(failure.Failure, note.Attempts + 1, failure.RetryAfter, note.Id % 100 / 100d);
        HostFailure? kind = failure.Failure;
        return Same(note).ExecuteUpdateAsync(n => n.SetProperty(x => x.NextTryAt, next).SetProperty(x => x.Failure, failure.Code).SetProperty(x => x.FailureKind, kind), cancellation);
    }

    private Task<int> SettleAsync(MechanismNote note, MechanismFate fate, HostException? failure, CancellationToken cancellation)
    {
        DateTimeOffset? never = null;
        DateTimeOffset? written = fate == MechanismFate.Written ? clock.GetUtcNow() : null;
        var (code, kind) = (failure?.Code, failure?.Failure);
        return Same(note).ExecuteUpdateAsync(
            n => n.SetProperty(x => x.Fate, fate).SetProperty(x => x.WrittenAt, written).SetProperty(x => x.Failure, code).SetProperty(x => x.FailureKind, kind).SetProperty(x => x.NextTryAt, never), cancellation);
    }

    /// <summary>The note while it says what it said when it was read.</summary>
    private IQueryable<MechanismNote> Same(MechanismNote note) => database.Set<MechanismNote>().Where(n => n.Id == note.Id && n.Fate == MechanismFate.Waiting && n.IdempotencyKey == note.IdempotencyKey);

    [LoggerMessage(Level = LogLevel.Warning, Message = "What is noted of contact mechanism {Id} was not written to the ERP: {Code}")]
    private static partial void LogFailed(ILogger logger, long id, string code);
}
