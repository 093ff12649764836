using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;

namespace Crm.Plugin.Security;

/// <summary>What a change replaces, as the audit log keeps it: <c>{"subject":["old","new"]}</c>.</summary>
internal static class AuditChange
{
    /// <summary>Letters of every script stay readable.</summary>
    public static JsonSerializerOptions Readable { get; } = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>What the fields of a tracked record are changed to; call before it is saved.</summary>
    /// <param name="record">Added or changed.</param>
    /// <param name="except">Fields that say how it is kept, not what anybody typed.</param>
    public static IEnumerable<(string Field, string? Before, string? After)> Fields(EntityEntry record, params string[] except)
    {
        record.DetectChanges();
        return [.. record.Properties.Where(p => !p.Metadata.IsKey() && !except.Contains(p.Metadata.Name))
            .Select(p => (JsonNamingPolicy.CamelCase.ConvertName(p.Metadata.Name), record.State == EntityState.Added ? null : Text(p.OriginalValue), Text(p.CurrentValue)))];
    }

    private static string? Text(object? value) => value switch
    {
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        bool given => given ? "true" : null,
        IFormattable other => other.ToString(null, CultureInfo.InvariantCulture),
        _ => value?.ToString(),
    };

    /// <summary>The fields that differ; null when none does.</summary>
    public static string? Of(params IEnumerable<(string Field, string? Before, string? After)> fields) =>
        fields.Where(f => f.Before != f.After).ToDictionary(f => f.Field, f => new[] { f.Before, f.After }) is { Count: > 0 } changes ? JsonSerializer.Serialize(changes, Readable) : null;
}
