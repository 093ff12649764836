using Crm.Contracts;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>A prospect as the list shows it.</summary>
/// <param name="Number">Place in the list.</param>
/// <param name="Id">Number of its counterparty.</param>
/// <param name="OtherId">The record of the ERP that it turned out to be, where that had come first.</param>
/// <param name="Other">Its name.</param>
/// <param name="NextStep">Subject of the next planned contact; "" when it has none.</param>
/// <param name="NextAt">When; null without one.</param>
/// <param name="LastAt">The last contact that happened.</param>
public sealed record ProspectLine(
    long Number, long Id, string Name, string Mechanisms, string? City, ProspectState State, ProspectFate Fate, string? Source, string? Note, string? Reason, string? Responsible, string? ManagerLogin,
    DateTimeOffset CreatedAt, DateTimeOffset? ClosedAt, long? OtherId, string? Other, string? NextStep, DateTimeOffset? NextAt, DateTimeOffset? LastAt)
{
    public string? Phone => First(ContactMechanismKind.Phone);

    public string? Email => First(ContactMechanismKind.Email);

    private string? First(ContactMechanismKind kind) => MirrorJson.ReadMechanisms(Mechanisms).FirstOrDefault(m => m.Kind == kind)?.Value;
}

/// <summary>What the list is narrowed to.</summary>
/// <param name="State">Null for all.</param>
/// <param name="Text">Words of the name; "" for all.</param>
/// <param name="Responsible">Null for everybody's.</param>
/// <param name="WithoutNextStep">Only those for which nothing is planned.</param>
public sealed record ProspectFilter(ProspectState? State, string Text, long? Responsible, bool WithoutNextStep);

/// <summary>Reads the list of prospects, latest first, within the reader's rights.</summary>
internal sealed class ProspectList(CrmDbContext database, CurrentUser user)
{
    /// <param name="filter">What to show.</param>
    /// <param name="before">Number of the last row of the page before.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellation">Stops reading.</param>
    public Task<List<ProspectLine>> ReadAsync(ProspectFilter filter, long? before, int limit, CancellationToken cancellation)
    {
        var words = SearchText.Fold(filter.Text).Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(10).ToList();
        var contains = database.Database.IsSqlite() ? "instr(c.name_folded, @word{0}) > 0" : "strpos(c.name_folded, @word{0}) > 0";
        string[] conditions =
        [
            filter.State is null ? "1 = 1" : "p.state = @state",
            filter.Responsible is null ? "1 = 1" : "p.responsible_id = @responsible",
            filter.WithoutNextStep ? "NOT EXISTS (SELECT 1 FROM interaction i WHERE i.counterparty_id = c.id AND i.state = 0)" : "1 = 1",
            .. words.Select((_, i) => string.Format(System.Globalization.CultureInfo.InvariantCulture, contains, i)),
            Reach.Sql(user.Rights.ReadScope, "c", user),
        ];
        // What a prospect became is shown with the contacts that moved there.
        return database.ReadAsync(
            $"""
            SELECT f.*, u.name, o.name,
                (SELECT COALESCE(i.subject, '') FROM interaction i WHERE i.counterparty_id = COALESCE(f.other_id, f.party) AND i.state = 0 ORDER BY i.at, i.id LIMIT 1),
                (SELECT MIN(i.at) FROM interaction i WHERE i.counterparty_id = COALESCE(f.other_id, f.party) AND i.state = 0),
                (SELECT MAX(i.at) FROM interaction i WHERE i.counterparty_id = COALESCE(f.other_id, f.party) AND i.state = 1)
            FROM (
                SELECT p.id, c.id AS party, c.name, c.mechanisms, c.city, p.state, p.fate, p.source, p.note, p.reason, c.manager_login, p.created_at, p.closed_at, p.other_id, p.responsible_id
                FROM prospect p JOIN counterparty c ON c.id = p.counterparty_id
                WHERE p.id < @before AND {string.Join(" AND ", conditions)} ORDER BY p.id DESC LIMIT @limit
            ) f LEFT JOIN user_account u ON u.id = f.responsible_id LEFT JOIN counterparty o ON o.id = f.other_id ORDER BY f.id DESC
            """,
            [
                ("@before", before ?? long.MaxValue), ("@limit", limit), ("@state", (int)(filter.State ?? 0)), ("@responsible", filter.Responsible ?? 0),
                .. words.Select((w, i) => ($"@word{i}", (object?)w)), .. Reach.Parameters(user.Rights.ReadScope, user),
            ],
            row => new ProspectLine(
                row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.Text(4), (ProspectState)row.GetInt32(5), (ProspectFate)row.GetInt32(6), row.Text(7), row.Text(8), row.Text(9),
                row.Text(15), row.Text(10), Instant.FromMicroseconds(row.GetInt64(11)), row.InstantOrNull(12), row.Long(13), row.Text(16), row.Text(17), row.InstantOrNull(18), row.InstantOrNull(19)),
            cancellation);
    }
}
