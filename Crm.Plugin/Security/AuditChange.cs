using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Plugin.Security;

/// <summary>What a change replaces, as the audit log keeps it: <c>{"subject":["old","new"]}</c>.</summary>
internal static class AuditChange
{
    /// <summary>Letters of every script stay readable.</summary>
    public static JsonSerializerOptions Readable { get; } = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>The fields that differ; null when none does.</summary>
    public static string? Of(params IEnumerable<(string Field, string? Before, string? After)> fields) =>
        fields.Where(f => f.Before != f.After).ToDictionary(f => f.Field, f => new[] { f.Before, f.After }) is { Count: > 0 } changes ? JsonSerializer.Serialize(changes, Readable) : null;
}
