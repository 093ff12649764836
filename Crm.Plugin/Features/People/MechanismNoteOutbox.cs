using Crm.Contracts;
using Crm.Plugin.Mirror.Sending;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.People;

/// <summary>
/// Tells the ERP which label and main flag its contact mechanisms shall have. What somebody wishes while an older wish is on its way has a
/// key of its own, and is sent after it.
/// </summary>
internal sealed class MechanismNoteOutbox(CrmDbContext database, HostSender sender, TimeProvider clock)
{
    /// <summary>What the ledger says of them.</summary>
    public const string Ledger = "label of a contact mechanism";

    private const int AtOnce = 100;

    /// <returns>How many the ERP has taken.</returns>
    public Task<int> RunAsync(CancellationToken cancellation) =>
        database.SendDueAsync(database.Set<MechanismNote>().Where(n => n.Fate == MechanismFate.Waiting), Same, n => SendAsync(n, cancellation), AtOnce, clock, cancellation);

    private async Task<bool> SendAsync(MechanismNote note, CancellationToken cancellation)
    {
        if (await MechanismPlace.FindAsync(database, note.CounterpartyId, note.ContactPersonId, cancellation) is not { } place || note is { Label: null, IsMain: false })
        {
            await KeepAsync(note, new(SendingEnd.NotOffered), cancellation);
            return false;
        }

        var change = new ContactMechanismChange(place.Counterparty, place.Person, note.Kind, note.Value, note.Label, note.IsMain);
        return await sender.SendAsync<IContactMechanismEditor>(
            new(place.Connection, place.Counterparty.Value, Ledger, note),
            editor => editor.ChangeAsync(change, note.IdempotencyKey, cancellation), (end, stop) => KeepAsync(note, end, stop), cancellation);
    }

    private Task<int> KeepAsync(MechanismNote note, Sending end, CancellationToken cancellation)
    {
        DateTimeOffset? written = end.End == SendingEnd.Taken ? clock.GetUtcNow() : null;
        var (fate, failure, kind, next) = (MechanismFates.Of(end.End), end.Failure?.Code, end.Failure?.Failure, end.NextTryAt);
        return Same(note).ExecuteUpdateAsync(
            n => n.SetProperty(x => x.Fate, fate).SetProperty(x => x.WrittenAt, written).SetProperty(x => x.Failure, failure).SetProperty(x => x.FailureKind, kind).SetProperty(x => x.NextTryAt, next), cancellation);
    }

    /// <summary>The note while it says what it said when it was read.</summary>
    private IQueryable<MechanismNote> Same(MechanismNote note) => database.Set<MechanismNote>().Where(n => n.Id == note.Id && n.Fate == MechanismFate.Waiting && n.IdempotencyKey == note.IdempotencyKey);
}
