using System.Globalization;
using Crm.Contracts;
using Crm.Plugin.Commands;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Installation;

/// <summary>What the connector finds in the ERP, and how the mirror of it is.</summary>
internal sealed class ConnectionChecks(CommandContext context)
{
    /// <summary>Names begin with the connection's: <c>tryton.host.reachable</c>, <c>tryton.sync</c>.</summary>
    public async Task<IReadOnlyList<HostCheck>> RunAsync(ConnectionRecord connection, CancellationToken cancellation) =>
        [.. (await HostAsync(connection, cancellation)).Concat(await SyncAsync(connection, cancellation)).Select(c => c with { Name = $"{connection.Name}.{c.Name}" })];

    private async Task<IReadOnlyList<HostCheck>> HostAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        try
        {
            return await (await context.Get<HostPool>().OpenAsync(connection, cancellation)).CheckAsync(cancellation);
        }
        catch (HostException exception)
        {
            return [new("host", CheckState.Failed, exception.Code, exception.Message)];
        }
        catch (ManifestException exception)
        {
            return [new("manifest", CheckState.Failed, "install.bad-manifest", exception.Message)];
        }
    }

    private async Task<IReadOnlyList<HostCheck>> SyncAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        var states = await context.Get<CrmDbContext>().Set<SyncStateRecord>().Where(s => s.ConnectionId == connection.Id).OrderBy(s => s.Entity).ToListAsync(cancellation);
        var checks = new List<HostCheck>();
        foreach (var state in states.Where(s => s.Failure is not null))
        {
            checks.Add(new($"sync.{EntityNames.Json(state.Entity)}", CheckState.Failed, $"{state.FailureCode}: {state.FailureMessage}", Act(state.Failure!.Value)));
        }

        foreach (var state in states.Where(s => s.Problems > 0))
        {
            checks.Add(new(
                $"rows.{EntityNames.Json(state.Entity)}", CheckState.Warning, string.Create(CultureInfo.InvariantCulture, $"{state.Problems:N0} rows could not be read"), "The administration screen lists them; correct them in the ERP."));
        }

        checks.Add(await FreshnessAsync(connection, states.Count, cancellation));
        return checks;
    }

    private async Task<HostCheck> FreshnessAsync(ConnectionRecord connection, int states, CancellationToken cancellation)
    {
        if (states == 0)
        {
            return new("sync", CheckState.Warning, "never read yet", "Start crm serve, or run crm sync.");
        }

        var verdict = await context.Get<SilenceStore>().JudgeAsync(connection, cancellation);
        var since = verdict.Since?.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture) ?? "never";
        return verdict.Level switch
        {
            SilenceLevel.Silent => new("sync", CheckState.Warning, $"last read {since}", "Start crm serve, or run crm sync; if it runs, look at the failures above."),
            SilenceLevel.Quiet => new("sync", CheckState.Warning, $"nothing has changed since {since}, longer than usual", "Ask whether the ERP is in use; if it is, check what the service account may see."),
            _ => new("sync", CheckState.Ok, $"read {since}"),
        };
    }

    private static string Act(HostFailure failure) => failure switch
    {
        HostFailure.Unavailable => "Nobody has to act unless it lasts: the plugin tries again by itself.",
        HostFailure.Refused => "Check address, service account and its rights, then run crm install again with CRM_HOST_URL, CRM_HOST_USER, CRM_HOST_PASSWORD.",
        _ => "The connector does not understand the ERP: report it with this code.",
    };
}
