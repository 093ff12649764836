using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Servers;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Crm.Tests.Commands;

/// <summary>Real processes: what an administrator sees, and with which code they end.</summary>
public sealed partial class ServeTests(PostgresServer postgres)
{
    private const string AnyPort = "http://127.0.0.1:0";

    [Fact]
    public async Task Serve_EmptyFolder_StartsTheDemoAndASecondStartFindsItAgain()
    {
        using var folder = new TemporaryFolder();
        string[] serve = ["--urls", AnyPort, "--data", folder.Of("data")];
        await using (var first = CrmProcess.Start(serve))
        {
            await SignInAsync(await first.AddressAsync(), "anna", "anna-demo");
            Assert.Contains("anna     password anna-demo     sales manager", first.Out, StringComparison.Ordinal);
            Assert.Contains("viktor   password viktor-demo   commercial director", first.Out, StringComparison.Ordinal);
            Assert.Contains("admin    password admin-demo    administrator", first.Out, StringComparison.Ordinal);
            await CompanyAsync(first);
            Assert.Equal(0, await first.TerminateAsync());
        }

        await using var second = CrmProcess.Start(serve);
        await SignInAsync(await second.AddressAsync(), "viktor", "viktor-demo");
        await CompanyAsync(second);
        Assert.Equal(0, await second.TerminateAsync());
        Assert.DoesNotContain("   at ", second.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Serve_BusyPort_IsOneLineAndCode1()
    {
        using var folder = new TemporaryFolder();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);

        await using var crm = CrmProcess.Start(["serve", "--urls", $"http://localhost:{port}", "--data", folder.Of("data")]);

        Assert.Equal(1, await crm.ExitAsync());
        Assert.Equal($"crm: Port {port} is in use by another program: stop that one, or choose another with --urls http://localhost:PORT. [crm.port-busy]\n", crm.Error);
        Assert.Empty(crm.Out);
    }

    [Fact]
    public async Task Serve_FileInPlaceOfTheFolder_IsOneLineAndCode1()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.Of("data"), "");

        await using var crm = CrmProcess.Start(["serve", "--urls", AnyPort, "--data", folder.Of("data")]);

        Assert.Equal(1, await crm.ExitAsync());
        Assert.Equal($"crm: The data folder {folder.Of("data")} is a file: name a folder with --data DIR. [crm.data-folder]\n", crm.Error);
    }

    [Fact]
    public async Task Serve_FolderThatAnotherServes_IsOneLineAndCode1()
    {
        using var folder = new TemporaryFolder();
        await using var first = CrmProcess.Start(["serve", "--urls", AnyPort, "--data", folder.Of("data")]);
        await first.AddressAsync();

        await using var second = CrmProcess.Start(["serve", "--urls", AnyPort, "--data", folder.Of("data")]);

        Assert.Equal(1, await second.ExitAsync());
        Assert.EndsWith("[crm.data-folder-busy]\n", second.Error, StringComparison.Ordinal);
        Assert.Equal(2, second.Error.Split('\n').Length);
    }

    [Fact]
    public async Task Serve_PostgresThatIsNotThere_IsOneLineAndCode1()
    {
        using var folder = new TemporaryFolder();
        var port = ServerProcess.FreePort().ToString(CultureInfo.InvariantCulture);

        await using var crm = CrmProcess.Start(
            ["serve", "--urls", AnyPort, "--data", folder.Of("data")], new Dictionary<string, string> { ["CRM_DATABASE"] = $"postgres://crm:secret@127.0.0.1:{port}/crm" });

        Assert.Equal(1, await crm.ExitAsync());
        Assert.Equal("crm: The PostgreSQL that CRM_DATABASE names cannot be reached (ConnectionRefused): start it or correct host and port. [crm.database-unreachable]\n", crm.Error);
    }

    [Fact]
    public async Task Serve_Postgres_StartsTheDemo()
    {
        using var folder = new TemporaryFolder();
        var database = await postgres.CreateDatabaseAsync();

        await using var crm = CrmProcess.Start(["serve", "--urls", AnyPort, "--data", folder.Of("data")], new Dictionary<string, string> { ["CRM_DATABASE"] = database });

        await SignInAsync(await crm.AddressAsync(), "admin", "admin-demo");
        Assert.Equal(0, await crm.TerminateAsync());
        Assert.False(File.Exists(folder.Of("data", "crm.db")));
    }

    [Theory, MemberData(nameof(CrmApp.Databases), MemberType = typeof(CrmApp))]
    public async Task Serve_DatabaseOfANewerVersion_IsRefused(DatabaseKind kind)
    {
        using var folder = new TemporaryFolder();
        var crm = new CrmCommand();
        if (kind == DatabaseKind.PostgreSql)
        {
            crm.Variables["CRM_DATABASE"] = await postgres.CreateDatabaseAsync();
        }

        Assert.Equal(0, await crm.RunAsync("user", "list", "--data", folder.Path));
        const string newer = "INSERT INTO \"__EFMigrationsHistory\" VALUES ('9999_Future', '99.0')";
        if (kind == DatabaseKind.PostgreSql)
        {
            await using var connection = new Npgsql.NpgsqlConnection(crm.Variables["CRM_DATABASE"]);
            await connection.OpenAsync();
            await using var command = new Npgsql.NpgsqlCommand(newer, connection);
            await command.ExecuteNonQueryAsync();
        }
        else
        {
            await using var connection = new SqliteConnection($"Data Source={folder.Of("crm.db")}");
            await connection.OpenAsync();
            await using var command = new SqliteCommand(newer, connection);
            await command.ExecuteNonQueryAsync();
        }

        Assert.Equal(1, await crm.RunAsync("serve", "--urls", AnyPort, "--data", folder.Path));
        Assert.StartsWith("crm: The database was upgraded by a newer version of the plugin (it has 9999_Future)", crm.Error, StringComparison.Ordinal);
        Assert.EndsWith("[crm.database-newer]\n", crm.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Upgrade_KilledBefore_IsNotHeldUpByItsLock()
    {
        using var folder = new TemporaryFolder();
        await using (var connection = new SqliteConnection($"Data Source={folder.Of("crm.db")}"))
        {
            await connection.OpenAsync();
            await using var command = new SqliteCommand(
                "CREATE TABLE \"__EFMigrationsLock\" (\"Id\" INTEGER NOT NULL PRIMARY KEY, \"Timestamp\" TEXT NOT NULL); INSERT INTO \"__EFMigrationsLock\" VALUES (1, '2026-01-01')", connection);
            await command.ExecuteNonQueryAsync();
        }

        Assert.Equal(0, await new CrmCommand().RunAsync("user", "list", "--data", folder.Path));
    }

    private static async Task SignInAsync(Uri address, string login, string password)
    {
        using var browser = new WebBrowser(address);
        await browser.OpenAsync("/sign-in");
        await browser.SubmitAsync("/sign-in", new() { ["login"] = login, ["password"] = password });
        Assert.NotEqual(HttpStatusCode.Unauthorized, browser.Status);
        Assert.DoesNotContain("/sign-in", browser.Location, StringComparison.Ordinal);
    }

    /// <summary>The demo has 2,000 counterparties and 30,000 orders from before today, and what has come since midnight.</summary>
    private static async Task CompanyAsync(CrmProcess crm)
    {
        await UntilAsync(() => Company().IsMatch(crm.Out), crm);
        var counts = Company().Match(crm.Out);
        Assert.InRange(int.Parse(counts.Groups[1].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), 2_000, 2_010);
        Assert.InRange(int.Parse(counts.Groups[2].Value, NumberStyles.AllowThousands, CultureInfo.InvariantCulture), 30_000, 30_100);
    }

    private static async Task UntilAsync(Func<bool> holds, CrmProcess crm)
    {
        for (var i = 0; i < 600 && !holds(); i++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200), TimeProvider.System);
        }

        Assert.True(holds(), crm.Out + crm.Error);
    }

    [GeneratedRegex("The company is read: ([0-9,]+) counterparties, ([0-9,]+) orders")]
    private static partial Regex Company();
}
