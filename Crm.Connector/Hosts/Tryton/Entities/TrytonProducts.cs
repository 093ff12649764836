using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton.Entities;

/// <summary>Variants, each with its template's name, unit and price.</summary>
internal sealed class TrytonProducts(TrytonReads reads, TrytonNames names) : ITrytonEntity<Product>
{
    private const string Templates = "product.template";

    public string Model => "product.product";

    public IReadOnlyList<object?[]> Filter => [];

    public IReadOnlyList<string> OtherModels => [Templates, "product.uom"];

    public IReadOnlyList<ChangeStep> Steps => [new(Model, "id"), new(Templates, "id", VariantsAsync)];

    public IReadOnlyList<string> Fields(bool versionsOnly) => versionsOnly ? ["template", .. TrytonRow.Stamps] : ["template", "code", "active", .. TrytonRow.Stamps];

    public async Task<IReadOnlyList<Joined<Product>>> JoinAsync(IReadOnlyList<TrytonRow> rows, bool versionsOnly, CancellationToken cancellation)
    {
        var fields = versionsOnly ? TrytonRow.Stamps : ["name", "default_uom", "list_price", "active", .. TrytonRow.Stamps];
        var templates = (await reads.WhereInAsync(Templates, "id", [.. rows.Select(r => r.Required("template")).Distinct()], fields, cancellation)).ToDictionary(t => t.Id);
        var units = versionsOnly
            ? new Dictionary<long, TrytonRow>()
            : await names.OfAsync("product.uom", ["symbol", "name"], templates.Values.Select(t => t.Reference("default_uom")), cancellation);
        return
        [
            .. rows.Where(r => templates.ContainsKey(r.Required("template"))).Select(variant =>
            {
                var template = templates[variant.Required("template")];
                return new Joined<Product>(variant.Id, TrytonKey.Of(variant.Id), v => v.Add(variant).Add(template), version => new Product
                {
                    Key = TrytonKey.Of(variant.Id),
                    Version = version,
                    Name = template.Text("name") ?? variant.Text("code") ?? TrytonKey.Of(variant.Id).Value,
                    Code = variant.Text("code"),
                    Unit = template.Reference("default_uom") is { } id && units.TryGetValue(id, out var unit) ? unit.Text("symbol") ?? unit.Text("name") : null,
                    Price = template.Number("list_price"),
                    IsActive = variant.Flag("active") && template.Flag("active"),
                });
            }),
        ];
    }

    private async Task<IReadOnlyCollection<long>> VariantsAsync(IReadOnlyCollection<long> templates, CancellationToken cancellation) =>
        [.. (await reads.WhereInAsync(Model, "template", templates, [], cancellation)).Select(v => v.Id)];
}
