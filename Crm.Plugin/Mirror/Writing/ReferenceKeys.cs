using Crm.Plugin.Storage;

namespace Crm.Plugin.Mirror.Writing;

/// <summary>Gathers the keys that the rows of a page refer to, by the table that they are looked up in, so that those not known yet are asked for at once.</summary>
/// <param name="table">Of the rows.</param>
/// <param name="memories">What is known already, by table; one for each that the table's columns refer to.</param>
internal sealed class ReferenceKeys(MirrorTable table, Dictionary<string, KeyMemory> memories) : IBulkLoad
{
    private int place;

    /// <summary>Keys to ask for, by table.</summary>
    public Dictionary<string, HashSet<string>> Unknown { get; } = [];

    /// <summary>The answers.</summary>
    public Dictionary<string, Dictionary<string, long>> Found { get; } = [];

    /// <summary>Null when it has not been read yet.</summary>
    public long? Find(string target, string key) =>
        memories[target].TryFind(key, out var id) || (Found.TryGetValue(target, out var found) && found.TryGetValue(key, out id)) ? id : null;

    public void Begin() => place = 0;

    public void Text(string? value)
    {
        place++;
        if (value is null || place <= 3 || table.Columns[place - 4].Target is not { } target)
        {
            return;
        }

        var key = CleanText.Of(value);
        if (!memories[target].TryFind(key, out _))
        {
            if (!Unknown.TryGetValue(target, out var keys))
            {
                Unknown[target] = keys = [];
            }

            keys.Add(key);
        }
    }

    public void Int(int? value) => place++;

    public void Long(long? value) => place++;

    public void Flag(bool value) => place++;

    public void End()
    {
    }
}
