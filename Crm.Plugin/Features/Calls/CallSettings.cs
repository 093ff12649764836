using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Search;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Calls;

/// <summary>Whose desk each extension is, and the company's own numbers: two texts, a line each.</summary>
internal sealed class CallSettings(CrmDbContext database, AuditLog audit)
{
    /// <summary>Lines of each text.</summary>
    public const int Most = 2_000;

    private const int Longest = 100;

    public async Task<(string Lines, string Numbers)> ReadAsync(CancellationToken cancellation)
    {
        var lines = await (from l in database.Set<CallLine>()
                           join u in database.Set<UserAccount>() on l.UserId equals u.Id
                           orderby l.Extension
                           select l.Extension + " " + u.Login).Take(Most).ToListAsync(cancellation);
        var numbers = await database.Set<OwnNumber>().OrderBy(n => n.Digits).Take(Most).Select(n => n.Typed).ToListAsync(cancellation);
        return (string.Join('\n', lines), string.Join('\n', numbers));
    }

    /// <returns>Why it was refused; empty when both were replaced.</returns>
    public async Task<IReadOnlyList<Refusal>> SaveAsync(string lines, string numbers, CancellationToken cancellation)
    {
        var refusals = new List<Refusal>();
        var known = await database.Set<UserAccount>().Where(u => u.IsActive).OrderBy(u => u.Id).Take(20_000).ToDictionaryAsync(u => u.Login, u => u.Id, cancellation);
        var extensions = new Dictionary<string, CallLine>(StringComparer.Ordinal);
        foreach (var (no, text) in Rows(lines, "lines", refusals))
        {
            var words = text.Split((char[])[' ', '\t', '=', ','], 2, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            if (words.Length == 2 && words[0].Length <= Longest && known.TryGetValue(words[1], out var id))
            {
                extensions[words[0]] = new() { Extension = words[0], UserId = id };
            }
            else
            {
                refusals.Add(new("lines", CallTexts.BadLine, no));
            }
        }

        var own = new Dictionary<string, OwnNumber>(StringComparer.Ordinal);
        foreach (var (no, text) in Rows(numbers, "numbers", refusals))
        {
            var digits = PhoneDigits.Normalise(text);
            if (digits.Length >= PhoneDigits.ShortestFragment && text.Length <= Longest)
            {
                own[digits] = new() { Digits = digits, Typed = CleanText.Of(text) };
            }
            else
            {
                refusals.Add(new("numbers", CallTexts.BadNumber, no));
            }
        }

        if (refusals.Count > 0)
        {
            return [.. refusals.Take(10)];
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await database.Set<CallLine>().ExecuteDeleteAsync(cancellation);
        await database.Set<OwnNumber>().ExecuteDeleteAsync(cancellation);
        database.AddRange(extensions.Values);
        database.AddRange(own.Values);
        audit.Note(database, "calls.settings", detail: System.Text.Json.JsonSerializer.Serialize(new { lines = extensions.Count, numbers = own.Count }));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }

    private static IEnumerable<(int No, string Text)> Rows(string typed, string field, List<Refusal> refusals)
    {
        // Counted without cutting ten million letters into lines first.
        if (typed.AsSpan().Count('\n') > Most)
        {
            refusals.Add(new(field, CallTexts.TooMany, Most));
            return [];
        }

        return typed.Split('\n').Select((text, i) => (i + 1, text.Trim())).Where(r => r.Item2.Length > 0);
    }
}
