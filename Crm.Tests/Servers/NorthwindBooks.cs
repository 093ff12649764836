namespace Crm.Tests.Servers;

/// <summary>Ids that the loader's steps hand on.</summary>
internal sealed class NorthwindBooks
{
    public long Currency { get; set; }

    public long Company { get; set; }

    public long Category { get; set; }

    public long Unit { get; set; }

    public long Warehouse { get; set; }

    public Dictionary<string, long> Customers { get; } = [];

    public Dictionary<string, long> Suppliers { get; } = [];

    /// <summary>First address by party.</summary>
    public Dictionary<long, long> Addresses { get; } = [];

    public Dictionary<string, (long Product, long Template)> Products { get; } = [];

    /// <summary>The data have no purchase prices; six tenths of the list price stand in.</summary>
    public static decimal PurchasePrice(IReadOnlyDictionary<string, string> product) => NorthwindData.Number(product["unitPrice"]) * 0.6m;
}
