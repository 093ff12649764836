using System.Text.RegularExpressions;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;

namespace Crm.Plugin.Features.Installation;

/// <summary>What is to be installed; made from the manifest, the environment and, in a later run, from what is stored.</summary>
internal sealed partial record InstallPlan(HostManifest Manifest, NewConnection Connection, Uri PublicAddress)
{
    private const string DefaultAddress = "http://localhost:5080";

    /// <summary>Where users reach the CRM unless something else is said.</summary>
    public static Uri UsualAddress { get; } = new(DefaultAddress + "/");

    public HostSettings Settings(TimeProvider clock) => new()
    {
        Connection = Connection.Name,
        Address = Connection.Address,
        User = Connection.User,
        Password = Connection.Password,
        Options = Manifest.Options,
        Clock = clock,
    };

    /// <summary>What the environment does not say is taken from the connection as it is stored.</summary>
    /// <exception cref="CommandFailure">Something needed is said nowhere.</exception>
    public static InstallPlan Make(HostManifest manifest, string? name, string? address, Terminal terminal, Stored? stored)
    {
        var connection = NameOf(manifest, name);
        var place = terminal.Variable("CRM_HOST_URL") ?? stored?.Record.Address ?? "";
        if (place.Length == 0 && manifest.AddressRequired)
        {
            throw new CommandFailure("install.no-address", $"Set CRM_HOST_URL to the {(manifest.AddressKind == "folder" ? "folder" : "address")} of {manifest.Name}.");
        }

        return new(
            manifest,
            new NewConnection(
                connection,
                manifest,
                Place(manifest, place),
                manifest.NeedsServiceAccount ? Needed("CRM_HOST_USER", stored?.Record.UserName) : null,
                manifest.NeedsServiceAccount ? Needed("CRM_HOST_PASSWORD", stored?.Password) : null),
            PublicOf(address ?? stored?.PublicAddress ?? DefaultAddress));

        string Needed(string variable, string? before) => terminal.Variable(variable) ?? before
            ?? throw new CommandFailure("install.no-credentials", $"Set {variable}: {manifest.Name} is read by a service account of its own.");
    }

    /// <summary>The manifest's id unless another name is given.</summary>
    public static string NameOf(HostManifest manifest, string? name) => name is null || IsName(name)
        ? name ?? manifest.Id
        : throw new CommandFailure("install.bad-name", "A connection's name has 1 to 31 small letters, digits and dashes and begins with a letter.");

    /// <summary>Whether a connection may be called so.</summary>
    public static bool IsName(string name) => NameShape().IsMatch(name);

    private static string Place(HostManifest manifest, string place) => manifest.AddressKind switch
    {
        "folder" => Path.GetFullPath(place),
        "url" when !Uri.TryCreate(place, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https") =>
            throw new CommandFailure("install.bad-address", "CRM_HOST_URL is no http or https address."),
        // A password in an address would end up in screens and logs.
        "url" when new Uri(place).UserInfo.Length > 0 =>
            throw new CommandFailure("install.bad-address", "CRM_HOST_URL holds a user name: give it in CRM_HOST_USER and CRM_HOST_PASSWORD."),
        _ => place,
    };

    private static Uri PublicOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url.Query.Length == 0
            ? new Uri(url.AbsoluteUri.TrimEnd('/') + "/")
            : throw new CommandFailure("install.bad-public-address", "--address is no http or https address: give the one under which users reach the CRM.");

    [GeneratedRegex("^[a-z][a-z0-9-]{0,30}$", RegexOptions.CultureInvariant)]
    private static partial Regex NameShape();

    /// <summary>A connection as an earlier run left it.</summary>
    internal sealed record Stored(ConnectionRecord Record, string? Password, string? PublicAddress);
}
