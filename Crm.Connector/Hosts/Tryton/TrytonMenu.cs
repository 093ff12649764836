using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// The menu in Tryton's own clients. Our actions are known by their names, which no client shows; the menus by the actions they open.
/// Actions are made first and taken out last, and the menu with all its entries is one transaction, so whatever a broken call leaves
/// behind can be found again.
/// </summary>
internal sealed class TrytonMenu(TrytonSession session, TrytonReads reads) : IHostMenu
{
    private const string Mark = "CRM plugin: ";
    private const string Actions = "ir.action.url";
    private const string Menus = "ir.ui.menu";

    public async Task<HostMenuChange> InstallAsync(string title, IReadOnlyList<HostMenuEntry> entries, CancellationToken cancellation)
    {
        var there = await FindAsync(cancellation);
        if (await IsAsWantedAsync(there, title, entries, cancellation))
            return new HostMenuChange(0, entries.Count, 0);
        await DeleteAsync(there, cancellation);
        var created = await session.WriteAsync(
            Actions, "create", [entries.Select(e => new Dictionary<string, object?> { ["name"] = Mark + e.Id, ["url"] = e.Url.AbsoluteUri })], cancellation);
        var children = entries.Zip(created.EnumerateArray(), (entry, action) => (entry, Id: action.GetInt64())).Select((e, i) => new Dictionary<string, object?>
        {
            ["name"] = e.entry.Title, ["sequence"] = i + 1, ["icon"] = "tryton-public", ["action"] = $"{Actions},{e.Id}",
        });
        var root = new Dictionary<string, object?>
        {
            ["name"] = title, ["sequence"] = 5, ["icon"] = "tryton-folder", ["childs"] = new object[] { new object[] { "create", children } },
        };
        await session.WriteAsync(Menus, "create", [new[] { root }], cancellation);
        return new HostMenuChange(entries.Count, 0, there.Count(o => o.Menu is not null));
    }

    public async Task<HostMenuChange> RemoveAsync(Uri root, CancellationToken cancellation)
    {
        var ours = (await FindAsync(cancellation)).Where(o => o.Url.StartsWith(root.AbsoluteUri, StringComparison.Ordinal)).ToList();
        await DeleteAsync(ours, cancellation);
        return new HostMenuChange(0, 0, ours.Count(o => o.Menu is not null));
    }

    /// <summary>Our actions, each with the menu that opens it.</summary>
    private async Task<IReadOnlyList<Own>> FindAsync(CancellationToken cancellation)
    {
        var actions = await reads.AllAsync(Actions, [TrytonReads.Clause("name", "like", Mark + "%")], ["name", "url", "action"], cancellation);
        var keywords = await reads.WhereInAsync(
            "ir.action.keyword", "action", [.. actions.Select(a => a.Required("action"))], ["action", "model"], cancellation, TrytonReads.Clause("keyword", "=", "tree_open"));
        var menuIds = keywords.Where(k => k.ReferenceTo("model", Menus) is not null)
            .ToLookup(k => k.Required("action"), k => k.ReferenceTo("model", Menus)!.Value);
        var menus = (await reads.WhereInAsync(Menus, "id", [.. menuIds.SelectMany(m => m)], ["name", "parent", "sequence", "active"], cancellation)).ToDictionary(m => m.Id);
        return
        [
            .. actions.Select(a => new Own(
                a.Id, a.Text("name")![Mark.Length..], a.Text("url") ?? "",
                menuIds[a.Required("action")].Where(menus.ContainsKey).Select(id => (TrytonRow?)menus[id]).FirstOrDefault())),
        ];
    }

    private async Task<bool> IsAsWantedAsync(IReadOnlyList<Own> there, string title, IReadOnlyList<HostMenuEntry> entries, CancellationToken cancellation)
    {
        var parents = there.Select(o => o.Menu?.Reference("parent")).Distinct().ToList();
        if (there.Count != entries.Count || parents is not [{ } parent])
            return false;
        var inOrder = there.OrderBy(o => o.Menu!.Value.Number("sequence")).ThenBy(o => o.Menu!.Value.Id);
        if (!inOrder.Zip(entries).All(p => p.First.Id == p.Second.Id && p.First.Url == p.Second.Url.AbsoluteUri
            && p.First.Menu!.Value.Text("name") == p.Second.Title && p.First.Menu.Value.Flag("active")))
            return false;
        var root = await reads.WhereInAsync(Menus, "id", [parent], ["name", "active"], cancellation);
        return root is [var one] && one.Text("name") == title && one.Flag("active");
    }

    /// <summary>The menu goes with its entries, unless somebody has put an entry of their own there.</summary>
    private async Task DeleteAsync(IReadOnlyList<Own> ours, CancellationToken cancellation)
    {
        var entries = ours.Select(o => o.Menu).OfType<TrytonRow>().ToList();
        var mine = entries.Select(m => m.Id).ToHashSet();
        var parents = entries.Select(m => m.Reference("parent")).OfType<long>().ToHashSet();
        var shared = (await reads.WhereInAsync(Menus, "parent", parents, ["parent"], cancellation)).Where(c => !mine.Contains(c.Id)).Select(c => c.Required("parent")).ToHashSet();
        long[] doomed = [.. parents.Where(p => !shared.Contains(p)), .. entries.Where(m => m.Reference("parent") is not { } p || shared.Contains(p)).Select(m => m.Id)];
        if (doomed.Length > 0)
            await session.WriteAsync(Menus, "delete", [doomed], cancellation);
        if (ours.Count > 0)
            await session.WriteAsync(Actions, "delete", [ours.Select(o => o.Action)], cancellation);   // takes the keywords along
    }

    private sealed record Own(long Action, string Id, string Url, TrytonRow? Menu);
}
