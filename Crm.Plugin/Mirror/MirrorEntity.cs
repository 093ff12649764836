namespace Crm.Plugin.Mirror;

/// <summary>Kinds of mirrored records, in the order of their first reading: what others point to comes first.</summary>
public enum MirrorEntity
{
    HostUsers = 1,
    Products = 2,
    Counterparties = 3,
    ContactPersons = 4,
    SalesOrders = 5,
    SalesOrderLines = 6,
    PurchaseOrders = 7,
    PurchaseOrderLines = 8,
    SupplierTerms = 9,
    Payments = 10,
}
