using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calendar;

/// <summary>A counterparty without a next step.</summary>
public sealed record AdriftLine(long Id, string Name, string NameFolded, DateTimeOffset LastAt);

/// <summary>What stands behind the figures of the control of plans, as far as the reader's rights reach.</summary>
internal sealed class ControlLists(CrmDbContext database, InteractionStore interactions, CurrentUser user)
{
    /// <summary>A user's open plans of a column, by time.</summary>
    /// <param name="of">The responsible user.</param>
    /// <param name="part">Not <see cref="ControlPart.Adrift"/>.</param>
    /// <param name="now">The present instant.</param>
    /// <param name="after">The last row of the page before; null from the beginning.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<IReadOnlyList<InteractionEntry>> PlansAsync(long of, ControlPart part, DateTimeOffset now, InteractionCursor? after, int limit, CancellationToken cancellation)
    {
        var (from, before) = ControlRule.Range(part, now, user.Zone);
        var open = interactions.Readable().Where(i => i.State == InteractionState.Planned && i.ResponsibleId == of && i.At < before);
        if (from is { } first)
        {
            open = open.Where(i => i.At >= first);
        }

        if (after is { } cursor)
        {
            // The first condition alone bounds the index; the second only parts entries of the same instant.
            var (at, id) = (cursor.At, cursor.Id);
            open = open.Where(i => i.At >= at).Where(i => i.At > at || i.Id > id);
        }

        var rows = await interactions.Entries(open.OrderBy(i => i.At).ThenBy(i => i.Id).Take(limit)).ToListAsync(cancellation);
        return [.. rows.OrderBy(e => e.At).ThenBy(e => e.Id)];
    }

    /// <summary>Counterparties that a user was in touch with lately and for whom nobody has planned anything, by name.</summary>
    public async Task<IReadOnlyList<AdriftLine>> AdriftAsync(long of, DateTimeOffset now, (string Name, long Id)? after, int limit, CancellationToken cancellation) => await database.ReadAsync(
        $"""
        SELECT c.id, c.name, c.name_folded, d.last FROM (
            SELECT i.counterparty_id, MAX(i.at) AS last FROM interaction i WHERE i.responsible_id = @of AND i.state = 1 AND i.at >= @since GROUP BY i.counterparty_id) d
        JOIN counterparty c ON c.id = d.counterparty_id
        WHERE NOT EXISTS (SELECT 1 FROM interaction p WHERE p.counterparty_id = c.id AND p.state = 0) AND {Reach.Sql(user.Rights.ReadScope, "c", user)} AND (c.name_folded, c.id) > (@name, @id)
        ORDER BY c.name_folded, c.id LIMIT @limit
        """,
        [
            ("@of", of), ("@since", Instant.ToMicroseconds(now.AddDays(-ControlRule.AdriftDays))), ("@name", after?.Name ?? ""), ("@id", after?.Id ?? 0), ("@limit", limit),
            .. Reach.Parameters(user.Rights.ReadScope, user),
        ],
        row => new AdriftLine(row.GetInt64(0), row.GetString(1), row.GetString(2), Instant.FromMicroseconds(row.GetInt64(3))), cancellation);
}
