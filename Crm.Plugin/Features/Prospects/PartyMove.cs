using Crm.Plugin.Features.Calls;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>
/// Moves everything that hangs on a prospect to the counterparty that it turned out to be, and back. Each moved row is written down, so
/// that undoing puts back these and no others. In the caller's transaction; safe to repeat.
/// </summary>
internal sealed class PartyMove(CrmDbContext database, ProspectIndex index, TimeProvider clock)
{
    private const string AddedMechanisms = "own_mechanism:added";
    private const string ClosedDoor = "counterparty_preference:do_not_contact";

    /// <summary>A table whose rows go along.</summary>
    /// <param name="Name">Of the table.</param>
    /// <param name="Key">What a row of it is found again by.</param>
    /// <param name="Stays">SQL: the row stays where it is, because the other has one of its own; null: all go.</param>
    internal sealed record Table(string Name, string Key, string? Stays = null);

    /// <summary>Every table of the features that is about a counterparty is here or among <see cref="Left"/>.</summary>
    internal static readonly IReadOnlyList<Table> Moved =
    [
        new("address_list_entry", "CAST(address_list_id AS TEXT) || '/' || address"),
        new("counterparty_preference", "'1'", "EXISTS (SELECT 1 FROM counterparty_preference o WHERE o.counterparty_id = @to)"),
        new("identity_member", "'1'", "EXISTS (SELECT 1 FROM identity_member o WHERE o.counterparty_id = @to)"),
        new("interaction", "CAST(id AS TEXT)"),
        new("mail_in", "CAST(id AS TEXT)"),
        new("mail_out", "CAST(id AS TEXT)"),
        new("notice", "CAST(id AS TEXT)"),
        new("own_mechanism", "CAST(id AS TEXT)"),
        new("person_place", "CAST(person_card_id AS TEXT)", "EXISTS (SELECT 1 FROM person_place o WHERE o.person_card_id = person_place.person_card_id AND o.counterparty_id = @to)"),
        new("phone_call", "CAST(id AS TEXT)"),
        new("sms_in", "CAST(id AS TEXT)"),
        new("sms_out", "CAST(id AS TEXT)"),
    ];

    /// <summary>What is computed anew from the rest, or says something of the prospect's own record.</summary>
    internal static readonly IReadOnlyList<string> Left = ["class_change", "duplicate_candidate", "duplicate_dismissal", "duplicate_key", "likely_loss", "mechanism_note", "prospect", "sales_touched"];

    public async Task MoveAsync(Prospect prospect, long to, CancellationToken cancellation)
    {
        var from = prospect.CounterpartyId;
        await CloseDoorAsync(prospect.Id, from, to, cancellation);
        foreach (var table in Moved)
        {
            var going = $"counterparty_id = @from{(table.Stays is null ? "" : $" AND NOT ({table.Stays})")}";
            await ExecuteAsync(
                $"INSERT INTO prospect_move (prospect_id, table_name, row_key) SELECT @prospect, '{table.Name}', {table.Key} FROM {table.Name} WHERE {going} ON CONFLICT DO NOTHING; "
                + $"UPDATE {table.Name} SET counterparty_id = @to WHERE {going}",
                prospect.Id, from, to, cancellation);
        }

        await AddMechanismsAsync(prospect, to, cancellation);
        await GoAsync(from, clock.GetUtcNow(), cancellation);
        await index.NoteAsync([from, to], cancellation);
    }

    /// <summary>Puts back what was moved. What came to the counterparty since then is the counterparty's.</summary>
    public async Task ReturnAsync(Prospect prospect, long to, CancellationToken cancellation)
    {
        var from = prospect.CounterpartyId;
        foreach (var table in Moved)
        {
            await ExecuteAsync($"UPDATE {table.Name} SET counterparty_id = @from WHERE counterparty_id = @to AND {table.Key} IN ({RowsOf(table.Name)})", prospect.Id, from, to, cancellation);
        }

        await ExecuteAsync(
            $"""
            DELETE FROM own_mechanism WHERE counterparty_id = @to AND CAST(id AS TEXT) IN ({RowsOf(AddedMechanisms)});
            UPDATE own_mechanism SET fate = {(int)MechanismFate.Own}, next_try_at = NULL WHERE counterparty_id = @from AND fate = {(int)MechanismFate.Waiting};
            UPDATE counterparty_preference SET do_not_contact = FALSE WHERE counterparty_id = @to AND EXISTS ({RowsOf(ClosedDoor)});
            DELETE FROM prospect_move WHERE prospect_id = @prospect
            """,
            prospect.Id, from, to, cancellation);
        await GoAsync(from, null, cancellation);
        await index.NoteAsync([from, to], cancellation);
    }

    private static string RowsOf(string table) => $"SELECT m.row_key FROM prospect_move m WHERE m.prospect_id = @prospect AND m.table_name = '{table}'";

    /// <summary>Where the other has preferences of its own they stay, except that nobody who does not want to be called is called because of it.</summary>
    private Task CloseDoorAsync(long prospect, long from, long to, CancellationToken cancellation)
    {
        const string needed = "counterparty_id = @to AND do_not_contact = FALSE AND EXISTS (SELECT 1 FROM counterparty_preference p WHERE p.counterparty_id = @from AND p.do_not_contact = TRUE)";
        return ExecuteAsync(
            $"INSERT INTO prospect_move (prospect_id, table_name, row_key) SELECT @prospect, '{ClosedDoor}', '1' FROM counterparty_preference WHERE {needed} ON CONFLICT DO NOTHING; "
            + $"UPDATE counterparty_preference SET do_not_contact = TRUE WHERE {needed}",
            prospect, from, to, cancellation);
    }

    /// <summary>Numbers and addresses that the ERP's record lacks become the CRM's own there, and go to the ERP where it takes them.</summary>
    private async Task AddMechanismsAsync(Prospect prospect, long to, CancellationToken cancellation)
    {
        var records = await database.Set<CounterpartyRecord>().Where(c => c.Id == prospect.CounterpartyId || c.Id == to).Select(c => new { c.Id, c.Mechanisms }).ToListAsync(cancellation);
        var there = MirrorJson.ReadMechanisms(records.Single(r => r.Id == to).Mechanisms).Concat(
            (await database.Set<OwnMechanism>().Where(m => m.CounterpartyId == to && m.ContactPersonId == null && m.CardId == null && m.ValidTo == null).Select(m => new { m.Kind, m.Value }).ToListAsync(cancellation))
                .Select(m => new Contracts.ContactMechanism(m.Kind, m.Value))).ToList();
        var now = clock.GetUtcNow();
        List<OwnMechanism> added =
        [
            .. MirrorJson.ReadMechanisms(records.Single(r => r.Id == prospect.CounterpartyId).Mechanisms).Where(m => !there.Exists(t => ProspectParty.Same(t, m))).Select(m =>
            {
                var normal = MechanismRule.Normal(m.Kind, m.Value);
                return new OwnMechanism
                {
                    CounterpartyId = to, Kind = m.Kind, Value = m.Value, Label = m.Label, Normal = normal, Tail = m.Kind == Contracts.ContactMechanismKind.Phone ? CallRule.Tail(normal) : null,
                    Fate = MechanismFate.Waiting, NextTryAt = now, IdempotencyKey = Guid.CreateVersion7(now), CreatedBy = prospect.CreatedBy, CreatedAt = now,
                };
            }),
        ];
        database.AddRange(added);
        await database.SaveChangesAsync(cancellation);
        database.AddRange(added.Select(m => new ProspectMove { ProspectId = prospect.Id, TableName = AddedMechanisms, RowKey = m.Id.ToString(System.Globalization.CultureInfo.InvariantCulture) }));
        await database.SaveChangesAsync(cancellation);
        await SendMechanismsAsync(to, cancellation);
    }

    /// <summary>Lets the counterparty's own numbers and addresses go to the ERP, where it takes them: a prospect's had nowhere to go.</summary>
    public async Task SendMechanismsAsync(long to, CancellationToken cancellation)
    {
        DateTimeOffset? due = clock.GetUtcNow();
        await database.Set<OwnMechanism>().Where(m => m.CounterpartyId == to && m.Fate == MechanismFate.Own && m.ContactPersonId == null && m.CardId == null && m.ValidFrom == null && m.ValidTo == null)
            .ExecuteUpdateAsync(m => m.SetProperty(x => x.Fate, MechanismFate.Waiting).SetProperty(x => x.NextTryAt, due), cancellation);
    }

    /// <summary>The prospect's own record is out of every list while all that it had is somewhere else.</summary>
    private Task<int> GoAsync(long from, DateTimeOffset? at, CancellationToken cancellation) =>
        database.Set<CounterpartyRecord>().Where(c => c.Id == from).ExecuteUpdateAsync(c => c.SetProperty(x => x.GoneAt, at), cancellation);

    private async Task ExecuteAsync(string sql, long prospect, long from, long to, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(sql, [("@prospect", prospect), ("@from", from), ("@to", to)], cancellation);
        await command.ExecuteNonQueryAsync(cancellation);
    }
}
