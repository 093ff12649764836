using Crm.Contracts;
using Crm.Plugin.Mirror.Connectors;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Mirror.Syncing;

namespace Crm.Plugin.Features.Administration;

/// <summary>One thing that an ERP may or may not offer.</summary>
/// <param name="Name">English text, the key of its translations.</param>
/// <param name="IsOffered">Whether the connector has it.</param>
public sealed record Offer(string Name, bool IsOffered);

/// <summary>What came of a look at an ERP.</summary>
/// <param name="At">When.</param>
/// <param name="Checks">Findings; empty when the connector could not even be opened.</param>
/// <param name="Failure">Why it could not; null when it could.</param>
public sealed record CheckReport(DateTimeOffset At, IReadOnlyList<HostCheck> Checks, string? Failure);

/// <summary>Talks to the ERPs of connections, for the screens.</summary>
internal sealed class HostsAtHand(HostPool pool, SyncProgressFeed feed, TimeProvider clock)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>What this process reads of a connection at the moment.</summary>
    public SyncProgress? Live(int connectionId) => feed.Latest.FirstOrDefault(p => p.ConnectionId == connectionId && p.Phase != SyncPhase.Finished);

    /// <summary>What the connector offers; null when it cannot be opened. Touches no network.</summary>
    public async Task<IReadOnlyList<Offer>?> OffersAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        try
        {
            var host = await pool.OpenAsync(connection, cancellation);
            return
            [
                new("Counterparties", host.Find<ICounterpartySource>() is not null),
                new("Contact persons", host.Find<IContactPersonSource>() is not null),
                new("Sales orders", host.Find<ISalesOrderSource>() is not null),
                new("Lines of sales orders", host.Find<ISalesOrderLineSource>() is not null),
                new("Products", host.Find<IProductSource>() is not null),
                new("Purchase orders", host.Find<IPurchaseOrderSource>() is not null),
                new("Lines of purchase orders", host.Find<IPurchaseOrderLineSource>() is not null),
                new("Supply terms", host.Find<ISupplierTermsSource>() is not null),
                new("Payments", host.Find<IPaymentSource>() is not null),
                new("ERP users", host.Find<IHostUserSource>() is not null),
                new("Sign-in with the ERP's password", host.Find<IHostSignIn>() is not null),
                new("Menu in the ERP", host.Find<IHostMenu>() is not null),
                new("Creating counterparties", host.Find<ICounterpartyWriter>() is not null),
                new("Creating contact persons", host.Find<IContactPersonWriter>() is not null),
                new("Creating sales orders", host.Find<ISalesOrderWriter>() is not null),
            ];
        }
        catch (Exception failure) when (failure is HostException or ManifestException)
        {
            return null; // "check now" tells why
        }
    }

    /// <summary>Looks whether everything needed is there; changes nothing in the ERP.</summary>
    public async Task<CheckReport> CheckAsync(ConnectionRecord connection, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, patience.Token);
        try
        {
            var host = await pool.OpenAsync(connection, either.Token);
            return new(clock.GetUtcNow(), await host.CheckAsync(either.Token), null);
        }
        catch (Exception failure) when (failure is HostException or ManifestException)
        {
            return new(clock.GetUtcNow(), [], failure.Message);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new(clock.GetUtcNow(), [], "The ERP did not answer within a minute.");
        }
    }
}
