using Crm.Plugin.Mirror;
using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Features.Administration;

/// <summary>English names, the keys of their translations.</summary>
internal static class EntityNames
{
    public static string Of(MirrorEntity entity) => entity switch
    {
        MirrorEntity.HostUsers => "ERP users",
        MirrorEntity.Products => "Products",
        MirrorEntity.Counterparties => "Counterparties",
        MirrorEntity.ContactPersons => "Contact persons",
        MirrorEntity.SalesOrders => "Sales orders",
        MirrorEntity.SalesOrderLines => "Lines of sales orders",
        MirrorEntity.PurchaseOrders => "Purchase orders",
        MirrorEntity.PurchaseOrderLines => "Lines of purchase orders",
        MirrorEntity.SupplierTerms => "Supply terms",
        _ => "Payments",
    };

    public static string Of(LedgerEvent happened) => happened switch
    {
        LedgerEvent.SeenNew => "New in the ERP",
        LedgerEvent.SeenChanged => "Changed in the ERP",
        LedgerEvent.SeenGone => "Gone from the ERP",
        LedgerEvent.SeenAgain => "Back in the ERP",
        LedgerEvent.RefusedByMirror => "Row could not be read",
        LedgerEvent.Decided => "Decided to write to the ERP",
        LedgerEvent.Sent => "Sent to the ERP",
        LedgerEvent.Confirmed => "Confirmed by the ERP",
        _ => "Refused by the ERP",
    };
}
