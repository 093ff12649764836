using System.Text.Json;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Knows which of Tryton's models are there and readable for the service account: modules are optional and rights differ. Asked once,
/// then kept; while it could not be asked, everything counts as readable and the read itself says what is wrong.
/// </summary>
internal sealed class TrytonModels(TrytonSession session, TrytonOptions options)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(30);

    /// <summary>Every model that any entity reads.</summary>
    public static readonly IReadOnlyList<string> Known =
    [
        "party.party", "party.address", "party.contact_mechanism", "party.identifier", "party.relation.all", "company.company", "company.employee",
        "country.country", "country.subdivision", "currency.currency", "product.product", "product.template", "product.uom",
        "sale.sale", "sale.line", "purchase.purchase", "purchase.line", "purchase.product_supplier", "purchase.product_supplier.price",
        "stock.move", "account.invoice", "account.invoice.line", "account.move.line", "res.user", "res.group",
    ];

    private IReadOnlyDictionary<string, TrytonAccess>? known;
    private DateTimeOffset failedUntil;

    /// <summary>False only when it is known that the model is missing or closed.</summary>
    public bool CanRead(string model) => known is null || known.GetValueOrDefault(model) == TrytonAccess.Readable;

    /// <summary>Asks unless it is known.</summary>
    /// <exception cref="HostException">It could not be asked.</exception>
    public async Task<IReadOnlyDictionary<string, TrytonAccess>> LoadAsync(bool again, CancellationToken cancellation)
    {
        // Two threads at once both ask, which costs a request and nothing else.
        return known = known is null || again ? await AskAsync(cancellation) : known;
    }

    /// <summary>Asks unless it is known or has just failed; a failure is left to the reads to tell.</summary>
    public async Task TryLoadAsync()
    {
        if (known is not null || options.Clock.GetUtcNow() < failedUntil)
            return;
        try
        {
            await LoadAsync(again: false, CancellationToken.None);
        }
        catch (HostException)
        {
            failedUntil = options.Clock.GetUtcNow() + AskAgain;
        }
    }

    private async Task<IReadOnlyDictionary<string, TrytonAccess>> AskAsync(CancellationToken cancellation)
    {
        // get_access fails as a whole when it is asked for a model that does not exist.
        var found = await session.ReadAsync(
            "ir.model", "search_read", [new object[] { TrytonReads.Clause("model", "in", Known) }, 0, null, null, new[] { "model" }], cancellation);
        if (found.ValueKind != JsonValueKind.Array)
            throw TrytonFault.BadAnswer("model.ir.model.search_read", "no list of models in the answer");
        var present = found.EnumerateArray().Select(m => new TrytonRow(m).Text("model")).OfType<string>().ToHashSet();
        var access = await session.ReadAsync("ir.model.access", "get_access", [present], cancellation);
        return Known.ToDictionary(m => m, m => !present.Contains(m) ? TrytonAccess.Missing : IsGranted(access, m, "read") ? TrytonAccess.Readable : TrytonAccess.Closed);
    }

    /// <summary>Rights come as true, false, 1 or 0.</summary>
    public static bool IsGranted(JsonElement access, string model, string right) =>
        access.ValueKind == JsonValueKind.Object && access.TryGetProperty(model, out var rights)
        && rights.ValueKind == JsonValueKind.Object && rights.TryGetProperty(right, out var granted)
        && (granted.ValueKind == JsonValueKind.True || (granted.ValueKind == JsonValueKind.Number && granted.GetDouble() != 0));
}

/// <summary>Whether a model can be read.</summary>
internal enum TrytonAccess
{
    /// <summary>Its module is not installed.</summary>
    Missing,

    /// <summary>The account lacks the right.</summary>
    Closed,

    /// <summary>It can.</summary>
    Readable,
}
