using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>A prospect and the counterparty that it is.</summary>
public sealed record ProspectCase(Prospect Record, CounterpartyRecord Party);

/// <summary>What came of a wish to save.</summary>
/// <param name="Id">Number of the prospect's counterparty; 0 when nothing was saved.</param>
/// <param name="Refusals">Why not, at the fields.</param>
internal sealed record ProspectOutcome(long Id, IReadOnlyList<Refusal> Refusals);

/// <summary>Keeps prospects. A prospect is named everywhere by the number of its counterparty, within the rights on it.</summary>
internal sealed class ProspectStore(CrmDbContext database, ProspectIndex index, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>Null when there is none within reach.</summary>
    public Task<ProspectCase?> FindAsync(long counterpartyId, CancellationToken cancellation) => FindAsync(counterpartyId, user.Rights.ReadScope, cancellation);

    /// <summary>Null when there is none that the user may change.</summary>
    public async Task<ProspectCase?> FindToWriteAsync(long counterpartyId, CancellationToken cancellation) =>
        await FindAsync(counterpartyId, user.Rights.ReadScope, cancellation) is { } found && Reach.Covers(user.Rights.WriteScope, user, found.Party.ManagerLogin) ? found : null;

    /// <summary>Keeps somebody new.</summary>
    public async Task<ProspectOutcome> AddAsync(ProspectDraft draft, CancellationToken cancellation)
    {
        if (user.Rights.WriteScope == Scope.None)
        {
            return new(0, [new("name", ProspectTexts.MayNotWrite)]);
        }

        if (await ResponsibleAsync(draft, user.Id, cancellation) is not var (id, login))
        {
            return new(0, [new("responsible", ProspectTexts.BadResponsible)]);
        }

        var now = clock.GetUtcNow();
        long number;
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellation))
        {
            var party = ProspectParty.New(draft, login, now, LocalTime.DayOf(now, user.Zone));
            database.Add(party);
            await database.SaveChangesAsync(cancellation);
            database.Add(new Prospect
            {
                CounterpartyId = party.Id, State = ProspectState.Open, Source = draft.Source, Note = draft.Note, ResponsibleId = id, CallId = draft.CallId, CreatedBy = user.Id, CreatedAt = now,
            });
            if (draft.Person is { } person)
            {
                await ProspectPerson.AddAsync(database, party.Id, person, user.Id, now, cancellation);
            }

            audit.Note(database, "prospect.added", "counterparty", InteractionAudit.Id(party.Id));
            await database.SaveChangesAsync(cancellation);
            await index.NoteAsync([party.Id], cancellation);
            await transaction.CommitAsync(cancellation);
            number = party.Id;
        }

        await index.FollowAsync(cancellation); // who has just been entered is found at once
        return new(number, []);
    }

    /// <summary>Changes one that no ERP has yet.</summary>
    public async Task<ProspectOutcome> EditAsync(ProspectCase stored, ProspectDraft draft, CancellationToken cancellation)
    {
        if (!stored.Party.IsProspect || stored.Record.State == ProspectState.Converted)
        {
            return new(0, [new("name", ProspectTexts.NotEditable)]);
        }

        if (stored.Record.Fate is ProspectFate.Waiting or ProspectFate.Made)
        {
            return new(0, [new("name", ProspectTexts.OnItsWay)]);
        }

        if (await ResponsibleAsync(draft, stored.Record.ResponsibleId, cancellation) is not var (id, login))
        {
            return new(0, [new("responsible", ProspectTexts.BadResponsible)]);
        }

        await using (var transaction = await database.Database.BeginTransactionAsync(cancellation))
        {
            var party = await database.Set<CounterpartyRecord>().AsTracking().SingleAsync(c => c.Id == stored.Party.Id, cancellation);
            var record = await database.Set<Prospect>().AsTracking().SingleAsync(p => p.Id == stored.Record.Id, cancellation);
            // Kinds that the form does not show stay; so does what somebody wrote beside a number.
            var before = MirrorJson.ReadMechanisms(party.Mechanisms);
            draft = draft with
            {
                Mechanisms =
                [
                    .. draft.Mechanisms.Select(m => before.FirstOrDefault(b => ProspectParty.Same(b, m)) is { } known ? m with { Label = known.Label } : m),
                    .. before.Where(b => b.Kind is not (Contracts.ContactMechanismKind.Phone or Contracts.ContactMechanismKind.Email or Contracts.ContactMechanismKind.Website)),
                ],
            };
            ProspectParty.Fill(party, draft, login);
            (record.Source, record.Note, record.ResponsibleId) = (draft.Source, draft.Note, id);
            audit.Note(
                database, "prospect.changed", "counterparty", InteractionAudit.Id(party.Id),
                AuditChange.Of(AuditChange.Fields(database.Entry(party), nameof(CounterpartyRecord.NameFolded), nameof(CounterpartyRecord.City)).Concat(AuditChange.Fields(database.Entry(record)))));
            await database.SaveChangesAsync(cancellation);
            await index.NoteAsync([party.Id], cancellation);
            await transaction.CommitAsync(cancellation);
        }

        await index.FollowAsync(cancellation);
        return new(stored.Party.Id, []);
    }

    /// <summary>Nobody works on it any more. It stays findable: who calls again is known.</summary>
    public async Task<Refusal?> GiveUpAsync(ProspectCase stored, string typed, CancellationToken cancellation)
    {
        var reason = CleanText.Of(typed.Trim());
        if (reason.Length == 0)
        {
            return new("reason", ProspectTexts.NoReason);
        }

        return reason.Length > InteractionRule.LineLength
            ? new("reason", RefusalTexts.TooLong, InteractionRule.LineLength, reason.Length)
            : await ChangeAsync(stored, ProspectState.Open, ProspectState.GivenUp, reason, "prospect.given-up", cancellation);
    }

    /// <summary>It is worked on again.</summary>
    public Task<Refusal?> TakeUpAsync(ProspectCase stored, CancellationToken cancellation) => ChangeAsync(stored, ProspectState.GivenUp, ProspectState.Open, null, "prospect.taken-up", cancellation);

    private async Task<Refusal?> ChangeAsync(ProspectCase stored, ProspectState from, ProspectState to, string? reason, string action, CancellationToken cancellation)
    {
        DateTimeOffset? closed = to == ProspectState.Open ? null : clock.GetUtcNow();
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<Prospect>().Where(p => p.Id == stored.Record.Id && p.State == from && p.Fate != ProspectFate.Waiting && p.Fate != ProspectFate.Made)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.State, to).SetProperty(x => x.Reason, reason).SetProperty(x => x.ClosedAt, closed), cancellation) == 0)
        {
            return new("reason", stored.Record.Fate is ProspectFate.Waiting or ProspectFate.Made ? ProspectTexts.OnItsWay : ProspectTexts.NotOpen);
        }

        audit.Note(database, action, "counterparty", InteractionAudit.Id(stored.Party.Id), AuditChange.Of(("reason", stored.Record.Reason, reason)));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>Who shall be responsible: somebody who may sign in, and whose counterparties the user may change; whoever it is already.</summary>
    private async Task<(long Id, string Login)?> ResponsibleAsync(ProspectDraft draft, long otherwise, CancellationToken cancellation)
    {
        var id = draft.ResponsibleId ?? otherwise;
        var found = await database.Set<UserAccount>().Where(u => u.Id == id).Select(u => new { u.Login, u.IsActive }).FirstOrDefaultAsync(cancellation);
        return found is not null && (id == otherwise || (found.IsActive && Reach.Covers(user.Rights.WriteScope, user, found.Login))) ? (id, found.Login) : null;
    }

    private async Task<ProspectCase?> FindAsync(long counterpartyId, Scope scope, CancellationToken cancellation) =>
        await (from c in database.Set<CounterpartyRecord>().Within(scope, user)
               where c.Id == counterpartyId
               join p in database.Set<Prospect>() on c.Id equals p.CounterpartyId
               select new ProspectCase(p, c)).FirstOrDefaultAsync(cancellation);
}
