using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace Crm.Plugin.Features.Administration;

/// <summary>What an audit entry says beyond its code.</summary>
internal static class AuditDetail
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>{"role":"SalesManager"}; a changed value is an array of old and new.</summary>
    public static string Of(params IEnumerable<(string Name, object? Value)> values) =>
        JsonSerializer.Serialize(values.ToDictionary(v => v.Name, v => v.Value, StringComparer.Ordinal), Readable);
}
