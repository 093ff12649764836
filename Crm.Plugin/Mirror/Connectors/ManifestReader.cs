using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Crm.Plugin.Mirror.Connectors;

/// <summary>Reads a host manifest and refuses what the schema does not know: a misspelt property must not be silently without effect.</summary>
public static partial class ManifestReader
{
    private static readonly string[] Roles = ["sales-manager", "commercial-director", "administrator"];

    /// <exception cref="ManifestException">The file is absent or wrong.</exception>
    public static HostManifest ReadFile(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException($"{path}: cannot be read: {exception.Message}", exception);
        }
    }

    /// <param name="json">Text of the file.</param>
    /// <param name="source">Name for messages.</param>
    /// <exception cref="ManifestException">It is wrong.</exception>
    public static HostManifest Parse(string json, string source)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return Read(new(source, "", document.RootElement), json);
        }
        catch (JsonException exception)
        {
            throw new ManifestException($"{source}: is no JSON: {exception.Message}", exception);
        }
    }

    /// <summary>Time between incremental reads by a stored manifest; the usual one where it cannot be read: whoever uses the connection is told why.</summary>
    public static TimeSpan PollOf(string json)
    {
        try
        {
            return Parse(json, "manifest").Poll;
        }
        catch (ManifestException)
        {
            return HostManifest.UsualPoll;
        }
    }

    private static HostManifest Read(ManifestObject root, string json)
    {
        root.AllowOnly("$schema", "id", "name", "version", "contracts", "connector", "address", "signIn", "poll", "sweep", "options", "roles", "teams", "menu");
        var id = root.Text("id");
        if (!Id().IsMatch(id))
        {
            throw root.Wrong("id", "must be lower case letters, digits and dashes, beginning with a letter");
        }

        if (!ContractRange.TryParse(root.Text("contracts"), out var contracts))
        {
            throw root.Wrong("contracts", "must be a range such as [0.1,1.0)");
        }

        var connector = root.Object("connector") ?? throw root.Missing("connector");
        connector.AllowOnly("assembly", "type");
        var signIn = root.Object("signIn") ?? throw root.Missing("signIn");
        signIn.AllowOnly("service", "users");
        var address = root.Object("address");
        address?.AllowOnly("required", "kind");
        return new()
        {
            Id = id,
            Name = root.Text("name"),
            Version = root.Text("version"),
            Contracts = contracts,
            ConnectorAssembly = connector.Text("assembly"),
            ConnectorType = connector.Text("type"),
            AddressRequired = address?.Flag("required") ?? false,
            AddressKind = address?.OneOf("kind", ["url", "folder", "none"], "none") ?? "none",
            NeedsServiceAccount = signIn.OneOf("service", ["password", "none"], null) == "password",
            UsersSignInAtHost = signIn.OneOf("users", ["host", "local"], null) == "host",
            Poll = root.Time("poll", HostManifest.UsualPoll),
            Sweep = root.Time("sweep", TimeSpan.FromHours(6)),
            Options = root.Object("options")?.Flatten() ?? new Dictionary<string, string>(),
            Roles = ReadRoles(root.Object("roles")),
            Teams = root.Texts("teams"),
            Menu = ReadMenu(root.Object("menu")),
            Json = json,
        };
    }

    private static Dictionary<string, string> ReadRoles(ManifestObject? roles) =>
        roles is null ? [] : roles.Names.ToDictionary(name => name, name => roles.OneOf(name, Roles, null), StringComparer.Ordinal);

    private static ManifestMenu? ReadMenu(ManifestObject? menu)
    {
        if (menu is null)
        {
            return null;
        }

        menu.AllowOnly("title", "entries");
        var entries = new List<ManifestMenuEntry>();
        foreach (var entry in menu.List("entries"))
        {
            entry.AllowOnly("id", "title", "path");
            var path = entry.Text("path");
            if (path[0] != '/')
            {
                throw entry.Wrong("path", "must begin with /");
            }

            entries.Add(new(entry.Text("id"), entry.Text("title"), path));
        }

        return new(menu.Text("title"), entries);
    }

    [GeneratedRegex("^[a-z][a-z0-9-]{0,30}$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();
}
