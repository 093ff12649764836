using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Handover;

/// <summary>Whose work goes to whom, and of which counterparties.</summary>
/// <param name="From">Who has it.</param>
/// <param name="To">Who gets it.</param>
/// <param name="Text">Words that the counterparty's name holds; "" for all.</param>
/// <param name="Importance">1 = A, 2 = B, 3 = C; null for all.</param>
/// <param name="Stage">Number of the relationship stage; null for all.</param>
public sealed record HandoverWish(long From, long To, string Text, short? Importance, short? Stage)
{
    /// <summary>Whether only some counterparties are meant: then what concerns none of them stays.</summary>
    public bool IsNarrow => Text.Length > 0 || Importance is not null || Stage is not null;
}

/// <summary>What a handover would move.</summary>
/// <param name="Contacts">Planned contacts, those of series included.</param>
/// <param name="OfSeries">Of them, those of series.</param>
/// <param name="Reminders">Of them, those with a reminder: it then reminds the new user.</param>
/// <param name="Tasks">Items of their checklists that are still to be done.</param>
/// <param name="Participations">Planned contacts of others in which the user takes part.</param>
/// <param name="Internals">Internal meetings and tasks; absences never move.</param>
/// <param name="Clashes">Planned contacts for a time at which the new user is away or, for meetings, in another one.</param>
/// <param name="Unseen">Planned contacts whose counterparty the new user's role does not let them see.</param>
/// <param name="Managed">Counterparties whose manager in the ERP is the user who gives.</param>
/// <param name="Prospects">Open prospects that the user who gives is responsible for.</param>
public sealed record HandoverCounts(int Contacts, int OfSeries, int Reminders, int Tasks, int Participations, int Internals, int Clashes, int Unseen, int Managed, int Prospects)
{
    /// <summary>Records that move.</summary>
    public int Total => Contacts + Participations + Internals + Prospects;
}

/// <summary>One past handover.</summary>
public sealed record HandoverLine(PortfolioHandover Handover, string From, string To, string By);

/// <summary>Counts, moves and takes back, each in one transaction and by sets: a portfolio of any size is a few statements.</summary>
internal sealed class HandoverStore(CrmDbContext database, CurrentUser user, AuditLog audit, AccountDirectory accounts, TimeProvider clock)
{
    public async Task<HandoverCounts> CountAsync(HandoverWish wish, CancellationToken cancellation)
    {
        var receiver = await accounts.FindAsync(wish.To, null, cancellation) ?? CurrentUser.Nobody;
        var (sql, parameters) = Reachable(wish);
        var receivers = Reach.Parameters(receiver.Rights.ReadScope, receiver).Select(p => (p.Name.Replace("@", "@to_", StringComparison.Ordinal), p.Value));
        var seen = Reach.Sql(receiver.Rights.ReadScope, "c", receiver).Replace("@", "@to_", StringComparison.Ordinal);
        // A prospect is the new user's own afterwards.
        var goesAlong = receiver.Rights.ReadScope == Scope.None ? "1 = 0" : "EXISTS (SELECT 1 FROM prospect p JOIN user_account u ON u.id = @from WHERE p.counterparty_id = c.id AND p.state = 1 AND c.connection_id = 0 AND c.manager_login = u.login)";
        var counts = (await database.ReadAsync(
            $"""
            SELECT COUNT(*), SUM(CASE WHEN i.series_id IS NOT NULL THEN 1 ELSE 0 END), SUM(CASE WHEN i.remind_at IS NOT NULL THEN 1 ELSE 0 END),
                SUM((SELECT COUNT(*) FROM interaction_task t WHERE t.interaction_id = i.id AND t.done_at IS NULL)),
                SUM(CASE WHEN EXISTS (SELECT 1 FROM internal_plan p WHERE p.owner_id = @to AND p.state <> 2 AND (p.kind >= 3 OR (p.kind = 1 AND i.kind = {(int)InteractionKind.Meeting} AND p.state = 0))
                        AND p.starts_at < {End("i")} AND p.ends_at > i.at)
                    OR (i.kind = {(int)InteractionKind.Meeting} AND EXISTS (SELECT 1 FROM interaction o WHERE o.responsible_id = @to AND o.state = 0 AND o.kind = {(int)InteractionKind.Meeting} AND o.id <> i.id
                        AND o.at < {End("i")} AND {End("o")} > i.at)) THEN 1 ELSE 0 END),
                SUM(CASE WHEN {seen} OR {goesAlong} THEN 0 ELSE 1 END)
            FROM interaction i JOIN counterparty c ON c.id = i.counterparty_id WHERE i.state = 0 AND i.responsible_id = @from AND {sql}
            """,
            [.. parameters, .. receivers], row => (int[])[.. Enumerable.Range(0, 6).Select(n => row.IsDBNull(n) ? 0 : Convert.ToInt32(row.GetValue(n), CultureInfo.InvariantCulture))], cancellation))[0];
        var takesPart = await NumberAsync($"SELECT COUNT(*) {Participations(sql)}", parameters, cancellation);
        var inside = wish.IsNarrow ? 0 : await NumberAsync($"SELECT COUNT(*) {Internals}", parameters, cancellation);
        var managed = await NumberAsync($"SELECT COUNT(*) FROM counterparty c JOIN user_account u ON u.id = @from AND c.manager_login = u.login WHERE c.connection_id <> 0 AND c.gone_at IS NULL AND {sql}", parameters, cancellation);
        var prospects = await NumberAsync($"SELECT COUNT(*) {OpenProspects("@from")} AND {sql}", parameters, cancellation);
        return new(counts[0], counts[1], counts[2], counts[3], takesPart, inside, counts[4], counts[5], managed, prospects);
    }

    /// <summary>Moves it.</summary>
    /// <param name="wish">Checked before.</param>
    /// <param name="expected">How many records the user saw in the preview.</param>
    /// <param name="cancellation">Nothing is moved.</param>
    /// <returns>The number of the handover; null when there are other records now than the user saw.</returns>
    public async Task<long?> MoveAsync(HandoverWish wish, int expected, CancellationToken cancellation)
    {
        var (sql, parameters) = Reachable(wish);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var handover = new PortfolioHandover { FromUserId = wish.From, ToUserId = wish.To, Filter = Described(wish), MadeBy = user.Id, MadeAt = clock.GetUtcNow() };
        database.Add(handover);
        await database.SaveChangesAsync(cancellation);
        List<(string, object?)> all = [.. parameters, ("@id", handover.Id), ("@by", user.Id), ("@maker", user.Login), ("@now", Instant.ToMicroseconds(handover.MadeAt)), ("@detail", AuditChange.Of(("responsibleId", Id(wish.From), Id(wish.To))))];
        handover.Moved = await RunAsync($"INSERT INTO portfolio_handover_item (handover_id, part, record_no) SELECT @id, 1, i.id FROM interaction i JOIN counterparty c ON c.id = i.counterparty_id WHERE i.state = 0 AND i.responsible_id = @from AND {sql}", all, cancellation)
            + await RunAsync($"INSERT INTO portfolio_handover_item (handover_id, part, record_no) SELECT @id, 2, u.interaction_id {Participations(sql)}", all, cancellation)
            + (wish.IsNarrow ? 0 : await RunAsync($"INSERT INTO portfolio_handover_item (handover_id, part, record_no) SELECT @id, 4, p.id {Internals}", all, cancellation))
            + await RunAsync($"INSERT INTO portfolio_handover_item (handover_id, part, record_no) SELECT @id, 5, c.id {OpenProspects("@from")} AND {sql}", all, cancellation);
        if (handover.Moved != expected || handover.Moved == 0)
        {
            return null;
        }

        await RunAsync($"INSERT INTO portfolio_handover_item (handover_id, part, record_no) SELECT @id, 3, u.interaction_id FROM interaction_user u WHERE u.user_id = @to AND u.interaction_id IN ({Items(1)})", all, cancellation);
        await RunAsync($"DELETE FROM interaction_user WHERE user_id = @to AND interaction_id IN ({Items(3)})", all, cancellation);
        await RunAsync($"UPDATE interaction SET responsible_id = @to, version = version + 1, changed_by = @by, changed_at = @now WHERE id IN ({Items(1)})", all, cancellation);
        await RunAsync($"UPDATE interaction_user SET user_id = @to WHERE user_id = @from AND interaction_id IN ({Items(2)})", all, cancellation);
        await RunAsync($"UPDATE internal_plan SET owner_id = @to, version = version + 1, changed_by = @by, changed_at = @now WHERE id IN ({Items(4)})", all, cancellation);
        await GiveProspectsAsync(all, Items(5), "@to", cancellation);
        await NoteEachAsync(all, "interaction.handed-over", "interaction", Items(1), cancellation);
        await NoteEachAsync(all, "prospect.handed-over", "counterparty", Items(5), cancellation);
        audit.Note(database, "handover.made", "handover", Id(handover.Id), AuditChange.Of(("from", null, Id(wish.From)), ("to", null, Id(wish.To)), ("filter", null, handover.Filter), ("moved", null, Id(handover.Moved))));
        database.Update(handover);
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return handover.Id;
    }

    /// <summary>Takes it back, as far as it is still open and still with whom it went to.</summary>
    /// <returns>False when there is no such handover, or it was taken back before.</returns>
    public async Task<bool> UndoAsync(long id, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        // Whoever comes second finds it done.
        if (await database.Set<PortfolioHandover>().Where(h => h.Id == id && h.UndoneAt == null).ExecuteUpdateAsync(h => h.SetProperty(x => x.UndoneAt, now).SetProperty(x => x.UndoneBy, user.Id), cancellation) == 0)
        {
            return false;
        }

        var handover = await database.Set<PortfolioHandover>().AsTracking().FirstAsync(h => h.Id == id, cancellation);
        List<(string, object?)> all =
        [
            ("@id", id), ("@from", handover.FromUserId), ("@to", handover.ToUserId), ("@by", user.Id), ("@maker", user.Login), ("@now", Instant.ToMicroseconds(now)),
            ("@detail", AuditChange.Of(("responsibleId", Id(handover.ToUserId), Id(handover.FromUserId)))),
        ];
        const string Open = "SELECT i.id FROM interaction i WHERE i.state = 0";
        var back = $"SELECT i.id FROM interaction i JOIN portfolio_handover_item h ON h.handover_id = @id AND h.part = 1 AND h.record_no = i.id WHERE i.state = 0 AND i.responsible_id = @to";
        await NoteEachAsync(all, "interaction.handed-back", "interaction", back, cancellation);
        // What the ERP has meanwhile, was given up or given to somebody else stays where it is.
        var prospects = $"SELECT c.id {OpenProspects("@to")} AND c.id IN ({Items(5)})";
        await NoteEachAsync(all, "prospect.handed-back", "counterparty", prospects, cancellation);
        await RunAsync($"INSERT INTO interaction_user (interaction_id, user_id, is_open) SELECT h.record_no, @to, TRUE FROM portfolio_handover_item h WHERE h.handover_id = @id AND h.part = 3 AND h.record_no IN ({back}) ON CONFLICT DO NOTHING", all, cancellation);
        await RunAsync($"DELETE FROM interaction_user WHERE user_id = @from AND interaction_id IN ({back})", all, cancellation);
        handover.WentBack = await RunAsync($"UPDATE interaction SET responsible_id = @from, version = version + 1, changed_by = @by, changed_at = @now WHERE id IN ({back})", all, cancellation)
            + await RunAsync($"""
                UPDATE interaction_user SET user_id = @from WHERE user_id = @to AND interaction_id IN ({Items(2)}) AND interaction_id IN ({Open} AND i.responsible_id <> @from)
                AND NOT EXISTS (SELECT 1 FROM interaction_user o WHERE o.interaction_id = interaction_user.interaction_id AND o.user_id = @from)
                """, all, cancellation)
            + await RunAsync($"UPDATE internal_plan SET owner_id = @from, version = version + 1, changed_by = @by, changed_at = @now WHERE state = 0 AND owner_id = @to AND id IN ({Items(4)})", all, cancellation)
            + await GiveProspectsAsync(all, prospects, "@from", cancellation);
        audit.Note(database, "handover.undone", "handover", Id(id), AuditChange.Of(("wentBack", null, Id(handover.WentBack.Value))));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>The latest ones.</summary>
    public async Task<IReadOnlyList<HandoverLine>> LatestAsync(CancellationToken cancellation) => await (
        from h in database.Set<PortfolioHandover>()
        join f in database.Set<UserAccount>() on h.FromUserId equals f.Id
        join t in database.Set<UserAccount>() on h.ToUserId equals t.Id
        join b in database.Set<UserAccount>() on h.MadeBy equals b.Id
        orderby h.Id descending
        select new HandoverLine(h, f.Name, t.Name, b.Name)).Take(20).ToListAsync(cancellation);

    /// <summary>Who may have open work: those who left included. And who may get it.</summary>
    public async Task<(IReadOnlyList<Choice> Givers, IReadOnlyList<Choice> Receivers)> UsersAsync(CancellationToken cancellation)
    {
        var users = await database.Set<UserAccount>().OrderBy(u => u.Name).ThenBy(u => u.Id).Take(2_000).Select(u => new { u.Id, u.Name, u.IsActive }).ToListAsync(cancellation);
        return ([.. users.Select(u => new Choice(u.Id, u.Name))], [.. users.Where(u => u.IsActive).Select(u => new Choice(u.Id, u.Name))]);
    }

    // Half an hour where nobody said, as everywhere.
    private static string End(string plan) => $"CASE WHEN {plan}.planned_end > {plan}.at THEN {plan}.planned_end ELSE {plan}.at + 1800000000 END";

    private static string Items(int part) => $"SELECT record_no FROM portfolio_handover_item WHERE handover_id = @id AND part = {part}";

    private static string OpenProspects(string whose) =>
        $"FROM counterparty c JOIN prospect p ON p.counterparty_id = c.id AND p.state = 1 JOIN user_account u ON u.id = {whose} AND c.manager_login = u.login WHERE c.connection_id = 0 AND c.gone_at IS NULL";

    private const string Internals = "FROM internal_plan p WHERE p.owner_id = @from AND p.state = 0 AND p.kind < 3";

    private static string Participations(string sql) => $"""
        FROM interaction_user u JOIN interaction i ON i.id = u.interaction_id AND i.state = 0 AND i.responsible_id NOT IN (@from, @to) JOIN counterparty c ON c.id = i.counterparty_id
        WHERE u.user_id = @from AND u.is_open AND NOT EXISTS (SELECT 1 FROM interaction_user o WHERE o.interaction_id = i.id AND o.user_id = @to) AND {sql}
        """;

    /// <summary>A condition on a counterparty c: what is wanted, as far as this user may write.</summary>
    private (string Sql, List<(string, object?)> Parameters) Reachable(HandoverWish wish)
    {
        string[] words = [.. SearchText.Fold(wish.Text).Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(8)];
        var sql = string.Join(" AND ", [
            Reach.Sql(user.Rights.WriteScope, "c", user),
            .. words.Select((_, n) => $"c.name_folded LIKE @word{n} ESCAPE '\\'"),
            .. wish.Importance is null ? [] : (string[])["c.importance = @importance"],
            .. wish.Stage is null ? [] : (string[])["c.stage = @stage"],
        ]);
        List<(string, object?)> parameters =
        [
            ("@from", wish.From), ("@to", wish.To), .. Reach.Parameters(user.Rights.WriteScope, user),
            .. words.Select((w, n) => ($"@word{n}", (object?)$"%{w.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal)}%")),
            .. wish.Importance is { } importance ? [("@importance", (object?)(int)importance)] : Array.Empty<(string, object?)>(),
            .. wish.Stage is { } stage ? [("@stage", (object?)(int)stage)] : Array.Empty<(string, object?)>(),
        ];
        return (sql, parameters);
    }

    private static string Described(HandoverWish wish) => string.Join(
        "; ", ((string?[])[wish.Text.Length > 0 ? wish.Text : null, Counterparties.ClassNames.Importance(wish.Importance), Counterparties.ClassNames.Stage(wish.Stage)]).OfType<string>());

    private Task<int> NoteEachAsync(List<(string, object?)> parameters, string action, string subject, string ids, CancellationToken cancellation) => RunAsync(
        $"INSERT INTO audit (at, user_id, user_login, action, subject, subject_id, detail) SELECT @now, @by, @maker, '{action}', '{subject}', CAST(i.id AS text), @detail FROM {subject} i WHERE i.id IN ({ids})", parameters, cancellation);

    /// <summary>The responsible user first: by the manager the rows are found.</summary>
    private async Task<int> GiveProspectsAsync(List<(string, object?)> parameters, string ids, string to, CancellationToken cancellation)
    {
        await RunAsync($"UPDATE prospect SET responsible_id = {to} WHERE counterparty_id IN ({ids})", parameters, cancellation);
        return await RunAsync($"UPDATE counterparty SET manager_login = (SELECT u.login FROM user_account u WHERE u.id = {to}) WHERE id IN ({ids})", parameters, cancellation);
    }

    private async Task<int> NumberAsync(string sql, IEnumerable<(string, object?)> parameters, CancellationToken cancellation) =>
        (await database.ReadAsync(sql, parameters, row => Convert.ToInt32(row.GetValue(0), CultureInfo.InvariantCulture), cancellation))[0];

    private async Task<int> RunAsync(string sql, IEnumerable<(string Name, object? Value)> parameters, CancellationToken cancellation)
    {
        await using var command = await database.CommandAsync(sql, parameters.Where(p => sql.Contains(p.Name, StringComparison.Ordinal)), cancellation);
        command.Transaction = Microsoft.EntityFrameworkCore.Storage.DbContextTransactionExtensions.GetDbTransaction(database.Database.CurrentTransaction!);
        return await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}
