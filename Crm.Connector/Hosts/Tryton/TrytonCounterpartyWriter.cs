using Crm.Connector.Hosts.Tryton.Entities;
using Crm.Contracts;

namespace Crm.Connector.Hosts.Tryton;

/// <summary>
/// Creates parties with their mechanisms, address and tax number, in one request, which Tryton commits whole or not at all. A party has no
/// field for an idempotency key: it is kept in the comment of the first mechanism. One without mechanisms is found by its name, if it was
/// made since the key was: two of one name of whom nothing else is known are one.
/// </summary>
internal sealed class TrytonCounterpartyWriter(TrytonSession session, TrytonReads reads) : ICounterpartyWriter
{
    public const string Model = "party.party";

    /// <summary>How far two clocks may differ.</summary>
    private static readonly TimeSpan Drift = TimeSpan.FromMinutes(10);

    public async Task<Written> CreateAsync(NewCounterparty record, Guid idempotencyKey, CancellationToken cancellation)
    {
        var mark = $"CRM {idempotencyKey:D}";
        if (await FindAsync(record, mark, idempotencyKey, cancellation) is { } there)
            return await WrittenAsync(there, wasThere: true, cancellation);
        var values = new Dictionary<string, object?> { ["name"] = record.Name };
        if (record.Mechanisms.Count > 0)
            values["contact_mechanisms"] = Create(record.Mechanisms.Select((m, i) => TrytonMechanismWriter.Values(m, i == 0 ? mark : null)));
        if (record.Address is { } address)
            values["addresses"] = Create([await AddressAsync(address, cancellation)]);
        if (record.TaxId is { } taxId)
            values["identifiers"] = Create([new Dictionary<string, object?> { ["code"] = taxId }]);
        var created = await session.WriteAsync(Model, "create", [new[] { values }], cancellation);
        return await WrittenAsync(created[0].GetInt64(), wasThere: false, cancellation);
    }

    private async Task<long?> FindAsync(NewCounterparty record, string mark, Guid key, CancellationToken cancellation)
    {
        if (record.Mechanisms.Count > 0)
        {
            var marked = await reads.AllAsync(TrytonMechanisms.Model, [TrytonReads.Clause("comment", "=", mark)], ["party"], cancellation);
            return marked.Select(r => r.Reference("party")).FirstOrDefault(p => p is not null);
        }

        if (MadeAt(key) is not { } since)
            return null;
        var named = await reads.AllAsync(Model, [TrytonReads.Clause("name", "=", record.Name), TrytonReads.Clause("create_date", ">=", since - Drift)], ["name"], cancellation);
        var reachable = (await reads.WhereInAsync(TrytonMechanisms.Model, "party", [.. named.Select(r => r.Id)], ["party"], cancellation)).Select(r => r.Required("party")).ToHashSet();
        return named.Where(r => !reachable.Contains(r.Id)).Select(r => (long?)r.Id).FirstOrDefault();
    }

    /// <summary>The answer is not needed to know that it was made: a number that cannot be read now comes with the next poll.</summary>
    private async Task<Written> WrittenAsync(long id, bool wasThere, CancellationToken cancellation)
    {
        string? code;
        try
        {
            code = (await reads.WhereInAsync(Model, "id", [id], ["code"], cancellation)).Select(r => r.Text("code")).FirstOrDefault();
        }
        catch (HostException failure) when (failure.Failure == HostFailure.Unavailable)
        {
            code = null;
        }

        return new Written(TrytonKey.Of(id), code, wasThere);
    }

    /// <summary>A country is one of Tryton's, by code or name; a region that Tryton does not know stays readable in the lines.</summary>
    private async Task<Dictionary<string, object?>> AddressAsync(PostalAddress address, CancellationToken cancellation)
    {
        var country = address.Country is { } named ? await CountryAsync(named.Trim(), cancellation) : null;
        var region = address.Region is { } area && country is { } within
            ? (await reads.AllAsync("country.subdivision", [TrytonReads.Clause("country", "=", within), TrytonReads.Clause("name", "ilike", Escape(area.Trim()))], ["name"], cancellation)).Select(r => (long?)r.Id).FirstOrDefault()
            : null;
        var lines = region is null && address.Region is { } unknown ? string.Join('\n', new[] { address.Lines, unknown }.OfType<string>()) : address.Lines;
        return new()
        {
            ["street"] = lines, ["postal_code"] = address.PostalCode, ["city"] = address.City, ["country"] = country, ["subdivision"] = region,
        };
    }

    private async Task<long?> CountryAsync(string named, CancellationToken cancellation)
    {
        var found = named.Length == 2
            ? await reads.AllAsync("country.country", [TrytonReads.Clause("code", "=", named.ToUpperInvariant())], ["code"], cancellation)
            : await reads.AllAsync("country.country", [TrytonReads.Clause("name", "ilike", Escape(named))], ["code"], cancellation);
        return found.Count > 0 ? found[0].Id : throw TrytonFault.Refused("no-country", "Tryton has no country of the code or name in the address.");
    }

    private static string Escape(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);

    private static object[] Create(IEnumerable<Dictionary<string, object?>> rows) => [new object[] { "create", rows.ToArray() }];

    /// <summary>A key of version 7 tells when it was made (RFC 9562, section 5.7); another one tells nothing.</summary>
    private static DateTimeOffset? MadeAt(Guid key)
    {
        if (key.Version != 7)
            return null;
        var bytes = key.ToByteArray(bigEndian: true);
        return DateTimeOffset.FromUnixTimeMilliseconds(bytes.Take(6).Aggregate(0L, (sum, b) => (sum << 8) | b));
    }
}
