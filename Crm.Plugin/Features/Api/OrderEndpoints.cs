using System.ComponentModel;
using System.Text.Json.Serialization;
using Crm.Contracts;
using Crm.Plugin.Features.Orders;
using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Features.Api;

/// <summary>A sales order as the ERP last told it.</summary>
/// <param name="Id">The plugin's number of it.</param>
/// <param name="Connection">Name of the connection to the ERP.</param>
/// <param name="Key">The ERP's identifier.</param>
/// <param name="Number">The number people know it by.</param>
/// <param name="Counterparty">Whose order it is; null while the counterparty has not been read.</param>
/// <param name="CounterpartyName">Its name.</param>
/// <param name="Date">The document's day.</param>
/// <param name="State">How far it has come.</param>
/// <param name="Kind">Sale or return.</param>
/// <param name="Total">Without tax where the ERP can tell; negative in a return.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="PromisedOn">Promised to the customer.</param>
/// <param name="DeliveredOn">The day of the last delivery.</param>
/// <param name="CancelReason">In the ERP's words.</param>
/// <param name="Manager">Sign-in name of the seller.</param>
/// <param name="ReadAt">When this was read from the ERP.</param>
internal sealed record OrderAnswer(
    long Id,
    string Connection,
    string Key,
    string? Number,
    long? Counterparty,
    string? CounterpartyName,
    DateOnly Date,
    [property: JsonConverter(typeof(Word<OrderState>))] OrderState State,
    [property: JsonConverter(typeof(Word<SalesOrderKind>))] SalesOrderKind Kind,
    string Total,
    string Currency,
    DateOnly? PromisedOn,
    DateOnly? DeliveredOn,
    string? CancelReason,
    string? Manager,
    DateTimeOffset ReadAt);

internal static class OrderEndpoints
{
    public static void MapOrders(this RouteGroupBuilder api) =>
        api.MapGet("/orders", ListAsync)
            .WithName("listOrders").WithTags("Orders").WithSummary("Sales orders and returns, newest first.")
            .Produces<ApiPage<OrderAnswer>>();

    private static async Task<IResult> ListAsync(
        OrderStore orders,
        MirrorKeys keys,
        [Description("Only this counterparty's (the plugin's number of it).")] long? counterparty,
        [Description("Not before this day.")] DateOnly? from,
        [Description("Not after this day.")] DateOnly? to,
        [Description("Only in this state: draft, confirmed, delivered, cancelled.")] string? state,
        [Description("'next' of the page before.")] string? after,
        [Description("Rows of a page, 1 to 200; 50 when left out.")] int? limit,
        CancellationToken cancellation)
    {
        if (!Paging.IsLimit(limit))
        {
            return ApiProblem.BadLimit();
        }

        if (!Paging.IsDotted(after, 2))
        {
            return ApiProblem.BadCursor();
        }

        if (!Word<OrderState>.TryRead(state, out var only))
        {
            return Word<OrderState>.Unknown(nameof(state));
        }

        var list = await orders.ListAsync(new(counterparty, only, from, to), after, limit ?? Paging.DefaultRows, cancellation);
        var origins = await keys.OfAsync<SalesOrderRecord>([.. list.Lines.Select(o => o.Id)], cancellation);
        return ApiJson.Answer(new ApiPage<OrderAnswer>([.. list.Lines.Select(o => Answer(o, origins[o.Id]))], list.Next));
    }

    private static OrderAnswer Answer(OrderLine order, MirrorOrigin origin) => new(
        order.Id, origin.Connection, origin.Key, order.Number, order.CounterpartyId, order.CounterpartyName, order.Date, order.State, order.Kind,
        ApiJson.Amount(order.TotalE4), order.Currency, order.PromisedOn, order.DeliveredOn, order.CancelReason, order.ManagerLogin, origin.ReadAt);
}
