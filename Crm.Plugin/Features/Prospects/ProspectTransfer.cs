using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Searching;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>
/// Makes counterparties of the prospects that older versions kept in a table of their own. Each in a transaction: killed at any moment,
/// the next start goes on; two processes at once make one of each.
/// </summary>
internal static class ProspectTransfer
{
    private const int Part = 200;

    private sealed record Before(
        long Id, string Name, string? Company, string? Phone, string? Note, string? Source, long ResponsibleId, long? CallId, long? CounterpartyId, long CreatedBy, DateTimeOffset CreatedAt);

    public static async Task RunAsync(CrmDbContext database, DateTimeOffset now, CancellationToken cancellation)
    {
        while (true)
        {
            var waiting = await database.ReadAsync(
                $"SELECT id, name, company, phone, note, source, responsible_id, call_id, counterparty_id, created_by, created_at FROM prospect_before ORDER BY id LIMIT {Part}",
                [],
                row => new Before(
                    row.GetInt64(0), row.GetString(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.GetInt64(6), row.Long(7), row.Long(8), row.GetInt64(9), Instant.FromMicroseconds(row.GetInt64(10))),
                cancellation);
            if (waiting.Count == 0)
            {
                return;
            }

            foreach (var before in waiting)
            {
                await MoveAsync(database, before, now, cancellation);
                database.ChangeTracker.Clear();
            }
        }
    }

    private static async Task MoveAsync(CrmDbContext database, Before before, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        if (await database.Database.ExecuteSqlAsync($"DELETE FROM prospect_before WHERE id = {before.Id}", cancellation) == 0)
        {
            return; // another process was faster
        }

        var name = before.Company ?? before.Name;
        var draft = new ProspectDraft { Name = name, Mechanisms = before.Phone is { } phone ? [new(ContactMechanismKind.Phone, phone)] : [] };
        var manager = await database.Set<UserAccount>().Where(u => u.Id == before.ResponsibleId).Select(u => u.Login).FirstOrDefaultAsync(cancellation);
        var party = ProspectParty.New(draft, manager, before.CreatedAt, DateOnly.FromDateTime(before.CreatedAt.UtcDateTime));
        party.GoneAt = before.CounterpartyId is null ? null : before.CreatedAt;
        database.Add(party);
        await database.SaveChangesAsync(cancellation);
        database.Add(new Prospect
        {
            CounterpartyId = party.Id,
            OtherId = before.CounterpartyId,
            State = before.CounterpartyId is null ? ProspectState.Open : ProspectState.Converted,
            Source = before.Source,
            Note = before.Note,
            ResponsibleId = before.ResponsibleId,
            CallId = before.CallId,
            CreatedBy = before.CreatedBy,
            CreatedAt = before.CreatedAt,
            ClosedAt = before.CounterpartyId is null ? null : before.CreatedAt,
        });
        database.Add(new AuditEntry { At = now, Action = "prospect.transferred", Subject = "counterparty", SubjectId = InteractionAudit.Id(party.Id) });
        await database.SaveChangesAsync(cancellation);
        if (before.Name != name)
        {
            await ProspectPerson.AddAsync(database, party.Id, before.Name, before.CreatedBy, before.CreatedAt, cancellation);
        }

        await database.Database.ExecuteSqlAsync($"UPDATE phone_call SET counterparty_id = {before.CounterpartyId ?? party.Id}, prospect_id = NULL WHERE prospect_id = {before.Id}", cancellation);
        await SearchFollow.MarkAsync(database, party.Id, null, null, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}

/// <summary>Who speaks for a prospect.</summary>
internal static class ProspectPerson
{
    /// <summary>In the caller's transaction.</summary>
    public static async Task AddAsync(CrmDbContext database, long counterpartyId, string name, long by, DateTimeOffset at, CancellationToken cancellation)
    {
        var card = new PersonCard { Name = CleanText.Of(name), NameFolded = SearchText.Fold(name), CreatedBy = by, CreatedAt = at };
        database.Add(card);
        await database.SaveChangesAsync(cancellation);
        database.Add(new PersonPlace { PersonCardId = card.Id, CounterpartyId = counterpartyId });
        await database.SaveChangesAsync(cancellation);
    }
}
