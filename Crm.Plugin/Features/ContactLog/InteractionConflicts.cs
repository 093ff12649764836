using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Finds what stands in the way of a planned interaction: its room is reserved, somebody is in another meeting, or away.</summary>
internal sealed class InteractionConflicts(CrmDbContext database, DatabaseOptions options, InternalConflicts internals)
{
    // Any number will do, as long as nothing else in this database locks it.
    private const long PlanLock = 0x43524D_0030;

    /// <summary>Whether two plans could be in each other's way at all.</summary>
    public static bool Matter(Interaction plan) => plan.State == InteractionState.Planned && (plan.Kind == InteractionKind.Meeting || plan.RoomFolded is not null);

    /// <summary>When a plan is over: half an hour after it begins where nobody said.</summary>
    public static DateTimeOffset End(DateTimeOffset start, DateTimeOffset? end) => end > start ? end.Value : start + InteractionRule.UsualMeeting;

    /// <summary>Whether one of a series would still be going on when the next begins: both need the same room and the same people.</summary>
    public static Refusal? Among(Interaction before, Interaction next) =>
        Matter(next) && next.PlannedStart < End(before.PlannedStart!.Value, before.PlannedEnd)
            ? new("repeat", RefusalTexts.SeriesOverlaps, next.PlannedStart!.Value, End(before.PlannedStart!.Value, before.PlannedEnd)) : null;

    /// <summary>Looks for conflicts; call within the transaction that saves the plan.</summary>
    /// <remarks>SQLite's write transactions exclude each other anyway; PostgreSQL's are made to, so that two plans made at once cannot both win.</remarks>
    public async Task<IReadOnlyList<Refusal>> FindAsync(Interaction plan, CancellationToken cancellation)
    {
        if (plan.State != InteractionState.Planned)
        {
            return [];
        }

        long[] users = [.. plan.Users.Select(u => u.UserId), plan.ResponsibleId];
        var (start, end) = (plan.PlannedStart!.Value, End(plan.PlannedStart!.Value, plan.PlannedEnd));
        var refusals = new List<Refusal>();
        // An absence that was entered later stops nobody from writing down what such a plan is about.
        if (IsPutAnew(plan))
        {
            refusals.AddRange(await internals.AbsencesAsync(users, start, end, u => u == plan.ResponsibleId ? "plannedStart" : "users", 0, cancellation));
        }

        if (!Matter(plan))
        {
            return refusals;
        }

        await LockAsync(cancellation);
        if (plan.RoomFolded is { } room && await RoomAsync(plan.Room!, room, start, end, plan.Id, 0, cancellation) is { } taken)
        {
            refusals.Add(taken);
        }

        if (plan.Kind == InteractionKind.Meeting)
        {
            refusals.AddRange(await BusyAsync(users, start, end, plan.ResponsibleId, plan.Id, 0, cancellation));
        }

        return refusals;
    }

    /// <summary>The same for what concerns no counterparty.</summary>
    public async Task<IReadOnlyList<Refusal>> FindAsync(InternalPlan plan, CancellationToken cancellation)
    {
        long[] users = [.. plan.Users.Select(u => u.UserId), plan.OwnerId];
        var start = plan.IsAbsence ? "firstDay" : "plannedStart";
        await LockAsync(cancellation);
        var refusals = new List<Refusal>(await internals.AbsencesAsync(users, plan.StartsAt, plan.EndsAt, u => u == plan.OwnerId ? start : "users", plan.Id, cancellation));
        if (plan.RoomFolded is { } room && await RoomAsync(plan.Room!, room, plan.StartsAt, plan.EndsAt, 0, plan.Id, cancellation) is { } taken)
        {
            refusals.Add(taken);
        }

        if (plan.Kind == InternalKind.Meeting)
        {
            refusals.AddRange(await BusyAsync(users, plan.StartsAt, plan.EndsAt, plan.OwnerId, 0, plan.Id, cancellation));
        }

        return refusals;
    }

    /// <summary>Whether somebody is away when a next step would be due.</summary>
    public async Task<IReadOnlyList<Refusal>> NextAsync(long responsible, DateTimeOffset? at, CancellationToken cancellation) =>
        at is not { } start ? [] : await internals.AbsencesAsync([responsible], start, End(start, null), _ => "nextStep", 0, cancellation);

    /// <summary>New, at another time, or with other people.</summary>
    private bool IsPutAnew(Interaction plan)
    {
        var entry = database.Entry(plan);
        return entry.State is not (EntityState.Unchanged or EntityState.Modified)
            || entry.Property(p => p.PlannedStart).IsModified || entry.Property(p => p.PlannedEnd).IsModified || entry.Property(p => p.ResponsibleId).IsModified
            || plan.Users.Any(u => database.Entry(u).State is EntityState.Added or EntityState.Detached);
    }

    private async Task LockAsync(CancellationToken cancellation)
    {
        if (options.Kind == DatabaseKind.PostgreSql)
        {
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PlanLock})", cancellation);
        }
    }

    /// <summary>Interactions of that time, but for one.</summary>
    private IQueryable<Interaction> Overlapping(DateTimeOffset start, DateTimeOffset end, long except)
    {
        var (earliest, began) = (start - InteractionRule.Longest, start - InteractionRule.UsualMeeting);
        // What has no end, or ends as it begins, lasts as long as a meeting does when nobody says.
        return database.Set<Interaction>().Where(i => i.State == InteractionState.Planned && i.At > earliest && i.At < end && i.Id != except
            && (i.PlannedEnd > i.PlannedStart ? i.PlannedEnd > start : i.PlannedStart > began));
    }

    private async Task<Refusal?> RoomAsync(string room, string folded, DateTimeOffset start, DateTimeOffset end, long except, long exceptInternal, CancellationToken cancellation) =>
        await Overlapping(start, end, except).Where(i => i.RoomFolded == folded).OrderBy(i => i.At).FirstOrDefaultAsync(cancellation) is { } other
            ? new("room", RefusalTexts.RoomTaken, room, other.PlannedStart!.Value, End(other.PlannedStart!.Value, other.PlannedEnd))
            : await internals.RoomAsync(room, folded, start, end, exceptInternal, cancellation);

    private async Task<List<Refusal>> BusyAsync(IReadOnlyList<long> wanted, DateTimeOffset start, DateTimeOffset end, long responsible, long except, long exceptInternal, CancellationToken cancellation)
    {
        var meetings = Overlapping(start, end, except).Where(i => i.Kind == InteractionKind.Meeting);
        var busy = await (
            from u in database.Set<UserAccount>()
            where wanted.Contains(u.Id)
            from i in meetings
            where i.ResponsibleId == u.Id || database.Set<InteractionUser>().Any(p => p.InteractionId == i.Id && p.UserId == u.Id)
            orderby u.Name, i.At
            select new { u.Id, u.Name, i.PlannedStart, i.PlannedEnd }).Take(InteractionRule.Rows).ToListAsync(cancellation);
        return
        [
            .. busy.DistinctBy(b => b.Id).Select(b => new Refusal(Field(b.Id), RefusalTexts.UserBusy, b.Name, b.PlannedStart!.Value, End(b.PlannedStart!.Value, b.PlannedEnd))),
            .. await internals.BusyAsync([.. wanted.Except(busy.Select(b => b.Id))], start, end, Field, exceptInternal, cancellation),
        ];

        string Field(long id) => id == responsible ? "plannedStart" : "users";
    }
}
