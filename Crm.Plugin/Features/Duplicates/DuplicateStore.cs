using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Duplicates;

/// <summary>Two counterparties that may be one, as the list shows them.</summary>
public sealed record DuplicatePair(CounterpartyRecord First, CounterpartyRecord Second, DuplicateReasons Reasons, int Score);

/// <summary>Two counterparties that somebody called different.</summary>
public sealed record DuplicateDecision(Choice First, Choice Second, string? By, DateTimeOffset At);

/// <summary>A counterparty's place in a group.</summary>
public sealed record IdentityPlace(long GroupId, Choice Counterparty, string? By, DateTimeOffset At);

/// <summary>A counterparty that somebody new may be.</summary>
public sealed record LikelySame(long Id, string Name, DuplicateReasons Reasons, int Score);

/// <summary>Reads candidates and groups within the reader's rights, and keeps what people decide. The ERP's records stay as they are.</summary>
internal sealed class DuplicateStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>Pairs that nobody has decided on, the likeliest first.</summary>
    public async Task<IReadOnlyList<DuplicatePair>> OpenAsync((int Score, long First, long Second)? after, int limit, CancellationToken cancellation)
    {
        var (score, first, second) = after ?? (int.MaxValue, 0, 0);
        var readable = database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => c.GoneAt == null);
        return await (from d in database.Set<DuplicateCandidate>()
                      where d.Score < score || (d.Score == score && (d.CounterpartyId > first || (d.CounterpartyId == first && d.OtherId > second)))
                      where !database.Set<DuplicateDismissal>().Any(x => x.CounterpartyId == d.CounterpartyId && x.OtherId == d.OtherId)
                      where !database.Set<IdentityMember>().Any(m => m.CounterpartyId == d.CounterpartyId && database.Set<IdentityMember>().Any(o => o.CounterpartyId == d.OtherId && o.GroupId == m.GroupId))
                      join a in readable on d.CounterpartyId equals a.Id
                      join b in readable on d.OtherId equals b.Id
                      orderby d.Score descending, d.CounterpartyId, d.OtherId
                      select new DuplicatePair(a, b, d.Reasons, d.Score)).Take(limit).ToListAsync(cancellation);
    }

    /// <summary>Whom somebody who is being entered may be, by what is known of everybody.</summary>
    public async Task<IReadOnlyList<LikelySame>> LikelyAsync(string name, string? taxId, IEnumerable<ContactMechanism> mechanisms, CancellationToken cancellation)
    {
        var found = new Dictionary<long, DuplicateReasons>();
        foreach (var (kind, value) in DuplicateKeys.Of(name, taxId, mechanisms).Take(20))
        {
            var ids = await database.Set<DuplicateKey>().Where(k => k.Kind == kind && k.Value == value).Take(DuplicateRule.MostSharing + 1).Select(k => k.CounterpartyId).ToListAsync(cancellation);
            foreach (var id in ids.Count > DuplicateRule.MostSharing ? [] : ids)
            {
                found[id] = found.GetValueOrDefault(id) | kind;
            }
        }

        var likely = found.Keys.ToList();
        var names = await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => likely.Contains(c.Id) && c.GoneAt == null).Select(c => new { c.Id, c.Name }).ToListAsync(cancellation);
        return [.. names.Select(n => new LikelySame(n.Id, n.Name, found[n.Id], DuplicateRule.Score(found[n.Id]))).Where(l => l.Score >= DuplicateRule.Least).OrderByDescending(l => l.Score).Take(5)];
    }

    /// <summary>The others of a counterparty's group, as far as the reader may read them.</summary>
    public ReadBatch.Answer<Choice> AskOthers(ReadBatch batch, long counterpartyId) => batch.Ask(
        $"""
        SELECT c.id, c.name FROM identity_member m JOIN identity_member o ON o.group_id = m.group_id AND o.counterparty_id <> m.counterparty_id
        JOIN counterparty c ON c.id = o.counterparty_id AND {Reach.Sql(user.Rights.ReadScope, "c", user)}
        WHERE m.counterparty_id = @id ORDER BY c.name_folded LIMIT 50
        """,
        [("@id", counterpartyId), .. Reach.Parameters(user.Rights.ReadScope, user)], row => new Choice(row.GetInt64(0), row.GetString(1)));

    /// <summary>These two are one customer: their groups become one.</summary>
    /// <returns>False when one of them is out of reach.</returns>
    public async Task<bool> JoinAsync(long first, long second, CancellationToken cancellation)
    {
        if (first == second || !await BothAsync(first, second, cancellation))
        {
            return false;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var groups = await database.Set<IdentityMember>().Where(m => m.CounterpartyId == first || m.CounterpartyId == second).ToListAsync(cancellation);
        var group = groups.Select(m => m.GroupId).Append(Math.Min(first, second)).Min();
        var old = groups.Select(m => m.GroupId).ToList();
        await database.Set<IdentityMember>().Where(m => old.Contains(m.GroupId)).ExecuteUpdateAsync(m => m.SetProperty(x => x.GroupId, group), cancellation);
        foreach (var id in ((long[])[first, second]).Where(id => groups.TrueForAll(m => m.CounterpartyId != id)))
        {
            database.Add(new IdentityMember { CounterpartyId = id, GroupId = group, JoinedBy = user.Id, JoinedAt = clock.GetUtcNow() });
        }

        audit.Note(database, "identity.joined", "counterparty", InteractionAudit.Id(first), $"{{\"other\":[null,{InteractionAudit.Id(second)}]}}");
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Takes one out of its group again; what it was before stays in the audit log.</summary>
    public async Task<bool> LeaveAsync(long counterpartyId, CancellationToken cancellation)
    {
        if (!await BothAsync(counterpartyId, counterpartyId, cancellation))
        {
            return false;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var member = await database.Set<IdentityMember>().FirstOrDefaultAsync(m => m.CounterpartyId == counterpartyId, cancellation);
        if (member is not null)
        {
            await database.Set<IdentityMember>().Where(m => m.CounterpartyId == counterpartyId).ExecuteDeleteAsync(cancellation);
            if (await database.Set<IdentityMember>().CountAsync(m => m.GroupId == member.GroupId, cancellation) == 1)
            {
                await database.Set<IdentityMember>().Where(m => m.GroupId == member.GroupId).ExecuteDeleteAsync(cancellation); // one alone is no group
            }

            audit.Note(database, "identity.left", "counterparty", InteractionAudit.Id(counterpartyId), $"{{\"group\":[{InteractionAudit.Id(member.GroupId)},null]}}");
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>These two are not one; they are not shown again.</summary>
    public async Task<bool> DismissAsync(long first, long second, CancellationToken cancellation)
    {
        var (a, b) = (Math.Min(first, second), Math.Max(first, second));
        if (a == b || !await BothAsync(a, b, cancellation))
        {
            return false;
        }

        if (!await database.Set<DuplicateDismissal>().AnyAsync(d => d.CounterpartyId == a && d.OtherId == b, cancellation))
        {
            database.Add(new DuplicateDismissal { CounterpartyId = a, OtherId = b, UserId = user.Id, At = clock.GetUtcNow() });
            audit.Note(database, "identity.different", "counterparty", InteractionAudit.Id(a), $"{{\"other\":[null,{InteractionAudit.Id(b)}]}}");
            await database.SaveChangesAsync(cancellation);
        }

        return true;
    }

    /// <summary>Takes back that two are not one: they are asked about again as soon as they look like one.</summary>
    /// <returns>False when one of them is out of reach.</returns>
    public async Task<bool> ReopenAsync(long first, long second, CancellationToken cancellation)
    {
        var (a, b) = (Math.Min(first, second), Math.Max(first, second));
        if (a == b || !await BothAsync(a, b, cancellation))
        {
            return false;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<DuplicateDismissal>().Where(d => d.CounterpartyId == a && d.OtherId == b).ExecuteDeleteAsync(cancellation) > 0)
        {
            audit.Note(database, "identity.reopened", "counterparty", InteractionAudit.Id(a), $"{{\"other\":[{InteractionAudit.Id(b)},null]}}");
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Pairs that somebody called different, the latest first.</summary>
    public async Task<IReadOnlyList<DuplicateDecision>> DifferentAsync((DateTimeOffset At, long First, long Second)? after, int limit, CancellationToken cancellation)
    {
        var (at, first, second) = after ?? (DateTimeOffset.MaxValue, 0, 0);
        var readable = database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => c.GoneAt == null);
        return await (from d in database.Set<DuplicateDismissal>()
                      where d.At < at || (d.At == at && (d.CounterpartyId > first || (d.CounterpartyId == first && d.OtherId > second)))
                      join a in readable on d.CounterpartyId equals a.Id
                      join b in readable on d.OtherId equals b.Id
                      join u in database.Set<UserAccount>() on d.UserId equals u.Id into users
                      from u in users.DefaultIfEmpty()
                      orderby d.At descending, d.CounterpartyId, d.OtherId
                      select new DuplicateDecision(new(a.Id, a.Name), new(b.Id, b.Name), u.Name, d.At)).Take(limit).ToListAsync(cancellation);
    }

    /// <summary>Who belongs to a group, group by group, the latest groups first.</summary>
    public async Task<IReadOnlyList<IdentityPlace>> GroupsAsync(long? before, int limit, CancellationToken cancellation)
    {
        var readable = database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => c.GoneAt == null);
        var groups = await database.Set<IdentityMember>().Where(m => (before == null || m.GroupId < before) && readable.Any(c => c.Id == m.CounterpartyId))
            .Select(m => m.GroupId).Distinct().OrderByDescending(g => g).Take(limit).ToListAsync(cancellation);
        return await (from m in database.Set<IdentityMember>()
                      where groups.Contains(m.GroupId)
                      join c in readable on m.CounterpartyId equals c.Id
                      join u in database.Set<UserAccount>() on m.JoinedBy equals u.Id into users
                      from u in users.DefaultIfEmpty()
                      orderby m.GroupId descending, c.NameFolded, c.Id
                      select new IdentityPlace(m.GroupId, new(c.Id, c.Name), u.Name, m.JoinedAt)).Take(limit * 20).ToListAsync(cancellation);
    }

    private async Task<bool> BothAsync(long first, long second, CancellationToken cancellation) =>
        await database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Within(user.Rights.WriteScope, user).CountAsync(c => c.Id == first || c.Id == second, cancellation) == (first == second ? 1 : 2);
}
