using System.Text.Json;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>One change of an interaction.</summary>
/// <param name="At">When.</param>
/// <param name="Who">Login; null for the system.</param>
/// <param name="Action">Stable code such as <c>interaction.changed</c>.</param>
/// <param name="Fields">Field, old and new value, as kept in the audit log.</param>
public sealed record InteractionChange(DateTimeOffset At, string? Who, string Action, IReadOnlyList<(string Field, string Before, string After)> Fields);

/// <summary>Reads what the audit log says of an interaction that the caller may read.</summary>
internal sealed class InteractionHistory(CrmDbContext database)
{
    private const int Longest = 100;

    /// <summary>Latest first.</summary>
    public async Task<IReadOnlyList<InteractionChange>> ReadAsync(long id, CancellationToken cancellation)
    {
        var subject = InteractionAudit.Id(id);
        var entries = await database.Set<AuditEntry>().Where(a => a.Subject == "interaction" && a.SubjectId == subject)
            .OrderByDescending(a => a.Id).Take(Longest).Select(a => new { a.At, a.UserLogin, a.Action, a.Detail }).ToListAsync(cancellation);
        return [.. entries.Select(a => new InteractionChange(a.At, a.UserLogin, a.Action, Fields(a.Detail)))];
    }

    private static IReadOnlyList<(string, string, string)> Fields(string? detail)
    {
        if (detail is null)
        {
            return [];
        }

        using var json = JsonDocument.Parse(detail);
        return [.. json.RootElement.EnumerateObject().Select(p => (p.Name, Text(p.Value[0]), Text(p.Value[1])))];
    }

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => "",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        _ => value.ToString(),
    };
}
