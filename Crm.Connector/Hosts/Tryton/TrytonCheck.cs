using System.Globalization;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>Looks from the outside in, and stops where the next look would only repeat the failure.</summary>
internal sealed class TrytonCheck(TrytonSession session, TrytonEndpoint endpoint, TrytonModels models, TrytonOptions options)
{
    private static readonly TimeSpan SkewAllowed = TimeSpan.FromMinutes(1);

    private static readonly (string Name, string What, string Module, string[] Models)[] Areas =
    [
        ("counterparties", "Counterparties", "party", ["party.party", "party.address", "party.contact_mechanism", "party.identifier"]),
        ("contact-persons", "Contact persons", "party_relationship", ["party.relation.all"]),
        ("sales", "Sales orders", "sale", ["sale.sale", "sale.line"]),
        ("purchases", "Purchase orders and supply terms", "purchase", ["purchase.purchase", "purchase.line", "purchase.product_supplier", "purchase.product_supplier.price"]),
        ("products", "Products", "product", ["product.product", "product.template", "product.uom"]),
        ("stock", "Deliveries and receipts", "stock", ["stock.move"]),
        ("invoices", "Invoices due and paid", "account_invoice", ["account.invoice", "account.invoice.line", "account.move.line"]),
        ("employees", "Employees, who are no counterparties", "company", ["company.company", "company.employee"]),
        ("users", "Users and groups", "res", ["res.user", "res.group"]),
        ("reference", "Currencies and countries", "currency", ["currency.currency", "country.country", "country.subdivision"]),
    ];

    public async Task<IReadOnlyList<HostCheck>> RunAsync(CancellationToken cancellation)
    {
        var found = new List<HostCheck>();
        try
        {
            var (version, serverTime) = await endpoint.VersionAsync(cancellation);
            found.Add(new HostCheck("host.reachable", CheckState.Ok, $"Tryton answers at {options.Server}."));
            found.Add(Version(version));
            if (serverTime is { } time)
                found.Add(Clock(time));
        }
        catch (HostException e)
        {
            found.Add(Failed("host.reachable", e, "Check CRM_HOST_URL, the network and whether trytond runs."));
            return found;
        }

        try
        {
            var access = await models.LoadAsync(again: true, cancellation);
            found.Add(new HostCheck("host.sign-in", CheckState.Ok, $"Signed in as {options.User}."));
            found.AddRange(Areas.Select(a => Area(a, access)));
            found.Add(await MenuAsync(cancellation));
        }
        catch (HostException e)
        {
            found.Add(Failed("host.sign-in", e, "Check the database in CRM_HOST_URL, CRM_HOST_USER and CRM_HOST_PASSWORD, and that the user is active."));
        }

        return found;
    }

    private static HostCheck Version(string version) => version.StartsWith("6.0.", StringComparison.Ordinal)
        ? new HostCheck("host.version", CheckState.Ok, version)
        : new HostCheck("host.version", CheckState.Warning, version, "This connector was tried with Tryton 6.0; compare some figures before relying on it.");

    private HostCheck Clock(DateTimeOffset serverTime)
    {
        var skew = (serverTime - options.Clock.GetUtcNow()).Duration();
        var text = string.Create(CultureInfo.InvariantCulture, $"The clocks differ by {skew.TotalSeconds:0} s.");
        return skew <= SkewAllowed
            ? new HostCheck("host.clock", CheckState.Ok, text)
            : new HostCheck("host.clock", CheckState.Warning, text, "Set both machines' clocks by NTP; freshness on the screens is off by that much, data are not.");
    }

    private static HostCheck Area((string Name, string What, string Module, string[] Models) area, IReadOnlyDictionary<string, TrytonAccess> access)
    {
        var name = $"host.rights.{area.Name}";
        var missing = area.Models.Where(m => access.GetValueOrDefault(m) == TrytonAccess.Missing).ToList();
        if (missing.Count > 0)
            return new HostCheck(name, Severity(area.Name), $"{area.What}: {string.Join(", ", missing)} not there.", $"Activate Tryton's module {area.Module}, or live without.");
        var closed = area.Models.Where(m => access.GetValueOrDefault(m) == TrytonAccess.Closed).ToList();
        return closed.Count > 0
            ? new HostCheck(name, Severity(area.Name), $"{area.What}: no right to read {string.Join(", ", closed)}.", "Give the service account the groups Sales, Purchase, Stock and Account as far as they concern it.")
            : new HostCheck(name, CheckState.Ok, $"{area.What}: readable.");
    }

    /// <summary>Without counterparties and users there is nothing to show and nobody to show it to.</summary>
    private static CheckState Severity(string area) => area is "counterparties" or "users" ? CheckState.Failed : CheckState.Warning;

    private async Task<HostCheck> MenuAsync(CancellationToken cancellation)
    {
        var access = await session.ReadAsync("ir.model.access", "get_access", [new[] { "ir.ui.menu", "ir.action.url" }], cancellation);
        return TrytonModels.IsGranted(access, "ir.ui.menu", "create") && TrytonModels.IsGranted(access, "ir.action.url", "create")
            ? new HostCheck("host.rights.menu", CheckState.Ok, "Menus can be created.")
            : new HostCheck("host.rights.menu", CheckState.Warning, "No right to create menus.", "Install and uninstall with a user of the group Administration; reading needs no such right.");
    }

    private static HostCheck Failed(string name, HostException e, string toDo) => new(name, CheckState.Failed, $"{e.Code}: {e.Message}", toDo);
}
