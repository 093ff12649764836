using Crm.Contracts;
using Crm.Plugin.Export;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Orders;

/// <summary>Writes the filtered orders to a file: what the user may export, noted in the audit log.</summary>
internal sealed class OrderExport(OrderStore store, CurrentUser user, AuditLog audit, CrmDbContext database, IStringLocalizer<Texts> text, Show show)
{
    private static readonly string[] Headings = ["Number", "Date", "Counterparty", "State", "Kind", "Promised", "Delivered", "Loss reason", "Manager", "Total", "Currency"];

    public async Task WriteAsync(HttpContext http, OrderFilter filter, bool csv, CancellationToken cancellation)
    {
        audit.Note(database, "orders.exported", "order", null, filter.ToQuery());
        await database.SaveChangesAsync(cancellation);
        await using var writer = TableFile.Open(http, csv, "orders", text["Sales orders"], show.Today);
        await writer.RowAsync([.. Headings.Select(h => (object)text[h].Value)]);
        await writer.WritePagesAsync<OrderLine, string>(async after =>
        {
            var page = await store.ListAsync(filter, after, 1_000, cancellation, user.Rights.ExportReach());
            return (page.Lines, page.Next);
        }, Cells);
    }

    private object?[] Cells(OrderLine order) =>
    [
        order.Number, order.Date, order.CounterpartyName, text[order.State.ToString()].Value, text[order.Kind.ToString()].Value, order.PromisedOn, order.DeliveredOn, order.CancelReason, order.ManagerLogin,
        order.TotalE4 / 10_000m, order.Currency,
    ];
}
