using System.Globalization;
using System.Text;
using Crm.Plugin.Security;

namespace Crm.Plugin.Features.Administration;

/// <summary>The audit log as a CSV file: UTF-8 with a byte order mark, commas, instants in UTC.</summary>
internal static class AuditExport
{
    private const int Batch = 1000;

    /// <summary>Writes what is filtered, newest first, in pieces: memory does not grow with the log.</summary>
    public static async Task WriteAsync(Stream output, AuditStore store, AuditFilter filter, CancellationToken cancellation)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await writer.WriteAsync("number,at,user,action,subject,id,detail\r\n");
        long? before = null;
        while (true)
        {
            var entries = await store.ListAsync(filter, before, Batch, cancellation);
            foreach (var entry in entries)
            {
                await writer.WriteAsync(Line(entry));
            }

            await writer.FlushAsync(cancellation);
            if (entries.Count < Batch)
            {
                return;
            }

            before = entries[^1].Id;
        }
    }

    private static string Line(AuditEntry entry) => string.Join(
        ',',
        entry.Id.ToString(CultureInfo.InvariantCulture), entry.At.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        Cell(entry.UserLogin), Cell(entry.Action), Cell(entry.Subject), Cell(entry.SubjectId), Cell(entry.Detail)) + "\r\n";

    /// <summary>A cell that a spreadsheet would run as a formula gets an apostrophe before it.</summary>
    private static string Cell(string? value)
    {
        if (string.IsNullOrEmpty(value))
        {
            return "";
        }

        var text = value[0] is '=' or '+' or '-' or '@' or '\t' or '\r' ? "'" + value : value;
        return text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
