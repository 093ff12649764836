using Crm.Contracts;
using Crm.Plugin.Features.Orders;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>Puts sales orders and returns on the timeline.</summary>
internal sealed class OrderTimeline(IStringLocalizer<Orders.Texts> text, Show show) : ITimelineSource
{
    public string Name => "orders";

    public Func<IEnumerable<TimelineEntry>> Ask(ReadBatch batch, long counterpartyId, TimelineBound before, int limit)
    {
        var (day, id) = before.InDays();
        var found = OrderStore.AskOfCounterparty(batch, counterpartyId, day, id, limit);
        return () => found.Rows.Select(Entry);
    }

    private TimelineEntry Entry(OrderLine order)
    {
        var title = text[order.Kind == SalesOrderKind.Return ? "Return {0} for {1}" : "Sales order {0} for {1}", order.Number ?? "–", Show.Money(order.TotalE4, order.Currency)];
        var (icon, tone) = order switch
        {
            { State: OrderState.Cancelled } => ("file-x", "red"),
            { Kind: SalesOrderKind.Return } => ("arrow-back-up", "orange"),
            { State: OrderState.Delivered } => ("package", "green"),
            { State: OrderState.Confirmed } => ("file-check", "azure"),
            _ => ("file-pencil", "secondary"),
        };
        var note = text[order.State.ToString()].Value;
        note += order switch
        {
            { State: OrderState.Cancelled, CancelReason: { } reason } => $" · {reason}",
            { DeliveredOn: { } delivered } => $" · {text["delivered {0}", show.Day(delivered)]}",
            { PromisedOn: { } promised } => $" · {text["promised for {0}", show.Day(promised)]}",
            _ => "",
        };
        return new(new DateTimeOffset(order.Date.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero), true, order.Id, icon, tone, title, null, note, $"/orders/{order.Id}");
    }
}
