using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What hangs on a new interaction besides its participants: checklist, orders, and the rest of its series.</summary>
internal sealed class InteractionAdditions(CrmDbContext database, InteractionConflicts conflicts, AuditLog audit)
{
    private const int MostOrders = 20;

    /// <summary>The counterparty's orders with these numbers.</summary>
    public async Task<(IReadOnlyList<long> Ids, IReadOnlyList<Refusal> Refusals)> OrdersAsync(InteractionDraft draft, CancellationToken cancellation)
    {
        var numbers = (draft.Orders ?? []).Distinct(StringComparer.Ordinal).ToList();
        if (numbers.Count > MostOrders)
        {
            return ([], [new("orders", RefusalTexts.TooMany, MostOrders)]);
        }

        if (numbers.Count == 0)
        {
            return ([], []);
        }

        var known = await database.Set<SalesOrderRecord>().Where(o => o.CounterpartyId == draft.CounterpartyId && numbers.Contains(o.Number!)).Select(o => new { o.Id, o.Number }).ToListAsync(cancellation);
        return ([.. known.Select(o => o.Id).Distinct()], [.. numbers.Where(n => known.All(o => o.Number != n)).Take(1).Select(n => new Refusal("orders", RefusalTexts.OrderUnknown, n.Length > 100 ? n[..100] : n))]);
    }

    /// <summary>Makes the orders of an interaction these; what they were goes to the audit log. Call in a transaction, before it is saved.</summary>
    public async Task PutOrdersAsync(long interactionId, IReadOnlyList<long> orders, CancellationToken cancellation)
    {
        var there = await database.Set<InteractionOrder>().AsTracking().Where(o => o.InteractionId == interactionId).ToListAsync(cancellation);
        var before = there.Select(o => o.OrderId).ToHashSet();
        if (before.SetEquals(orders))
        {
            return;
        }

        database.RemoveRange(there.Where(o => !orders.Contains(o.OrderId)));
        database.AddRange(orders.Where(o => !before.Contains(o)).Select(o => new InteractionOrder { InteractionId = interactionId, OrderId = o }));
        var numbers = await database.Set<SalesOrderRecord>().Where(o => before.Contains(o.Id) || orders.Contains(o.Id)).ToDictionaryAsync(o => o.Id, o => o.Number ?? "–", cancellation);
        string? Named(IEnumerable<long> ids) => string.Join(", ", ids.Order().Select(i => numbers.GetValueOrDefault(i, "–"))) is { Length: > 0 } text ? text : null;
        audit.Note(database, "interaction.orders", "interaction", InteractionAudit.Id(interactionId), InteractionAudit.Change("orders", Named(before), Named(orders)));
    }

    /// <summary>The interactions that follow the first of a series, each with its participants; and what stands in their way.</summary>
    public async Task<(IReadOnlyList<Interaction> Following, IReadOnlyList<Refusal> Refusals)> FollowingAsync(Interaction first, InteractionDraft draft, TimeZoneInfo zone, DateTimeOffset now, CancellationToken cancellation)
    {
        if (draft.Repeat is not { } repeat)
        {
            return ([], []);
        }

        var following = new List<Interaction>();
        var refusals = new List<Refusal>();
        first.Repeat = repeat;
        foreach (var start in SeriesRule.Starts(first.PlannedStart!.Value, repeat, draft.RepeatCount ?? 2, zone).Skip(1))
        {
            var next = InteractionText.New(first.CounterpartyId, InteractionState.Planned, first.ResponsibleId, first.CreatedBy, now);
            InteractionText.Apply(draft with { PlannedStart = start, PlannedEnd = start + (first.PlannedEnd - first.PlannedStart), CallId = null }, next, now);
            InteractionParticipants.Apply(draft, next);
            next.BasisOrderId = first.BasisOrderId;
            next.Repeat = repeat;
            if (InteractionConflicts.Among(following.Count == 0 ? first : following[^1], next) is { } overlap)
            {
                return ([], [overlap]);
            }

            following.Add(next);
            if (refusals.Count == 0)
            {
                refusals.AddRange((await conflicts.FindAsync(next, cancellation)).Select(r => new Refusal("repeat", r.Text, r.Arguments)));
            }
        }

        return (following, refusals);
    }

    /// <summary>Call when every interaction has its number.</summary>
    public void Add(Interaction first, IReadOnlyList<Interaction> following, InteractionDraft draft, IReadOnlyList<long> orders)
    {
        foreach (var interaction in following.Prepend(first))
        {
            interaction.SeriesId = following.Count > 0 ? first.Id : null;
            database.AddRange((draft.Checklist ?? []).Select((text, no) => new InteractionTask { InteractionId = interaction.Id, No = no, Text = text }));
            database.AddRange(orders.Select(o => new InteractionOrder { InteractionId = interaction.Id, OrderId = o }));
        }
    }
}
