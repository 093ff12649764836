using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Finds what stands in the way of a planned interaction: its room is reserved, or somebody is in another meeting.</summary>
internal sealed class InteractionConflicts(CrmDbContext database, DatabaseOptions options)
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
        if (!Matter(plan))
        {
            return [];
        }

        if (options.Kind == DatabaseKind.PostgreSql)
        {
            await database.Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({PlanLock})", cancellation);
        }

        var (start, end) = (plan.PlannedStart!.Value, End(plan.PlannedStart!.Value, plan.PlannedEnd));
        var (earliest, began) = (start - InteractionRule.Longest, start - InteractionRule.UsualMeeting);
        // What has no end, or ends as it begins, lasts as long as a meeting does when nobody says.
        var overlapping = database.Set<Interaction>().Where(i => i.State == InteractionState.Planned && i.At > earliest && i.At < end && i.Id != plan.Id
            && (i.PlannedEnd > i.PlannedStart ? i.PlannedEnd > start : i.PlannedStart > began));
        var refusals = new List<Refusal>();
        if (plan.RoomFolded is { } room && await overlapping.Where(i => i.RoomFolded == room).OrderBy(i => i.At).FirstOrDefaultAsync(cancellation) is { } other)
        {
            refusals.Add(new("room", RefusalTexts.RoomTaken, plan.Room!, other.PlannedStart!.Value, End(other.PlannedStart!.Value, other.PlannedEnd)));
        }

        if (plan.Kind == InteractionKind.Meeting)
        {
            refusals.AddRange(await BusyAsync(plan, overlapping, cancellation));
        }

        return refusals;
    }

    private async Task<List<Refusal>> BusyAsync(Interaction plan, IQueryable<Interaction> overlapping, CancellationToken cancellation)
    {
        var wanted = plan.Users.Select(u => u.UserId).Append(plan.ResponsibleId).ToList();
        var meetings = overlapping.Where(i => i.Kind == InteractionKind.Meeting);
        var busy = await (
            from u in database.Set<UserAccount>()
            where wanted.Contains(u.Id)
            from i in meetings
            where i.ResponsibleId == u.Id || database.Set<InteractionUser>().Any(p => p.InteractionId == i.Id && p.UserId == u.Id)
            orderby u.Name, i.At
            select new { u.Id, u.Name, i.PlannedStart, i.PlannedEnd }).Take(InteractionRule.Rows).ToListAsync(cancellation);
        return [.. busy.DistinctBy(b => b.Id).Select(b => new Refusal(
            b.Id == plan.ResponsibleId ? "plannedStart" : "users", RefusalTexts.UserBusy, b.Name, b.PlannedStart!.Value, End(b.PlannedStart!.Value, b.PlannedEnd)))];
    }
}
