using Crm.Contracts;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Crm.Tests.Servers;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Xunit;

namespace Crm.Tests.Mirror;

public sealed class ConnectorLoaderTests(PostgresServer postgres)
{
    private const string Good = """
        { "id": "tiny", "name": "Tiny", "version": "1.0", "contracts": "[0.1,1.0)",
          "connector": { "assembly": "Tiny/Tiny.dll", "type": "Tiny.TinyConnector" },
          "address": { "required": true, "kind": "folder" }, "signIn": { "service": "none", "users": "local" },
          "poll": "00:00:30", "options": { "prefix": "T-", "deep": { "Count": 3, "on": true }, "list": ["x"] } }
        """;

    [Fact]
    public void Parse_GoodManifest_FlattensOptions()
    {
        var manifest = ManifestReader.Parse(Good, "tiny.json");

        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromHours(6)), (manifest.Poll, manifest.Sweep));
        Assert.Equal(["T-", "3", "true", "x"], [manifest.Options["prefix"], manifest.Options["DEEP:count"], manifest.Options["deep:on"], manifest.Options["list:0"]]);
    }

    [Theory]
    [InlineData("\"poll\"", "\"pol\"", "tiny.json: pol is not a known property")]
    [InlineData("\"users\": \"local\"", "\"users\": \"locale\"", "tiny.json: signIn.users must be one of host, local")]
    [InlineData("\"type\": \"Tiny.TinyConnector\"", "\"typ\": \"\"", "tiny.json: connector.typ is not a known property")]
    [InlineData(", \"type\": \"Tiny.TinyConnector\"", "", "tiny.json: connector.type is missing")]
    [InlineData("[0.1,1.0)", "0.1", "tiny.json: contracts must be a range")]
    [InlineData("00:00:30", "30", "tiny.json: poll must be a time")]
    [InlineData("{ \"id\"", "\"id\"", "tiny.json: is no JSON")]
    public void Parse_WrongManifest_NamesFileAndField(string from, string to, string expected)
    {
        var exception = Assert.Throws<ManifestException>(() => ManifestReader.Parse(Good.Replace(from, to, StringComparison.Ordinal), "tiny.json"));

        Assert.StartsWith(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[0.1,1.0)", "0.1", true)]
    [InlineData("[0.1,1.0)", "0.99.7", true)]
    [InlineData("[0.1,1.0)", "1.0", false)]
    [InlineData("(0.1,1.0]", "0.1.0", false)]
    [InlineData("(0.1,1.0]", "1.0.0", true)]
    [InlineData("[2,)", "1.9", false)]
    public void Contains_Version_ByBrackets(string range, string version, bool expected)
    {
        _ = ContractRange.TryParse(range.Contains("[2", StringComparison.Ordinal) ? "[2.0,)" : range, out var parsed);

        Assert.Equal(expected, parsed!.Contains(new Version(version)));
    }

    [Fact]
    public void Load_ConnectorForOtherContracts_IsRefused()
    {
        var manifest = ManifestReader.Parse(Good.Replace("[0.1,1.0)", "[9.0,10.0)", StringComparison.Ordinal), "tiny.json");

        var exception = Assert.Throws<ManifestException>(() => new ConnectorLoader("/nowhere", "/nowhere").Load(manifest));

        Assert.Contains("contracts [9.0,10.0) does not contain 0.1.0", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_AssemblyOutsideTheFolder_IsRefused()
    {
        var manifest = ManifestReader.Parse(Good.Replace("Tiny/Tiny.dll", "../Tiny.dll", StringComparison.Ordinal), "tiny.json");

        Assert.Contains("leads out of", Assert.Throws<ManifestException>(() => new ConnectorLoader("/nowhere", "/nowhere").Load(manifest)).Message, StringComparison.Ordinal);
    }

    /// <summary>Anyone can drop in an adapter: one assembly, one manifest, neither known to the solution.</summary>
    [Fact]
    public async Task RunAsync_AdapterThatTheSolutionDoesNotKnow_FillsTheMirror()
    {
        var folder = Directory.CreateTempSubdirectory("crm-adapter-").FullName;
        try
        {
            await TinyAdapter.BuildAsync(folder);
            Directory.CreateDirectory(Path.Combine(folder, "manifests", "hosts"));
            await File.WriteAllTextAsync(Path.Combine(folder, "manifests", "hosts", "tiny.json"), Good);
            var loader = new ConnectorLoader(Path.Combine(folder, "manifests"), Path.Combine(folder, "connectors"));
            await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres, connections: 0);
            var store = new ConnectionStore(new Factory(database), new EphemeralDataProtectionProvider(), database.Clock);
            var manifest = Assert.Single(loader.Manifests());
            var connection = await store.AddAsync(new("tiny", manifest, "some-folder", null, "secret"), CancellationToken.None);
            await using var pool = new HostPool(store, loader);
            var sync = new ConnectionSync(database.Engine, pool, new(), database.Options, database.Clock);

            var result = await sync.RunAsync(connection, new(), null, CancellationToken.None);

            Assert.True(result.IsComplete);
            Assert.Equal(["1|T-some-folder", "2|T-secret", "3|T-3"], await database.RowsAsync("SELECT host_key, name FROM counterparty ORDER BY host_key"));
            Assert.DoesNotContain("secret", string.Concat(await database.RowsAsync("SELECT secret FROM connection")), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, true);
        }
    }

    [Fact]
    public async Task RunAsync_ConnectorIsMissing_StateTellsTheAdministrator()
    {
        await using var database = await MirrorDatabase.CreateAsync(DatabaseKind.Sqlite, postgres, connections: 0);
        var store = new ConnectionStore(new Factory(database), new EphemeralDataProtectionProvider(), database.Clock);
        var connection = await store.AddAsync(new("tiny", ManifestReader.Parse(Good, "tiny.json"), "", null, null), CancellationToken.None);
        await using var pool = new HostPool(store, new("/nowhere", "/nowhere"));

        var result = await new ConnectionSync(database.Engine, pool, new(), database.Options, database.Clock).RunAsync(connection, new(), null, CancellationToken.None);

        Assert.Equal("mirror.connector-not-loaded", result.Entities.Single().Failure!.Code);
        Assert.Equal(["1|mirror.connector-not-loaded"], await database.RowsAsync("SELECT failure, failure_code FROM sync_state"));
    }

    internal sealed class Factory(MirrorDatabase database) : IDbContextFactory<CrmDbContext>
    {
        public CrmDbContext CreateDbContext() => database.Context();
    }
}
