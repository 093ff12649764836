using System.Reflection;
using System.Text.Json;
using System.Text.RegularExpressions;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Tests.App;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Crm.Tests.Architecture;

/// <summary>manifests/crm.json lists exactly the features, screens, jobs and permissions that exist.</summary>
public sealed partial class PluginManifestTests
{
    /// <summary>Addresses that answer with a part of a page or with a file, not with a screen.</summary>
    private static readonly string[] NoScreens =
    [
        "/", "/sign-in", "/address-harvest/{id:long}/export", "/administration/audit.csv", "/administration/sync/{id:int}", "/calendar/events", "/calendar/feed/{token}.ics", "/calls/lookup", "/calls/pop", "/classification/{run:long}/progress", "/classification/{run:long}/rows", "/classification/{run:long}/export.{format}", "/calls/queue/live", "/care/counterparties/{id:long}",
        "/counterparties/export", "/orders/export", "/counterparties/{id:long}/timeline", "/interactions/counterparties", "/interactions/{id:long}/files/{file:long}", "/mail/{id:long}/files/{no:int}", "/mail/sent/{id:long}/files/{no:int}", "/mail/of-interaction/{id:long}", "/notifications/bell", "/notifications/{id:long}/open", "/live", "/prospects/{id:long}/panel", "/interactions/export",
    ];

    private static readonly JsonElement Manifest = Read("manifests", "crm.json");

    [Fact]
    public void Manifest_FollowsTheSchema() => Assert.Empty(SchemaCheck.Problems(Manifest, Read("manifests", "schemas", "crm.schema.json")));

    [Fact]
    public void Versions_AreThoseOfTheAssemblies()
    {
        var manifest = PluginManifest.ReadFile(Repository.PathOf("manifests", "crm.json"));

        Assert.Null(manifest.Mismatch());
        // The next minor version of the contracts may change them while they are below 1.0.
        var contracts = ConnectorLoader.ContractsVersion;
        Assert.True(manifest.Contracts.Contains(new(contracts.Major, contracts.Minor, 0)));
        Assert.False(manifest.Contracts.Contains(new(contracts.Major, contracts.Minor + 1, 0)));
    }

    [Theory]
    [InlineData("""{"version":"0.0.9","contracts":"[0.1,0.2)"}""", "the program is version 0.1.0, its manifest 0.0.9")]
    [InlineData("""{"version":"0.1.0","contracts":"[0.2,0.3)"}""", "Crm.Contracts is version 0.1.0, the plugin works with [0.2,0.3)")]
    public void Mismatch_FilesOfTwoVersions_AreTold(string json, string expected)
    {
        var file = Path.GetTempFileName();
        File.WriteAllText(file, json);

        Assert.Equal(expected, PluginManifest.ReadFile(file).Mismatch());
        File.Delete(file);
    }

    [Fact]
    public void Features_AreTheFolders() =>
        Assert.Equal(
            Directory.GetDirectories(Repository.PathOf("Crm.Plugin", "Features")).Select(f => Words(Path.GetFileName(f))).Order(StringComparer.Ordinal),
            Texts(Manifest, "features", "id").Order(StringComparer.Ordinal));

    [Fact]
    public async Task Screens_AreTheRoutesThatShowOne()
    {
        await using var app = await CrmApp.StartAsync();
        var routes = app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
            .Select(e => (Path: "/" + e.RoutePattern.RawText!.Trim('/'), Endpoint: e))
            .Where(r => !r.Path.StartsWith("/api/", StringComparison.Ordinal) && !r.Path.StartsWith("/health/", StringComparison.Ordinal) && !r.Path.StartsWith("/openapi/", StringComparison.Ordinal))
            .ToList();

        Assert.Empty(NoScreens.Except(routes.Select(r => r.Path)));
        Assert.Equal(
            routes.Where(r => !NoScreens.Contains(r.Path)).Select(r => $"{r.Path} {PermissionOf(r.Endpoint)}").Order(StringComparer.Ordinal),
            Manifest.GetProperty("screens").EnumerateArray().Select(s => $"{Text(s, "path")} {Text(s, "permission")}").Order(StringComparer.Ordinal));
        Assert.Empty(Texts(Manifest, "screens", "feature").Except(Texts(Manifest, "features", "id")));
    }

    [Fact]
    public async Task Screens_WithoutParameters_AreWholePages()
    {
        await using var app = await CrmApp.StartAsync();
        using var browser = await app.SignInAsync("chief", Role.Administrator);
        foreach (var path in Texts(Manifest, "screens", "path").Where(p => !p.Contains('{', StringComparison.Ordinal)))
        {
            await browser.OpenAsync(path);
            Assert.Equal((path, System.Net.HttpStatusCode.OK), (path, browser.Status));
            Assert.Contains("</html>", browser.Source, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Menu_IsTheNavigation()
    {
        await using var app = await CrmApp.StartAsync();
        var entries = app.Services.GetServices<MenuEntry>().Select(e => $"{e.Order} {e.Path} {e.Text} {e.Icon}");
        var listed = Manifest.GetProperty("screens").EnumerateArray().Where(s => s.TryGetProperty("menu", out _))
            .Select(s => $"{s.GetProperty("menu").GetProperty("order").GetInt32()} {Text(s, "path")} {Text(s, "title")} {Text(s.GetProperty("menu"), "icon")}");

        Assert.Equal(entries.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    /// <summary>The menu that an ERP is given leads to screens of the navigation.</summary>
    [Fact]
    public void HostMenus_LeadToListedScreens()
    {
        var paths = Directory.GetFiles(Repository.PathOf("manifests", "hosts"), "*.json").Select(ManifestReader.ReadFile).SelectMany(m => m.Menu?.Entries ?? []).Select(e => e.Path);

        Assert.Empty(paths.Except(Texts(Manifest, "screens", "path")));
    }

    [Fact]
    public async Task Jobs_AreTheBackgroundServices()
    {
        await using var app = await CrmApp.StartAsync(runJobs: true);
        var running = app.Services.GetServices<IHostedService>().Select(s => s.GetType()).Where(t => t.Assembly == typeof(CrmPlugin).Assembly);

        Assert.Equal(running.Select(t => t.FullName!).Order(StringComparer.Ordinal), Texts(Manifest, "jobs", "type").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Permissions_AreScopesAndPolicies()
    {
        var scopes = typeof(RoleRights).GetProperties().Where(p => p.PropertyType == typeof(Scope)).ToList();
        var policies = typeof(Policies).GetFields(BindingFlags.Public | BindingFlags.Static).Select(f => (string)f.GetValue(null)!).ToList();
        Assert.Equal(
            scopes.Select(p => p.Name.Replace("Scope", "", StringComparison.Ordinal).ToLowerInvariant()).Concat(policies).Order(StringComparer.Ordinal),
            Texts(Manifest, "permissions", "id").Order(StringComparer.Ordinal));
        foreach (var permission in Manifest.GetProperty("permissions").EnumerateArray())
        {
            var scope = scopes.Find(p => string.Equals(p.Name, Text(permission, "id") + "Scope", StringComparison.OrdinalIgnoreCase));
            Assert.Equal(scope is null ? "role" : "scope", Text(permission, "kind"));
            if (scope is not null)
            {
                Assert.All(Enum.GetValues<Role>(), role => Assert.Equal(
                    scope.GetValue(RoleRights.Preset(role))!.ToString(), Text(permission.GetProperty("presets"), Roles.NameOf(role)), ignoreCase: true));
            }
            else
            {
                Assert.Equal(
                    Enum.GetValues<Role>().Where(role => Holds(Text(permission, "id"), role)).Select(Roles.NameOf),
                    permission.GetProperty("roles").EnumerateArray().Select(r => r.GetString()!));
            }
        }
    }

    private static bool Holds(string policy, Role role)
    {
        var user = CurrentUser.Nobody with { Id = 1, Role = role };
        return policy switch
        {
            Policies.Administrator => user.IsAdministrator,
            Policies.Classify => user.MayClassify,
            Policies.Review => user.MayReview,
            _ => throw new NotSupportedException($"The policy {policy} is new: say here who holds it."),
        };
    }

    private static string PermissionOf(RouteEndpoint endpoint) =>
        string.Join(' ', endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Select(a => a.Policy));

    private static IEnumerable<string> Texts(JsonElement root, string list, string name) => root.GetProperty(list).EnumerateArray().Select(e => Text(e, name));

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString()! : "";

    private static string Words(string name) => Hump().Replace(name, "-$1").TrimStart('-').ToLowerInvariant();

    private static JsonElement Read(params string[] path) => JsonDocument.Parse(File.ReadAllText(Repository.PathOf(path))).RootElement;

    [GeneratedRegex("([A-Z])")]
    private static partial Regex Hump();
}
