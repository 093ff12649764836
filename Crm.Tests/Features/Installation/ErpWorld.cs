using Crm.Plugin.Commands;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Crm.Tests.App;
using Crm.Tests.Commands;
using Crm.Tests.Servers;

namespace Crm.Tests.Features.Installation;

/// <summary>A plugin whose manifests name the <see cref="FolderErp"/> beside its own hosts, an empty data folder and such an ERP.</summary>
internal sealed class ErpWorld : IDisposable
{
    private const string Manifest = """
        {
          "id": "folder", "name": "Folder ERP", "version": "1.0", "contracts": "[0.1,1.0)",
          "connector": { "assembly": "Crm.Tests/Crm.Tests.dll", "type": "Crm.Tests.Features.Installation.FolderErpConnector" },
          "address": { "required": true, "kind": "folder" },
          "signIn": { "service": "password", "users": "host" },
          "roles": { "Bosses": "commercial-director", "Sellers": "sales-manager", "Admins": "administrator" },
          "menu": { "title": "CRM", "entries": [ { "id": "my-day", "title": "My day", "path": "/my-day" }, { "id": "list", "title": "Counterparties", "path": "/counterparties" } ] }
        }
        """;

    private readonly TemporaryFolder folder = new();

    private ErpWorld()
    {
        Directory.CreateDirectory(folder.Of("program", "manifests", "hosts"));
        Directory.CreateDirectory(folder.Of("program", "connectors", "Crm.Tests"));
        Directory.CreateSymbolicLink(folder.Of("program", "connectors", "Crm.Connector"), Path.Combine(PluginProgram.Folder, "connectors", "Crm.Connector"));
        File.CreateSymbolicLink(folder.Of("program", "connectors", "Crm.Tests", "Crm.Tests.dll"), typeof(ErpWorld).Assembly.Location);
        foreach (var file in Directory.GetFiles(Path.Combine(PluginProgram.Folder, "manifests", "hosts")))
        {
            File.Copy(file, folder.Of("program", "manifests", "hosts", Path.GetFileName(file)));
        }

        File.WriteAllText(folder.Of("program", "manifests", "hosts", "folder.json"), Manifest);
        Crm = new CrmCommand { ProgramFolder = folder.Of("program") };
        Erp = NewErp("erp");
    }

    public CrmCommand Crm { get; }

    public FolderErp Erp { get; }

    public string Data => folder.Of("data");

    public static async Task<ErpWorld> CreateAsync(DatabaseKind kind, PostgresServer postgres)
    {
        var world = new ErpWorld();
        if (kind == DatabaseKind.PostgreSql)
        {
            world.Crm.Variables["CRM_DATABASE"] = await postgres.CreateDatabaseAsync();
        }

        world.Use(world.Erp);
        return world;
    }

    public FolderErp NewErp(string name)
    {
        Directory.CreateDirectory(folder.Of(name));
        return new FolderErp(folder.Of(name))
        {
            Users =
            [
                new("olga", "olga-erp", ["Sellers", "Everybody"]),
                new("boris", "boris-erp", ["Sellers", "Bosses"]),
                new("guest", "guest-erp", ["Everybody"]),
            ],
        };
    }

    /// <summary>Sets the environment for installing into this ERP.</summary>
    public void Use(FolderErp erp)
    {
        Crm.Variables["CRM_HOST_URL"] = erp.Folder;
        Crm.Variables["CRM_HOST_USER"] = "crm";
        Crm.Variables["CRM_HOST_PASSWORD"] = "service";
    }

    public void ForgetEnvironment()
    {
        Crm.Variables.Remove("CRM_HOST_URL");
        Crm.Variables.Remove("CRM_HOST_USER");
        Crm.Variables.Remove("CRM_HOST_PASSWORD");
    }

    public Task<int> RunAsync(params string[] arguments) => Crm.RunAsync([.. arguments, "--data", Data]);

    public Task<CommandContext> OpenAsync()
    {
        var terminal = Crm.Terminal(TextWriter.Null, TextWriter.Null);
        return CommandContext.OpenAsync(CommandContext.OptionsFor(new DirectoryInfo(Data), terminal, runJobs: false), terminal, CancellationToken.None);
    }

    public async Task<(SignInOutcome Outcome, UserAccount? Account)> SignInAsync(string login, string password)
    {
        await using var context = await OpenAsync();
        return await context.Get<SignInService>().SignInAsync(login, password, CancellationToken.None);
    }

    public void Dispose() => folder.Dispose();
}
