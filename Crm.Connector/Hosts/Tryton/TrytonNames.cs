using System.Collections.Concurrent;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>Rows of small reference models (currencies, countries, units), read when first met and kept for ten minutes.</summary>
internal sealed class TrytonNames(TrytonReads reads)
{
    private static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<(string Model, long Id), (TrytonRow? Row, DateTimeOffset Until)> known = new();

    /// <summary>Rows by id; ids that Tryton does not have (any more) are left out.</summary>
    public async Task<IReadOnlyDictionary<long, TrytonRow>> OfAsync(
        string model, IReadOnlyList<string> fields, IEnumerable<long?> ids, CancellationToken cancellation)
    {
        var now = reads.Options.Clock.GetUtcNow();
        var wanted = ids.OfType<long>().ToHashSet();
        var missing = wanted.Where(id => !known.TryGetValue((model, id), out var k) || k.Until < now).ToList();
        if (missing.Count > 0)
        {
            var rows = (await reads.WhereInAsync(model, "id", missing, fields, cancellation)).ToDictionary(r => r.Id);
            foreach (var id in missing)
                known[(model, id)] = (rows.TryGetValue(id, out var row) ? row : null, now + Life);
        }

        return wanted.Select(id => (Id: id, known[(model, id)].Row)).Where(r => r.Row is not null).ToDictionary(r => r.Id, r => r.Row!.Value);
    }

    /// <summary>ISO codes of currencies.</summary>
    public async Task<IReadOnlyDictionary<long, TrytonCurrency>> CurrenciesAsync(IEnumerable<long?> ids, CancellationToken cancellation) =>
        (await OfAsync("currency.currency", ["code", "rounding"], ids, cancellation))
            .ToDictionary(r => r.Key, r => new TrytonCurrency(r.Value.Text("code")?.ToUpperInvariant() ?? "", r.Value.Number("rounding") ?? 0));
}

/// <summary>A currency.</summary>
/// <param name="Code">ISO 4217.</param>
/// <param name="Rounding">Smallest step of amounts; zero for none.</param>
internal readonly record struct TrytonCurrency(string Code, decimal Rounding)
{
    /// <summary>Rounds as Tryton does: half to even, in whole steps.</summary>
    public decimal Round(decimal amount) => Rounding > 0 ? Math.Round(amount / Rounding, MidpointRounding.ToEven) * Rounding : amount;
}
