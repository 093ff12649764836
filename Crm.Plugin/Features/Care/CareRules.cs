using Crm.Plugin.Features.Classification;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Care;

/// <summary>Keeps the rules of care.</summary>
internal sealed class CareRules(CrmDbContext database, AuditLog audit, ClassificationSegments segments)
{
    public const int MostDays = 3_650;

    /// <summary>The rules, the strictest first.</summary>
    public async Task<IReadOnlyList<CareRule>> ListAsync(CancellationToken cancellation) => CareRule.Order(await database.Set<CareRule>().OrderBy(r => r.Id).Take(CareRuleSet.Most).ToListAsync(cancellation));

    /// <summary>Saved segments, which a rule may be for.</summary>
    public Task<IReadOnlyList<ClassificationSegment>> SegmentsAsync(CancellationToken cancellation) => segments.ListAsync(cancellation);

    /// <summary>Puts other rules in place of those that are; one of a segment that is no longer there goes.</summary>
    public async Task<IReadOnlyList<Refusal>> SaveAsync(InteractionForm form, CancellationToken cancellation)
    {
        var (rules, refusals) = CareForm.Read(form, [.. (await segments.ListAsync(cancellation)).Select(s => s.Id)]);
        if (refusals.Count > 0)
        {
            return refusals;
        }

        await using var transaction = await database.Database.BeginTransactionAsync(cancellation);
        await database.Set<CareRule>().ExecuteDeleteAsync(cancellation);
        database.AddRange(rules);
        audit.Note(database, "care.rules", detail: System.Text.Json.JsonSerializer.Serialize(rules.Select(r => new { r.Importance, r.Stage, r.Regularity, r.SegmentId, r.EveryDays })));
        await database.SaveChangesAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return [];
    }
}
