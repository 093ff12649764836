using System.Globalization;
using System.Runtime.CompilerServices;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connections;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Installation;

/// <summary>All checks, one after the other; a check that fails does not keep the next ones from being made.</summary>
internal sealed class Doctor(CrmPluginOptions options, Terminal terminal)
{
    public async IAsyncEnumerable<HostCheck> ExamineAsync(string urls, [EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return Preflight.Folder(options.DataFolder);
        foreach (var check in Preflight.Disk(options.DataFolder))
        {
            yield return check;
        }

        yield return Keys();
        yield return Program();
        yield return Manifests();
#if HANGFIRE
        yield return Jobs.Hangfire.HangfireDatabase.Examine(options);
#endif
        foreach (var url in urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            yield return await ServeCheck.RunAsync(url, cancellation);
        }

        if (DatabaseOptions.From(options.Database, options.DataFolder).Kind == DatabaseKind.Sqlite && !File.Exists(Path.Combine(options.DataFolder, "crm.db")))
        {
            yield return new("database", CheckState.Warning, "there is none yet", "crm serve or crm install makes it.");
            yield break;
        }

        await using var context = CommandContext.Look(options, terminal);
        var database = await DatabaseCheck.RunAsync(context.Services, cancellation);
        yield return database;
        if (database.State == CheckState.Failed || !await DatabaseCheck.HasTablesAsync(context.Services, cancellation))
        {
            yield break;
        }

        foreach (var connection in await context.Get<ConnectionStore>().ListAsync(withRemoved: false, cancellation))
        {
            foreach (var check in await new ConnectionChecks(context).RunAsync(connection, cancellation))
            {
                yield return check;
            }
        }
    }

    private HostCheck Keys()
    {
        var folder = Path.Combine(options.DataFolder, "keys");
        var count = Directory.Exists(folder) ? Directory.GetFiles(folder, "key-*.xml").Length : 0;
        return count > 0
            ? new("keys", CheckState.Ok, count.ToString(CultureInfo.InvariantCulture))
            : new("keys", CheckState.Warning, "none yet", "The first start makes them. If there were some: restore the folder keys from the backup, or install each ERP again with its password.");
    }

    /// <summary>An upgrade that replaced only some of the files shows here.</summary>
    private HostCheck Program()
    {
        const string Cure = "Unpack the plugin again, whole, into an empty folder.";
        try
        {
            return PluginManifest.ReadFile(Path.Combine(options.ManifestFolder, "crm.json")).Mismatch() is { } mismatch
                ? new("program", CheckState.Failed, mismatch, Cure)
                : new("program", CheckState.Ok, PluginManifest.ProgramVersion);
        }
        catch (ManifestException exception)
        {
            return new("program", CheckState.Failed, exception.Message, Cure);
        }
    }

    private HostCheck Manifests()
    {
        var loader = new ConnectorLoader(options.ManifestFolder, options.ConnectorFolder);
        try
        {
            var found = loader.Manifests();
            foreach (var manifest in found)
            {
                loader.Load(manifest);
            }

            return found.Count > 0
                ? new("manifests", CheckState.Ok, string.Join(", ", found.Select(m => m.Id)))
                : new("manifests", CheckState.Failed, $"none in {options.ManifestFolder}", "Unpack the plugin again: its folder manifests is missing.");
        }
        catch (ManifestException exception)
        {
            return new("manifests", CheckState.Failed, exception.Message, "Correct the manifest, or put the connector that it names into the connectors folder.");
        }
    }
}
