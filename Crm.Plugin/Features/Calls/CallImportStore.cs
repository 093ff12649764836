using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>What becomes of a line: new, known or bad.</summary>
/// <param name="Wrong">English text, the key of its translations; null for what is not bad.</param>
public sealed record CallVerdict(int No, CallRecord? Call, bool IsKnown, string? Wrong);

/// <summary>Looks at call logs, imports them and takes them back.</summary>
internal sealed class CallImportStore(CrmDbContext database, CurrentUser user, AuditLog audit, TimeProvider clock)
{
    /// <summary>Bytes of the largest file.</summary>
    public const long MostBytes = 20 << 20;

    // Two clocks are never the same, and a log may round to seconds.
    private static readonly TimeSpan Same = TimeSpan.FromSeconds(2);

    /// <summary>Keeps a file and says what would become of each line. Nothing is imported.</summary>
    public async Task<(long Id, IReadOnlyList<CallVerdict> Verdicts, Refusal? Refusal)> LookAsync(string name, string text, CancellationToken cancellation)
    {
        var (verdicts, refusal) = await JudgeAsync(text, cancellation);
        if (refusal is not null)
        {
            return (0, [], refusal);
        }

        var now = clock.GetUtcNow();
        var old = now.AddDays(-1);
        // Files that somebody looked at and left.
        await database.Set<CallImport>().Where(i => i.ImportedAt == null && i.MadeAt < old).ExecuteDeleteAsync(cancellation);
        var import = new CallImport
        {
            Name = name, Text = text, MadeBy = user.Id, MadeAt = now, Added = verdicts.Count(v => v is { IsKnown: false, Wrong: null }), Known = verdicts.Count(v => v.IsKnown), Bad = verdicts.Count(v => v.Wrong is not null),
        };
        database.Add(import);
        await database.SaveChangesAsync(cancellation);
        return (import.Id, verdicts, null);
    }

    /// <summary>Imports what is new of a file that was looked at. Sent twice, or beside the exchange's own reports, nothing is doubled.</summary>
    /// <returns>False when there is no such file, or it was imported before.</returns>
    public async Task<bool> ImportAsync(long id, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        // Whoever comes second finds it imported.
        if (await database.Set<CallImport>().Where(i => i.Id == id && i.ImportedAt == null).ExecuteUpdateAsync(i => i.SetProperty(x => x.ImportedAt, now), cancellation) == 0)
        {
            return false;
        }

        var import = await database.Set<CallImport>().AsTracking().FirstAsync(i => i.Id == id, cancellation);
        var (verdicts, _) = await JudgeAsync(import.Text!, cancellation);
        var users = await database.Set<CallLine>().OrderBy(l => l.Extension).Take(CallSettings.Most).ToDictionaryAsync(l => l.Extension, l => l.UserId, cancellation);
        var own = await database.Set<OwnNumber>().OrderBy(n => n.Digits).Take(CallSettings.Most).Select(n => n.Digits).ToListAsync(cancellation);
        import.Added = 0;
        foreach (var call in verdicts.Where(v => v is { IsKnown: false, Call: not null }).Select(v => v.Call!))
        {
            import.Added += (await database.ReadAsync(
                """
                INSERT INTO phone_call (call_key, line, user_id, direction, number, digits, is_internal, rang_at, answered_at, ended_at, disposition, dismissed_at, is_somebody_else, import_no)
                VALUES (@key, @line, @user, @direction, @number, @digits, @internal, @rang, @answered, @ended, @how, @now, FALSE, @import) ON CONFLICT (call_key, line) DO NOTHING RETURNING id
                """,
                [
                    ("@key", call.Key), ("@line", call.Line), ("@user", users.TryGetValue(call.Line, out var whose) ? whose : null), ("@direction", (int)call.Direction), ("@number", call.Number), ("@digits", call.Digits),
                    ("@internal", users.ContainsKey(call.Number) || own.Any(o => CallRule.Likeness(o, call.Digits) > 1)), ("@rang", Instant.ToMicroseconds(call.RangAt)),
                    ("@answered", call.AnsweredAt is { } at ? Instant.ToMicroseconds(at) : null), ("@ended", Instant.ToMicroseconds(call.EndedAt)), ("@how", call.Disposition), ("@now", Instant.ToMicroseconds(now)), ("@import", id),
                ],
                row => row.GetInt64(0), cancellation)).Count;
        }

        (import.Known, import.Bad, import.Text, import.ImportedAt) = (verdicts.Count(v => v.IsKnown), verdicts.Count(v => v.Wrong is not null), null, now);
        audit.Note(database, "calls.imported", "call-import", Id(id), AuditChange.Of(("added", null, Id(import.Added)), ("known", null, Id(import.Known)), ("bad", null, Id(import.Bad))));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>Takes a whole import back; calls that a contact was logged from, or a new caller came by, stay.</summary>
    public async Task<bool> UndoAsync(long id, CancellationToken cancellation)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        var now = clock.GetUtcNow();
        if (await database.Set<CallImport>().Where(i => i.Id == id && i.ImportedAt != null && i.UndoneAt == null).ExecuteUpdateAsync(i => i.SetProperty(x => x.UndoneAt, now).SetProperty(x => x.UndoneBy, user.Id), cancellation) == 0)
        {
            return false;
        }

        var gone = (await database.ReadAsync(
            """
            DELETE FROM phone_call WHERE import_no = @id AND NOT EXISTS (SELECT 1 FROM interaction i WHERE i.call_id = phone_call.id) AND NOT EXISTS (SELECT 1 FROM prospect p WHERE p.call_id = phone_call.id) RETURNING id
            """, [("@id", id)], row => row.GetInt64(0), cancellation)).Count;
        var kept = await database.Set<PhoneCall>().CountAsync(c => c.ImportNo == id, cancellation);
        await database.Set<CallImport>().Where(i => i.Id == id).ExecuteUpdateAsync(i => i.SetProperty(x => x.Kept, kept), cancellation);
        audit.Note(database, "calls.import-undone", "call-import", Id(id), AuditChange.Of(("removed", null, Id(gone)), ("kept", null, Id(kept))));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return true;
    }

    /// <summary>The latest ones that were imported.</summary>
    public Task<List<CallImport>> LatestAsync(CancellationToken cancellation) =>
        database.Set<CallImport>().Where(i => i.ImportedAt != null).OrderByDescending(i => i.Id).Take(20).ToListAsync(cancellation);

    private async Task<(IReadOnlyList<CallVerdict> Verdicts, Refusal? Refusal)> JudgeAsync(string text, CancellationToken cancellation)
    {
        var lines = await database.Set<CallLine>().OrderBy(l => l.Extension).Take(CallSettings.Most).Select(l => l.Extension).ToHashSetAsync(cancellation);
        var (rows, refusal) = CallRecordFile.Read(text, user.Zone, lines);
        var verdicts = new List<CallVerdict>(rows.Count);
        var seen = new HashSet<(string, string)>();
        foreach (var part in rows.Chunk(500))
        {
            var calls = part.Select(r => r.Call).OfType<CallRecord>().ToList();
            var (keys, numbers) = (calls.Select(c => c.Key).Distinct().ToList(), calls.Where(c => c.Digits.Length > 0).Select(c => c.Digits).Distinct().ToList());
            var known = await database.Set<PhoneCall>().Where(c => keys.Contains(c.CallKey)).Select(c => new { c.CallKey, c.Line }).ToListAsync(cancellation);
            var stored = known.Select(k => (k.CallKey, k.Line)).ToHashSet();
            var (from, to) = calls.Count == 0 ? (default, default) : (calls.Min(c => c.RangAt) - Same, calls.Max(c => c.RangAt) + Same);
            var near = await database.Set<PhoneCall>().Where(c => c.RangAt >= from && c.RangAt <= to && numbers.Contains(c.Digits)).OrderBy(c => c.RangAt).Take(20_000).Select(c => new { c.Digits, c.RangAt, c.CallKey }).ToListAsync(cancellation);
            var times = near.ToLookup(n => n.Digits);
            verdicts.AddRange(part.Select(r => new CallVerdict(
                r.No, r.Call,
                r.Call is { } call && (!seen.Add((call.Key, call.Line)) || stored.Contains((call.Key, call.Line)) || times[call.Digits].Any(t => t.CallKey != call.Key && (t.RangAt - call.RangAt).Duration() <= Same)),
                r.Wrong)));
        }

        return (verdicts, refusal);
    }

    private static string Id(long id) => id.ToString(CultureInfo.InvariantCulture);
}
