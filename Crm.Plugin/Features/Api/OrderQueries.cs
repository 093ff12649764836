using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Api;

/// <summary>Which orders.</summary>
internal sealed record OrderQuestion(long? Counterparty, DateOnly? From, DateOnly? To, OrderState? State, OrderPlace? After, int Limit);

/// <summary>A place in the list of orders, newest first.</summary>
internal sealed record OrderPlace(DateOnly Date, long Id)
{
    public static bool TryRead(string? cursor, out OrderPlace? place)
    {
        place = null;
        if (cursor is null)
        {
            return true;
        }

        if (Paging.Parts(cursor, 2) is not { } parts || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out var day)
            || day < 0 || day > DateOnly.MaxValue.DayNumber || !long.TryParse(parts[1], CultureInfo.InvariantCulture, out var id))
        {
            return false;
        }

        place = new(DateOnly.FromDayNumber(day), id);
        return true;
    }

    public string Cursor() => Paging.Cursor(Date.DayNumber, Id);
}

/// <summary>Reads orders within the user's rights.</summary>
internal sealed class OrderQueries(CrmDbContext database, CurrentUser user)
{
    public async Task<ApiPage<OrderAnswer>> ListAsync(OrderQuestion question, CancellationToken cancellation)
    {
        var scope = user.Rights.ReadScope;
        var seesAll = scope == Scope.All;
        var rows = await (
            from o in Filter(question)
            join c in database.Set<CounterpartyRecord>().Within(scope, user) on o.CounterpartyId equals c.Id into found
            from c in found.DefaultIfEmpty()
            join connection in database.Set<ConnectionRecord>() on o.ConnectionId equals connection.Id
            where seesAll || c != null
            orderby o.Date descending, o.Id descending
            select new { Order = o, Counterparty = (string?)c.Name, Connection = connection.Name })
            .Take(question.Limit + 1).ToListAsync(cancellation);
        return Paging.Page(
            rows,
            question.Limit,
            r => new OrderAnswer(
                r.Order.Id, r.Connection, r.Order.HostKey, r.Order.Number, r.Order.CounterpartyId, r.Counterparty, r.Order.Date, r.Order.State, r.Order.Kind,
                ApiJson.Amount(r.Order.TotalE4), r.Order.Currency, r.Order.PromisedOn, r.Order.DeliveredOn, r.Order.CancelReason, r.Order.ManagerLogin, r.Order.ReadAt),
            r => new OrderPlace(r.Order.Date, r.Order.Id).Cursor());
    }

    private IQueryable<SalesOrderRecord> Filter(OrderQuestion question)
    {
        var orders = database.Set<SalesOrderRecord>().Where(o => o.GoneAt == null);
        if (question.Counterparty is { } counterparty)
        {
            orders = orders.Where(o => o.CounterpartyId == counterparty);
        }

        if (question.From is { } from)
        {
            orders = orders.Where(o => o.Date >= from);
        }

        if (question.To is { } to)
        {
            orders = orders.Where(o => o.Date <= to);
        }

        if (question.State is { } state)
        {
            orders = orders.Where(o => o.State == state);
        }

        if (question.After is { Date: var day, Id: var id })
        {
            // The first half is what the index can walk by.
            orders = orders.Where(o => o.Date <= day && (o.Date < day || o.Id < id));
        }

        return orders;
    }
}
