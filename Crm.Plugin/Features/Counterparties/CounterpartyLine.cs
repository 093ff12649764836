using System.Data.Common;
using System.Text;
using Crm.Contracts;
using Crm.Plugin.Features.People;
using Crm.Plugin.Mirror.Records;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Counterparties;

/// <summary>One counterparty of a list: the columns shown and nothing else.</summary>
public sealed record CounterpartyLine(
    long Id, string Name, string NameFolded, string? Code, string? TaxId, CounterpartyRoles Roles, string? City, string? ManagerLogin,
    short? Importance, short? Stage, short? Regularity, bool IsActive, bool IsGone, string Mechanisms, int ConnectionId, string HostKey)
{
    internal const string Columns =
        "c.id, c.name, c.name_folded, c.code, c.tax_id, c.roles, c.city, c.manager_login, c.importance, c.stage, c.regularity, c.is_active, c.gone_at, c.mechanisms, c.connection_id, c.host_key";

    internal const int ColumnCount = 16;

    /// <summary>Not in any ERP yet.</summary>
    public bool IsProspect => ConnectionId == CounterpartyRecord.ProspectConnection;

    /// <summary>The phone to use first; null for none that is in use. Of a list made by <see cref="CounterpartyList.ReachedAsync"/>.</summary>
    public string? Phone { get; init; }

    /// <summary>The e-mail to use first, likewise.</summary>
    public string? Email { get; init; }

    internal static CounterpartyLine Read(DbDataReader row) => new(
        row.GetInt64(0), row.GetString(1), row.GetString(2), row.Text(3), row.Text(4), (CounterpartyRoles)row.GetInt32(5), row.Text(6), row.Text(7),
        row.Short(8), row.Short(9), row.Short(10), row.GetBoolean(11), !row.IsDBNull(12), row.GetString(13), row.GetInt32(14), row.GetString(15));
}

/// <summary>Some counterparties and where the list goes on.</summary>
/// <param name="Lines">In the order of their names; name matches come before matches of code, tax number and e-mail.</param>
/// <param name="Next">Opaque; null at the end.</param>
public sealed record CounterpartyList(IReadOnlyList<CounterpartyLine> Lines, string? Next)
{
    /// <summary>With phone and e-mail.</summary>
    internal async Task<CounterpartyList> ReachedAsync(CrmDbContext database, DateOnly today, CancellationToken cancellation)
    {
        var ways = await WaysToReach.OfAsync(database, [.. Lines.Select(l => (l.Id, l.Mechanisms))], today, cancellation);
        return this with { Lines = [.. Lines.Select(l => l with { Phone = First(l, ContactMechanismKind.Phone), Email = First(l, ContactMechanismKind.Email) })] };

        string? First(CounterpartyLine line, ContactMechanismKind kind) => ways[line.Id].Where(w => w.Kind == kind).Select(w => w.Value).FirstOrDefault();
    }
}

/// <summary>Where a list of counterparties goes on.</summary>
/// <param name="Others">False within the name matches, true within the matches of other fields.</param>
/// <param name="NameFolded">Of the last one shown; "" to begin.</param>
/// <param name="Id">Of the last one shown; 0 to begin.</param>
internal readonly record struct ListCursor(bool Others, string NameFolded, long Id)
{
    public static ListCursor Start => new(false, "", 0);

    /// <summary>Anything that is not a cursor begins the list anew.</summary>
    public static ListCursor Parse(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return Start;
        }

        if (!System.Buffers.Text.Base64Url.IsValid(text))
        {
            return Start;
        }

        var parts = Encoding.UTF8.GetString(Decoded(text)).Split('\n', 3);
        return parts.Length == 3 && long.TryParse(parts[1], System.Globalization.CultureInfo.InvariantCulture, out var id) ? new(parts[0] == "1", parts[2], id) : Start;
    }

    /// <summary>Empty for what only looks like base64: left-over bits that no encoder writes.</summary>
    private static byte[] Decoded(string text)
    {
        try
        {
            return System.Buffers.Text.Base64Url.DecodeFromChars(text);
        }
        catch (FormatException)
        {
            return [];
        }
    }

    public override string ToString() => System.Buffers.Text.Base64Url.EncodeToString(
        Encoding.UTF8.GetBytes(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(Others ? 1 : 0)}\n{Id}\n{NameFolded}")));
}
