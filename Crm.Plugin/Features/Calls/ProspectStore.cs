using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>Somebody new, as typed.</summary>
internal sealed record NewProspect(string Name, string? Company, string? Phone, string? Note, string? Source, long? CallId);

/// <summary>A prospect and the names beside it.</summary>
public sealed record ProspectLine(Prospect Record, string? Responsible, string? Counterparty);

/// <summary>Keeps those who got in touch and whom the ERP does not know.</summary>
internal sealed class ProspectStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <returns>Why it was refused; empty when it is kept.</returns>
    public async Task<IReadOnlyList<Refusal>> AddAsync(NewProspect typed, CancellationToken cancellation)
    {
        List<Refusal> refusals = [.. Lengths(typed)];
        if (string.IsNullOrWhiteSpace(typed.Name) && string.IsNullOrWhiteSpace(typed.Company))
        {
            refusals.Add(new("name", CallTexts.NoName));
        }

        if (user.Rights.WriteScope == Scope.None)
        {
            refusals.Add(new("name", CallTexts.MayNotWrite));
        }

        if (refusals.Count > 0)
        {
            return refusals;
        }

        var digits = PhoneDigits.Normalise(typed.Phone ?? "");
        var prospect = new Prospect
        {
            Name = Text(typed.Name) ?? Text(typed.Company)!,
            Company = Text(typed.Company),
            Phone = Text(typed.Phone),
            Digits = digits.Length == 0 ? null : digits,
            Tail = CallRule.Tail(digits),
            Note = Text(typed.Note),
            Source = Text(typed.Source),
            ResponsibleId = user.Id,
            CallId = typed.CallId,
            CreatedBy = user.Id,
            CreatedAt = clock.GetUtcNow(),
        };
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        database.Add(prospect);
        await database.SaveChangesAsync(cancellation);
        audit.Note(database, "prospect.added", "prospect", InteractionAudit.Id(prospect.Id));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    /// <summary>Adds what an open prospect said when they called again, under its day.</summary>
    /// <returns>Why it was refused; empty when it is kept.</returns>
    public async Task<IReadOnlyList<Refusal>> AddNoteAsync(long id, string typed, CancellationToken cancellation)
    {
        if (Text(typed) is not { } text)
        {
            return [new("note", CallTexts.NoNote)];
        }

        if (user.Rights.WriteScope == Scope.None)
        {
            return [new("note", CallTexts.MayNotWrite)];
        }

        if (await database.Set<Prospect>().AsTracking().FirstOrDefaultAsync(p => p.Id == id && p.CounterpartyId == null, cancellation) is not { } prospect)
        {
            return [new("note", CallTexts.ProspectGone)];
        }

        var note = string.Join('\n', new[] { prospect.Note, $"{LocalTime.DayOf(clock.GetUtcNow(), user.Zone):yyyy-MM-dd}: {text}" }.OfType<string>());
        if (note.Length > InteractionRule.TextLength)
        {
            return [new("note", RefusalTexts.TooLong, InteractionRule.TextLength, note.Length)];
        }

        prospect.Note = note;
        audit.Note(database, "prospect.noted", "prospect", InteractionAudit.Id(id));
        await database.SaveChangesAsync(cancellation);
        return [];
    }

    /// <summary>Those still open, or all, latest first; the user's own unless their rights reach everybody's.</summary>
    public async Task<IReadOnlyList<ProspectLine>> ListAsync(bool all, long? before, int limit, CancellationToken cancellation) =>
        await (from p in Reachable()
               where (all || p.CounterpartyId == null) && (before == null || p.Id < before)
               join u in database.Set<UserAccount>() on p.ResponsibleId equals u.Id into users
               from u in users.DefaultIfEmpty()
               join c in database.Set<Mirror.Records.CounterpartyRecord>() on p.CounterpartyId equals c.Id into counterparties
               from c in counterparties.DefaultIfEmpty()
               orderby p.Id descending
               select new ProspectLine(p, u.Name, c.Name)).Take(limit).ToListAsync(cancellation);

    /// <summary>Says which counterparty of the ERP a prospect turned out to be. Once: another is not put in its place.</summary>
    /// <returns>False when there is no such open prospect within reach.</returns>
    public async Task<bool> LinkAsync(long id, long counterpartyId, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var changed = await Reachable().Where(p => p.Id == id && p.CounterpartyId == null).ExecuteUpdateAsync(p => p.SetProperty(x => x.CounterpartyId, counterpartyId), cancellation);
        if (changed > 0)
        {
            audit.Note(database, "prospect.linked", "prospect", InteractionAudit.Id(id), $"{{\"counterpartyId\":[null,{InteractionAudit.Id(counterpartyId)}]}}");
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
        return changed > 0;
    }

    private IQueryable<Prospect> Reachable() => user.Rights.ReadScope switch
    {
        Scope.All => database.Set<Prospect>(),
        Scope.None => database.Set<Prospect>().Where(_ => false),
        Scope.Team => database.Set<Prospect>().Where(p => database.Set<UserAccount>().Any(u => u.Id == p.ResponsibleId && (u.Id == user.Id || user.Team.Contains(u.Login)))),
        _ => database.Set<Prospect>().Where(p => p.ResponsibleId == user.Id),
    };

    private static IEnumerable<Refusal> Lengths(NewProspect typed)
    {
        (string Field, string? Text, int Longest)[] texts =
        [
            ("name", typed.Name, InteractionRule.LineLength), ("company", typed.Company, InteractionRule.LineLength), ("phone", typed.Phone, 100),
            ("note", typed.Note, InteractionRule.TextLength), ("source", typed.Source, InteractionRule.LineLength),
        ];
        return texts.Where(t => t.Text?.Length > t.Longest).Select(t => new Refusal(t.Field, RefusalTexts.TooLong, t.Longest, t.Text!.Length));
    }

    private static string? Text(string? typed) => string.IsNullOrWhiteSpace(typed) ? null : CleanText.Of(typed.Trim());
}
