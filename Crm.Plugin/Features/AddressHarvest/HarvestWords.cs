namespace Crm.Plugin.Features.AddressHarvest;

/// <summary>English texts of listed values, the keys of their translations.</summary>
public static class HarvestWords
{
    public static string Of(AddressState state) => state switch
    {
        AddressState.Valid => "can be written to",
        AddressState.Matched => "of a counterparty",
        _ => "left out",
    };

    /// <summary>As it stands in an address.</summary>
    public static string Parameter(AddressState state) => state switch { AddressState.Valid => "valid", AddressState.Matched => "matched", _ => "refused" };
}
