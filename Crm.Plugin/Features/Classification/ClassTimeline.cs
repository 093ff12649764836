using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Puts changes of class and stage on the timeline, at the moment of the run's approval.</summary>
internal sealed class ClassTimeline(CrmDbContext database, IStringLocalizer<Texts> texts) : ITimelineSource
{
    public string Name => "classes";

    public async Task<IReadOnlyList<TimelineEntry>> ReadAsync(long counterpartyId, TimelineBound before, int limit, CancellationToken cancellation)
    {
        var at = before.At == long.MaxValue ? DateTimeOffset.MaxValue.AddDays(-1) : Instant.FromMicroseconds(before.At);
        var rows = await (
            from change in database.Set<ClassChange>()
            where change.CounterpartyId == counterpartyId
            join run in database.Set<ClassificationRun>() on change.RunId equals run.Id
            where run.ApprovedAt <= at && (run.ApprovedAt < at || run.Id < before.Id)
            orderby run.ApprovedAt descending, run.Id descending
            select new { run.Id, run.ApprovedAt, Row = change }).Take(limit).ToListAsync(cancellation);
        return [.. rows.Select(r => new TimelineEntry(
            r.ApprovedAt!.Value, false, r.Id, "chart-bar", "purple",
            texts["Class and stage: {0} → {1}", Title(r.Row.PreviousImportance, r.Row.PreviousStage, r.Row.PreviousRegularity), Title(r.Row.Importance, r.Row.Stage, r.Row.Regularity)],
            null, null, $"/classification/{r.Id}/why/{counterpartyId}"))];
    }

    private string Title(ImportanceClass? importance, RelationshipStage? stage, RegularityClass? regularity) =>
        stage is null && importance is null ? texts["none"] : string.Join(" ", new[] { importance?.ToString(), stage is null ? null : texts[ClassificationShow.Stage(stage)].Value, regularity?.ToString() }.OfType<string>());
}
