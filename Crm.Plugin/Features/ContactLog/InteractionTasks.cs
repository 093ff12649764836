using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>The checklist of an interaction: items are added and ticked, never lost.</summary>
internal sealed class InteractionTasks(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    public Task<List<InteractionTask>> ReadAsync(long interactionId, CancellationToken cancellation) =>
        database.Set<InteractionTask>().Where(t => t.InteractionId == interactionId).OrderBy(t => t.No).Take(InteractionRule.Rows).ToListAsync(cancellation);

    /// <summary>Adds items at the end.</summary>
    /// <returns>Why it was refused; empty when they are kept.</returns>
    public async Task<IReadOnlyList<Refusal>> AddAsync(long interactionId, IReadOnlyList<string> items, CancellationToken cancellation)
    {
        var there = await ReadAsync(interactionId, cancellation);
        if (InteractionRule.CheckList(items, there.Count) is { Count: > 0 } refusals)
        {
            return refusals;
        }

        var next = there.Count == 0 ? 0 : there[^1].No + 1;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        database.AddRange(items.Select((text, i) => new InteractionTask { InteractionId = interactionId, No = next + i, Text = text }));
        audit.Note(database, "interaction.checklist-added", "interaction", InteractionAudit.Id(interactionId), InteractionAudit.Change("checklist", null, string.Join("; ", items)));
        await database.SaveChangesAsync(cancellation);
        await InteractionWords.AddAsync(database, interactionId, items, cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    /// <summary>
    /// Makes the checklist this one: ticks change, new items go to its end. Call in a transaction, before it is saved.
    /// </summary>
    public async Task PutAsync(Interaction of, IReadOnlyList<ChecklistItem> wanted, CancellationToken cancellation)
    {
        var there = await database.Set<InteractionTask>().AsTracking().Where(t => t.InteractionId == of.Id).OrderBy(t => t.No).ToListAsync(cancellation);
        var left = there.ToList();
        var added = new List<string>();
        foreach (var item in wanted)
        {
            var task = left.FirstOrDefault(t => t.Text == item.Text);
            if (task is null)
            {
                task = new InteractionTask { InteractionId = of.Id, No = there.Count == 0 ? 0 : there[^1].No + 1, Text = item.Text };
                database.Add(task);
                there.Add(task);
                added.Add(item.Text);
            }

            left.Remove(task);
            if (task.DoneAt is not null != item.IsDone)
            {
                task.DoneAt = item.IsDone ? clock.GetUtcNow() : null;
                task.DoneBy = item.IsDone ? user.Id : null;
                audit.Note(database, item.IsDone ? "interaction.prepared" : "interaction.unprepared", "interaction", InteractionAudit.Id(of.Id));
            }
        }

        if (added.Count > 0)
        {
            audit.Note(database, "interaction.checklist-added", "interaction", InteractionAudit.Id(of.Id), InteractionAudit.Change("checklist", null, string.Join("; ", added)));
            of.TextFolded += " " + Search.SearchText.Fold(string.Join(' ', added));
        }
    }

    /// <summary>What is wrong with a whole checklist: too long, or an item of the stored one is not in it, which would be lost.</summary>
    public async Task<IReadOnlyList<Refusal>> CheckAsync(long interactionId, IReadOnlyList<ChecklistItem> wanted, CancellationToken cancellation)
    {
        if (wanted.Any(w => string.IsNullOrWhiteSpace(w.Text)))
        {
            return [new("checklist", RefusalTexts.EmptyItem)];
        }

        if (InteractionRule.CheckList([.. wanted.Select(w => w.Text)], 0) is { Count: > 0 } refusals)
        {
            return refusals;
        }

        var missing = (await ReadAsync(interactionId, cancellation)).GroupBy(t => t.Text, StringComparer.Ordinal).FirstOrDefault(g => wanted.Count(w => w.Text == g.Key) < g.Count());
        return missing is null ? [] : [new("checklist", RefusalTexts.ItemLeftOut, missing.Key)];
    }

    /// <summary>Ticks an item, or takes the tick off.</summary>
    public async Task TickAsync(long interactionId, int no, bool isDone, CancellationToken cancellation)
    {
        DateTimeOffset? at = isDone ? clock.GetUtcNow() : null;
        long? by = isDone ? user.Id : null;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Set<InteractionTask>().Where(t => t.InteractionId == interactionId && t.No == no && t.DoneAt == null == isDone)
            .ExecuteUpdateAsync(t => t.SetProperty(x => x.DoneAt, at).SetProperty(x => x.DoneBy, by), cancellation) > 0)
        {
            audit.Note(database, isDone ? "interaction.prepared" : "interaction.unprepared", "interaction", InteractionAudit.Id(interactionId));
            await database.SaveChangesAsync(cancellation);
        }

        await transaction.CommitAsync(cancellation);
    }
}
