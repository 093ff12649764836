using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What hangs on one interaction.</summary>
/// <param name="Changes">Latest first.</param>
/// <param name="Tasks">Its checklist.</param>
/// <param name="Files">Attached ones.</param>
/// <param name="Orders">Orders that it is about.</param>
/// <param name="Following">Open interactions of its series, this one included; 0 when it is in none.</param>
/// <param name="CallNumber">The number of the call that it was logged from.</param>
/// <param name="Outside">Names of the contact persons who take part, those who have left included; the CRM's own with a minus before their number.</param>
public sealed record InteractionSide(
    IReadOnlyList<InteractionChange> Changes, IReadOnlyList<InteractionTask> Tasks, IReadOnlyList<InteractionFile> Files, IReadOnlyList<Choice> Orders, int Following, string? CallNumber, IReadOnlyList<Choice> Outside);

/// <summary>Reads what hangs on an interaction that the caller may read.</summary>
internal sealed class InteractionSides(CrmDbContext database, InteractionHistory history, InteractionTasks tasks, InteractionFiles files)
{
    public async Task<InteractionSide> ReadAsync(Interaction of, CancellationToken cancellation) => new(
        await history.ReadAsync(of.Id, cancellation),
        await tasks.ReadAsync(of.Id, cancellation),
        await files.ReadAsync(of.Id, cancellation),
        await (from o in database.Set<InteractionOrder>()
               where o.InteractionId == of.Id
               join s in database.Set<SalesOrderRecord>() on o.OrderId equals s.Id
               orderby s.Date descending, s.Id
               select new Choice(s.Id, s.Number ?? "–")).Take(50).ToListAsync(cancellation),
        of.SeriesId is not { } series ? 0 : await database.Set<Interaction>().CountAsync(i => i.SeriesId == series && i.State == InteractionState.Planned && i.At >= of.At, cancellation),
        of.CallId is not { } call ? null : await database.Set<Calls.PhoneCall>().Where(c => c.Id == call).Select(c => c.Number).FirstOrDefaultAsync(cancellation),
        await OutsideAsync([.. of.Persons.Select(p => p.PersonId).OfType<long>()], [.. of.Persons.Select(p => p.CardId).OfType<long>()], cancellation));

    private async Task<IReadOnlyList<Choice>> OutsideAsync(IReadOnlyList<long> persons, IReadOnlyList<long> cards, CancellationToken cancellation) =>
    [
        .. persons.Count == 0 ? [] : await database.Set<ContactPersonRecord>().Where(p => persons.Contains(p.Id)).Take(InteractionRule.Rows).Select(p => new Choice(p.Id, p.Name)).ToListAsync(cancellation),
        .. cards.Count == 0 ? [] : await database.Set<People.PersonCard>().Where(c => cards.Contains(c.Id)).Take(InteractionRule.Rows).Select(c => new Choice(-c.Id, c.Name)).ToListAsync(cancellation),
    ];
}
