using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Crm.Contracts;

namespace Crm.Tests.Features.Installation;

/// <summary>
/// An ERP that lives in a folder, so that a connector in another load context or process sees the same one: <c>users.json</c>,
/// <c>menu.json</c>, <c>down</c> (the ERP does not answer), <c>locked</c> (it refuses further sign-ins).
/// </summary>
internal sealed class FolderErp(string folder)
{
    public string Folder => folder;

    public FolderUser[] Users
    {
        get => Read<FolderUser[]>("users.json") ?? [];
        set => Write("users.json", value);
    }

    public string[] Menu
    {
        get => Read<string[]>("menu.json") ?? [];
        set => Write("menu.json", value);
    }

    public bool IsDown
    {
        get => File.Exists(Path.Combine(folder, "down"));
        set => Set("down", value);
    }

    public bool IsLocked
    {
        get => File.Exists(Path.Combine(folder, "locked"));
        set => Set("locked", value);
    }

    private void Set(string name, bool value)
    {
        if (value)
        {
            File.WriteAllText(Path.Combine(folder, name), "");
        }
        else
        {
            File.Delete(Path.Combine(folder, name));
        }
    }

    private T? Read<T>(string name) => File.Exists(Path.Combine(folder, name)) ? JsonSerializer.Deserialize<T>(File.ReadAllText(Path.Combine(folder, name))) : default;

    private void Write<T>(string name, T value) => File.WriteAllText(Path.Combine(folder, name), JsonSerializer.Serialize(value));
}

/// <summary>A user of the ERP.</summary>
internal sealed record FolderUser(string Login, string Password, string[] Groups, bool IsActive = true);

/// <summary>Entry type that the test's manifest names.</summary>
public sealed class FolderErpConnector : IHostConnector
{
    public IHost Open(HostSettings settings) => new FolderErpHost(new FolderErp(settings.Address), settings);
}

/// <summary>Offers users, three counterparties, sign-in and menu.</summary>
internal sealed class FolderErpHost(FolderErp erp, HostSettings settings) : IHost, IHostUserSource, ICounterpartySource, IHostSignIn, IHostMenu
{
    public TPort? Find<TPort>()
        where TPort : class => this as TPort;

    public Task<IReadOnlyList<HostCheck>> CheckAsync(CancellationToken cancellation) => Task.FromResult<IReadOnlyList<HostCheck>>(
        erp.IsDown ? [new("host.reachable", CheckState.Failed, "The ERP is down.", "Start it.")]
        : settings.Password != "service" ? [new("host.sign-in", CheckState.Failed, "The service account is refused.", "Check CRM_HOST_PASSWORD.")]
        : [new("host.reachable", CheckState.Ok, "It answers.")]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Task<SignInVerdict> VerifyAsync(string login, string password, CancellationToken cancellation)
    {
        EnsureUp();
        return Task.FromResult(
            erp.IsLocked ? SignInVerdict.Locked
            : erp.Users.Any(u => u.Login == login && u.Password == password && u.IsActive) ? SignInVerdict.Accepted
            : SignInVerdict.Rejected);
    }

    public Task<HostMenuChange> InstallAsync(string title, IReadOnlyList<HostMenuEntry> entries, CancellationToken cancellation)
    {
        EnsureUp();
        string[] wanted = [.. entries.Select(e => $"{title}/{e.Title} {e.Url}")];
        if (erp.Menu.SequenceEqual(wanted))
        {
            return Task.FromResult(new HostMenuChange(0, wanted.Length, 0));
        }

        erp.Menu = wanted;
        return Task.FromResult(new HostMenuChange(wanted.Length, 0, 0));
    }

    public Task<HostMenuChange> RemoveAsync(Uri root, CancellationToken cancellation)
    {
        EnsureUp();
        var before = erp.Menu;
        erp.Menu = [.. before.Where(m => !m.Contains(root.AbsoluteUri, StringComparison.Ordinal))];
        return Task.FromResult(new HostMenuChange(0, 0, before.Length - erp.Menu.Length));
    }

    async IAsyncEnumerable<HostPage<HostUser>> IHostSource<HostUser>.ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        EnsureUp();
        await Task.Yield();
        var next = (cursor is null ? 1 : int.Parse(cursor, CultureInfo.InvariantCulture) + 1).ToString(CultureInfo.InvariantCulture);
        yield return new([.. erp.Users.Select(User)], [], [], next, default);
    }

    IAsyncEnumerable<IReadOnlyList<KeyVersion>>? IHostSource<HostUser>.ReadKeys(CancellationToken cancellation) => null;

    Task<HostPage<HostUser>> IHostSource<HostUser>.ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation)
    {
        EnsureUp();
        return Task.FromResult(new HostPage<HostUser>([.. erp.Users.Where(u => keys.Contains(new(u.Login))).Select(User)], [], [], "", default));
    }

    async IAsyncEnumerable<HostPage<Counterparty>> IHostSource<Counterparty>.ReadChangedAsync(string? cursor, [EnumeratorCancellation] CancellationToken cancellation)
    {
        EnsureUp();
        await Task.Yield();
        yield return new(cursor is null ? [Party("1"), Party("2"), Party("3")] : [], [], [], "1", default);
    }

    IAsyncEnumerable<IReadOnlyList<KeyVersion>>? IHostSource<Counterparty>.ReadKeys(CancellationToken cancellation) => null;

    Task<HostPage<Counterparty>> IHostSource<Counterparty>.ReadAsync(IReadOnlyList<HostKey> keys, CancellationToken cancellation) =>
        Task.FromResult(new HostPage<Counterparty>([.. keys.Select(k => Party(k.Value))], [], [], "", default));

    private static HostUser User(FolderUser user) => new()
    {
        Key = new(user.Login),
        Version = $"{user.IsActive}{string.Join(',', user.Groups)}",
        Login = user.Login,
        Name = user.Login,
        Groups = user.Groups,
        IsActive = user.IsActive,
    };

    private static Counterparty Party(string key) => new() { Key = new(key), Version = "1", Name = "Party " + key };

    private void EnsureUp()
    {
        if (erp.IsDown)
        {
            throw new HostException(HostFailure.Unavailable, "folder.down", "The ERP is down.");
        }
    }
}
