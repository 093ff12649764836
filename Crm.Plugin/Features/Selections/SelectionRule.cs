using Crm.Plugin.Features.People;
using Crm.Plugin.Search;

namespace Crm.Plugin.Features.Selections;

/// <summary>Decides whether a person is one of those meant. No clock, no database.</summary>
public static class SelectionRule
{
    /// <summary>Whether part and position of a person are among those asked for: one of the words stands in it, whatever its capital letters ("accountant" in "Chief accountant").</summary>
    public static bool Admits(Selection selection, Person person) => Holds(selection.Part, person.Place?.Role) && Holds(selection.Position, person.Position);

    private static bool Holds(string asked, string? said)
    {
        var words = asked.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 0 || (said is not null && words.Any(w => SearchText.Fold(said).Contains(SearchText.Fold(w), StringComparison.Ordinal)));
    }
}
