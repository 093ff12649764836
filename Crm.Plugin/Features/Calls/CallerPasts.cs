using Crm.Contracts;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>An order that is agreed and not wholly delivered.</summary>
public sealed record OpenOrder(long Id, string? Number, DateOnly Date, DateOnly? PromisedOn, long TotalE4, string Currency);

/// <summary>What to know of a caller before the first word.</summary>
/// <param name="Contacts">The latest, planned ones first.</param>
/// <param name="Orders">Open ones, newest first.</param>
/// <param name="Overdue">What they owe and should have paid.</param>
/// <param name="Preference">How they would like to be dealt with; null when nobody has said.</param>
/// <param name="Person">What the CRM knows of the person: how they would like to be dealt with themselves; null when nothing.</param>
public sealed record CallerPast(IReadOnlyList<InteractionEntry> Contacts, IReadOnlyList<OpenOrder> Orders, IReadOnlyList<OverdueSum> Overdue, CounterpartyPreference? Preference, PersonCard? Person);

/// <summary>Who a chosen caller is.</summary>
public sealed record CallerName(string Name, bool IsProspect);

/// <summary>Reads what to know of a caller: three short index ranges.</summary>
internal sealed class CallerPasts(CrmDbContext database, InteractionStore interactions, Show show, CurrentUser user)
{
    private const int Longest = 3;

    /// <param name="counterpartyId">Who calls.</param>
    /// <param name="personId">The ERP's person, where it is one.</param>
    /// <param name="cardId">The CRM's own, where it is one.</param>
    /// <param name="cancellation">Stops reading.</param>
    public async Task<CallerPast> ReadAsync(long counterpartyId, long? personId, long? cardId, CancellationToken cancellation)
    {
        var contacts = await interactions.LatestAsync(counterpartyId, null, Longest, cancellation);
        var orders = await database.ReadAsync(
            $"""
            SELECT id, number, date, promised_on, total_e4, currency FROM sales_order
            WHERE counterparty_id = @id AND state = {(int)OrderState.Confirmed} AND kind = {(int)SalesOrderKind.Sale} AND gone_at IS NULL ORDER BY date DESC, id DESC LIMIT {Longest}
            """,
            [("@id", counterpartyId)], row => new OpenOrder(row.GetInt64(0), row.Text(1), row.Day(2), row.DayOrNull(3), row.GetInt64(4), row.GetString(5)), cancellation);
        var overdue = await database.ReadAsync(
            """
            SELECT currency, SUM(amount_e4), COUNT(*), MIN(due_on) FROM payment
            WHERE counterparty_id = @id AND due_on < @today AND paid_on IS NULL AND gone_at IS NULL GROUP BY currency ORDER BY currency
            """,
            [("@id", counterpartyId), ("@today", show.Today.DayNumber)],
            row => new OverdueSum(row.GetString(0), Convert.ToInt64(row.GetValue(1), null), row.GetInt64(2), row.Day(3)), cancellation);
        var person = (personId ?? cardId) is null ? null
            : await database.Set<PersonCard>().Where(c => cardId != null ? c.Id == cardId : c.ContactPersonId == personId).FirstOrDefaultAsync(cancellation);
        return new(contacts, orders, overdue, await database.Set<CounterpartyPreference>().FirstOrDefaultAsync(p => p.CounterpartyId == counterpartyId, cancellation), person);
    }

    /// <summary>Null when it is out of reach.</summary>
    public Task<CallerName?> NameAsync(long counterpartyId, CancellationToken cancellation) =>
        database.Set<CounterpartyRecord>().Within(user.Rights.ReadScope, user).Where(c => c.Id == counterpartyId)
            .Select(c => new CallerName(c.Name, c.ConnectionId == CounterpartyRecord.ProspectConnection)).FirstOrDefaultAsync(cancellation);
}
