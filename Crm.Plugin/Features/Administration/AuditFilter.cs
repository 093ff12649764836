using System.Globalization;
using System.Text;

namespace Crm.Plugin.Features.Administration;

/// <summary>What the audit log is narrowed to; "" for everything.</summary>
/// <param name="Subject">Kind of record.</param>
/// <param name="SubjectId">Which record; only with its kind.</param>
/// <param name="User">Login of who did it.</param>
/// <param name="Action">Beginning of the code.</param>
public sealed record AuditFilter(string Subject, string SubjectId, string User, string Action)
{
    /// <summary>Reads subject, id, user and action.</summary>
    public static AuditFilter From(IQueryCollection query)
    {
        return new(Of("subject"), Of("id"), Of("user"), Of("action"));

        string Of(string name) => query[name].ToString().Trim() is { Length: <= 200 } text ? text : "";
    }

    /// <summary>An address with this filter.</summary>
    public string Address(string path, long? before = null)
    {
        var address = new StringBuilder(path);
        foreach (var (name, value) in (IEnumerable<(string, string)>)[("subject", Subject), ("id", SubjectId), ("user", User), ("action", Action), ("before", before?.ToString(CultureInfo.InvariantCulture) ?? "")])
        {
            if (value.Length > 0)
            {
                address.Append(address.Length == path.Length ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
            }
        }

        return address.ToString();
    }
}
