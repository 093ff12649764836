using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Crm.Plugin.Features.Prospects;

/// <summary>Says which counterparty of an ERP a prospect is. Each deed is one transaction, and once: the row of the prospect is claimed first.</summary>
internal sealed class ProspectConversion(CrmDbContext database, PartyMove move, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>The prospect turned out to be a counterparty that an ERP has already: what hangs on it moves there.</summary>
    /// <returns>Why it was refused; null when it is done, also by an earlier try with the same counterparty.</returns>
    public async Task<Refusal?> LinkAsync(long counterpartyId, long to, CancellationToken cancellation)
    {
        if (await FindAsync(counterpartyId, cancellation) is not { } prospect)
        {
            return new("link", ProspectTexts.Unknown);
        }

        if (prospect is { State: ProspectState.Converted } && prospect.OtherId == to)
        {
            return null;
        }

        if (await Writable().Where(c => c.Id == to).Select(c => new { c.ConnectionId, c.GoneAt }).FirstOrDefaultAsync(cancellation) is not { } target)
        {
            return new("link", RefusalTexts.CounterpartyUnknown);
        }

        if (target.ConnectionId == CounterpartyRecord.ProspectConnection || target.GoneAt is not null)
        {
            return new("link", ProspectTexts.NotOfAnErp);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (!await ConvertAsync(prospect, to, p => p.Fate != ProspectFate.Waiting && p.Fate != ProspectFate.Made, cancellation))
        {
            return new("link", prospect.State == ProspectState.Converted ? ProspectTexts.ConvertedAlready : ProspectTexts.OnItsWay);
        }

        audit.Note(database, "prospect.linked", "counterparty", InteractionAudit.Id(counterpartyId), $"{{\"counterpartyId\":[null,{InteractionAudit.Id(to)}]}}");
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>It was somebody else: everything that linking moved goes back, and the prospect is open again.</summary>
    public async Task<Refusal?> UndoAsync(long counterpartyId, CancellationToken cancellation)
    {
        if (await FindAsync(counterpartyId, cancellation) is not { } prospect)
        {
            return new("link", ProspectTexts.Unknown);
        }

        if (prospect is not { State: ProspectState.Converted, OtherId: { } to, HostKey: null })
        {
            return new("link", ProspectTexts.NotLinked);
        }

        if (!await Writable().AnyAsync(c => c.Id == to, cancellation))
        {
            return new("link", RefusalTexts.CounterpartyUnknown);
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        long? none = null;
        DateTimeOffset? never = null;
        if (await database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.OtherId == to)
            .ExecuteUpdateAsync(p => p.SetProperty(x => x.State, ProspectState.Open).SetProperty(x => x.OtherId, none).SetProperty(x => x.ClosedAt, never), cancellation) == 0)
        {
            return new("link", ProspectTexts.NotLinked);
        }

        await move.ReturnAsync(prospect, to, cancellation);
        audit.Note(database, "prospect.link-undone", "counterparty", InteractionAudit.Id(counterpartyId), $"{{\"counterpartyId\":[{InteractionAudit.Id(to)},null]}}");
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return null;
    }

    /// <summary>
    /// The ERP has made it and given it a key: the prospect's own record becomes the ERP's. Where a poll was faster, what hangs on the
    /// prospect moves to the record that the poll brought.
    /// </summary>
    /// <returns>False when it cannot be done yet: the ERP is being read for the first time, and its table has no unique key.</returns>
    public async Task<bool> AdoptAsync(Prospect prospect, CancellationToken cancellation)
    {
        var (connection, key) = (prospect.SentTo!.Value, prospect.HostKey!);
        if (!await database.Set<SyncStateRecord>().AnyAsync(s => s.ConnectionId == connection && s.Entity == Mirror.MirrorEntity.Counterparties && s.SearchBuiltAt != null, cancellation))
        {
            return false;
        }

        try
        {
            return await AdoptAsync(prospect, connection, key, cancellation);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false; // a poll brought it this very moment: the next try finds it
        }
    }

    private async Task<bool> AdoptAsync(Prospect prospect, int connection, string key, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var polled = await database.Set<CounterpartyRecord>().Where(c => c.ConnectionId == connection && c.HostKey == key).Select(c => (long?)c.Id).FirstOrDefaultAsync(cancellation);
        if (!await ConvertAsync(prospect, polled, p => p.Fate == ProspectFate.Made, cancellation))
        {
            return true; // another process was faster
        }

        if (polled is null)
        {
            // No version of the ERP's is like this one: the next poll fills in what the ERP made of it.
            await database.Set<CounterpartyRecord>().Where(c => c.Id == prospect.CounterpartyId).ExecuteUpdateAsync(
                c => c.SetProperty(x => x.ConnectionId, connection).SetProperty(x => x.HostKey, key).SetProperty(x => x.Version, "").SetProperty(x => x.Code, prospect.HostNumber)
                    .SetProperty(x => x.Roles, x => x.Roles | Contracts.CounterpartyRoles.Customer), cancellation);
            await move.SendMechanismsAsync(prospect.CounterpartyId, cancellation);
        }

        audit.Note(database, "prospect.entered", "counterparty", InteractionAudit.Id(prospect.CounterpartyId), AuditChange.Of(("hostKey", null, key), ("counterpartyId", null, polled is { } id ? InteractionAudit.Id(id) : null)));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Moves what came to a converted prospect while it was being converted: another process may have been writing to it just then.</summary>
    public async Task FollowUpAsync(CancellationToken cancellation)
    {
        var since = (DateTimeOffset?)(clock.GetUtcNow() - TimeSpan.FromMinutes(10));
        foreach (var prospect in await database.Set<Prospect>().Where(p => p.State == ProspectState.Converted && p.OtherId != null && p.ClosedAt >= since).OrderBy(p => p.Id).Take(200).ToListAsync(cancellation))
        {
            if (await database.Set<Interaction>().AnyAsync(i => i.CounterpartyId == prospect.CounterpartyId, cancellation))
            {
                await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
                await move.MoveAsync(prospect, prospect.OtherId!.Value, cancellation);
                await transaction.CommitAsync(cancellation);
                database.ChangeTracker.Clear();
            }
        }
    }

    private async Task<bool> ConvertAsync(Prospect prospect, long? to, System.Linq.Expressions.Expression<Func<Prospect, bool>> may, CancellationToken cancellation)
    {
        DateTimeOffset? now = clock.GetUtcNow();
        DateTimeOffset? never = null;
        if (await database.Set<Prospect>().Where(p => p.Id == prospect.Id && p.State != ProspectState.Converted).Where(may).ExecuteUpdateAsync(
            p => p.SetProperty(x => x.State, ProspectState.Converted).SetProperty(x => x.OtherId, to).SetProperty(x => x.ClosedAt, now).SetProperty(x => x.NextTryAt, never), cancellation) == 0)
        {
            return false;
        }

        if (to is { } other)
        {
            await move.MoveAsync(prospect, other, cancellation);
        }

        return true;
    }

    private Task<Prospect?> FindAsync(long counterpartyId, CancellationToken cancellation)
    {
        var writable = Writable();
        return database.Set<Prospect>().FirstOrDefaultAsync(p => p.CounterpartyId == counterpartyId && writable.Any(c => c.Id == p.CounterpartyId), cancellation);
    }

    private IQueryable<CounterpartyRecord> Writable() => database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Within(user.Rights.WriteScope, user);
}
