using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Finds what internal plans stand in the way of another plan: somebody is away or in an internal meeting, or the room is taken.</summary>
internal sealed class InternalConflicts(CrmDbContext database, CurrentUser user)
{
    /// <summary>Everybody of some who is away in that time.</summary>
    /// <param name="users">Who is wanted.</param>
    /// <param name="start">First instant.</param>
    /// <param name="end">Behind the last.</param>
    /// <param name="field">The field that a refusal is told at, by user.</param>
    /// <param name="except">An absence that is changed itself.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<Refusal>> AbsencesAsync(
        IReadOnlyCollection<long> users, DateTimeOffset start, DateTimeOffset end, Func<long, string> field, long except, CancellationToken cancellation)
    {
        var since = start - InternalPlanRule.LongestAbsence;
        var away = await (
            from p in database.Set<InternalPlan>()
            where users.Contains(p.OwnerId) && p.Kind >= InternalKind.Holiday && p.State != InternalState.Cancelled && p.StartsAt > since && p.StartsAt < end && p.EndsAt > start && p.Id != except
            join u in database.Set<UserAccount>() on p.OwnerId equals u.Id
            orderby u.Name, p.StartsAt
            select new { u.Id, u.Name, p.Kind, p.CreatedBy, p.StartsAt, p.EndsAt }).Take(InteractionRule.Rows).ToListAsync(cancellation);
        return [.. away.DistinctBy(a => a.Id).Select(a => new Refusal(
            field(a.Id), InternalRights.Sees(user, a.Id, a.CreatedBy) ? Why(a.Kind) : RefusalTexts.Away, a.Name, a.StartsAt, a.EndsAt.AddMinutes(-1)))];
    }

    /// <summary>An internal plan that has this room in that time.</summary>
    public async Task<Refusal?> RoomAsync(string room, string folded, DateTimeOffset start, DateTimeOffset end, long except, CancellationToken cancellation) =>
        await Overlapping(start, end, except).Where(p => p.RoomFolded == folded).OrderBy(p => p.StartsAt).FirstOrDefaultAsync(cancellation) is { } other
            ? new("room", RefusalTexts.RoomTaken, room, other.StartsAt, other.EndsAt) : null;

    /// <summary>Everybody of some who is in an internal meeting in that time.</summary>
    public async Task<IReadOnlyList<Refusal>> BusyAsync(
        IReadOnlyCollection<long> users, DateTimeOffset start, DateTimeOffset end, Func<long, string> field, long except, CancellationToken cancellation)
    {
        var meetings = Overlapping(start, end, except).Where(p => p.Kind == InternalKind.Meeting);
        var busy = await (
            from u in database.Set<UserAccount>()
            where users.Contains(u.Id)
            from p in meetings
            where p.OwnerId == u.Id || database.Set<InternalPlanUser>().Any(x => x.InternalPlanId == p.Id && x.UserId == u.Id)
            orderby u.Name, p.StartsAt
            select new { u.Id, u.Name, p.StartsAt, p.EndsAt }).Take(InteractionRule.Rows).ToListAsync(cancellation);
        return [.. busy.DistinctBy(b => b.Id).Select(b => new Refusal(field(b.Id), RefusalTexts.UserBusy, b.Name, b.StartsAt, b.EndsAt))];
    }

    private IQueryable<InternalPlan> Overlapping(DateTimeOffset start, DateTimeOffset end, long except)
    {
        var since = start - InteractionRule.Longest;
        return database.Set<InternalPlan>().Where(p => p.State == InternalState.Planned && p.Kind < InternalKind.Holiday && p.StartsAt > since && p.StartsAt < end && p.EndsAt > start && p.Id != except);
    }

    private static string Why(InternalKind kind) => kind switch
    {
        InternalKind.Holiday => RefusalTexts.OnHoliday,
        InternalKind.Illness => RefusalTexts.Ill,
        _ => RefusalTexts.OnBusinessTrip,
    };
}

/// <summary>Who may know what an internal plan is. Everybody else only learns that somebody is busy.</summary>
internal static class InternalRights
{
    /// <summary>Whether a user reviews everybody's work.</summary>
    public static bool Reviews(CurrentUser user) => user.MayReview;

    /// <summary>Without looking at who takes part.</summary>
    public static bool Sees(CurrentUser user, long owner, long createdBy) => Reviews(user) || user.Id == owner || user.Id == createdBy;

    /// <summary>Whether a user may read all of it.</summary>
    public static bool MayRead(CurrentUser user, InternalPlan plan) => Sees(user, plan.OwnerId, plan.CreatedBy) || plan.Users.Any(u => u.UserId == user.Id);

    /// <summary>Whether a user may change it: whoever takes part may not.</summary>
    public static bool MayWrite(CurrentUser user, InternalPlan plan) => user.Rights.WriteScope != Scope.None && Sees(user, plan.OwnerId, plan.CreatedBy);
}
