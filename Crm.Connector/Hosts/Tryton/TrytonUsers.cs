using System.Runtime.CompilerServices;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>Users with their groups; read whole each time, because a group that is renamed or joined shows nowhere as a change.</summary>
internal sealed class TrytonUsers(TrytonReads reads) : IHostUserSource
{
    private const string Model = "res.user";

    private static readonly string[] Fields = ["login", "name", "email", "active", "groups"];

    public async IAsyncEnumerable<HostPage<HostUser>> ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var problems = new List<RowProblem>();
        var users = await MapAsync(await reads.AllAsync(Model, [], Fields, cancellation), problems, cancellation);
        yield return new HostPage<HostUser>(users, [], problems, "all", new ReadProgress(users.Count, users.Count));
    }

    public IAsyncEnumerable<IReadOnlyList<KeyVersion>> ReadKeys(CancellationToken cancellation) => ReadKeysAsync(cancellation);

    public async Task<HostPage<HostUser>> ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        var problems = new List<RowProblem>();
        var rows = await reads.WhereInAsync(Model, "id", [.. keys.Select(TrytonKey.IdOf).OfType<long>().Distinct()], Fields, cancellation);
        var users = await MapAsync(rows, problems, cancellation);
        var alive = rows.Select(r => TrytonKey.Of(r.Id)).ToHashSet();
        return new HostPage<HostUser>(users, [.. keys.Where(k => !alive.Contains(k))], problems, "", new ReadProgress(users.Count, keys.Count));
    }

    private async IAsyncEnumerable<IReadOnlyList<KeyVersion>> ReadKeysAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        await foreach (var page in ReadChangedAsync(null, cancellation))
            yield return [.. page.Rows.Select(u => new KeyVersion(u.Key, u.Version))];
    }

    private async Task<List<HostUser>> MapAsync(List<TrytonRow> rows, List<RowProblem> problems, CancellationToken cancellation)
    {
        var groups = (await reads.AllAsync("res.group", [], ["name"], cancellation)).ToDictionary(g => g.Id);
        var users = new List<HostUser>(rows.Count);
        foreach (var row in rows)
        {
            try
            {
                users.Add(Map(row, groups));
            }
            catch (TrytonRowException e)
            {
                problems.Add(new RowProblem($"{Model},{row.Id}", "tryton.bad-row", e.Message));
            }
        }

        return users;
    }

    private static HostUser Map(TrytonRow row, Dictionary<long, TrytonRow> groups)
    {
        var login = row.Text("login") ?? throw new TrytonRowException("login", "is empty");
        var user = new HostUser
        {
            Key = TrytonKey.Of(row.Id),
            Version = "",
            Login = login,
            Name = row.Text("name") ?? login,
            Email = row.Text("email"),
            Groups = [.. row.References("groups").Where(groups.ContainsKey).Select(id => groups[id].Text("name")).OfType<string>().Order(StringComparer.Ordinal)],
            IsActive = row.Flag("active"),
        };
        using var version = new TrytonVersion();
        version.Add(user.Login).Add(user.Name).Add(user.Email ?? "").Add(user.IsActive ? 1 : 0);
        foreach (var group in user.Groups)
            version.Add(group);
        return user with { Version = version.Take() };
    }
}
