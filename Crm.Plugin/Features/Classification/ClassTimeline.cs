using System.Data.Common;
using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Classification;

/// <summary>Puts changes of class and stage on the timeline, at the moment of the run's approval.</summary>
internal sealed class ClassTimeline(IStringLocalizer<Texts> texts) : ITimelineSource
{
    public string Name => "classes";

    public Func<IEnumerable<TimelineEntry>> Ask(ReadBatch batch, long counterpartyId, TimelineBound before, int limit)
    {
        var found = batch.Ask(
            """
            SELECT r.id, r.approved_at, c.previous_importance, c.previous_stage, c.previous_regularity, c.importance, c.stage, c.regularity
            FROM class_change c JOIN classification_run r ON r.id = c.run_id
            WHERE c.counterparty_id = @counterparty AND r.approved_at <= @at AND (r.approved_at < @at OR r.id < @id)
            ORDER BY r.approved_at DESC, r.id DESC LIMIT @limit
            """,
            [("@counterparty", counterpartyId), ("@at", before.At), ("@id", before.Id), ("@limit", limit)],
            row => new TimelineEntry(
                Instant.FromMicroseconds(row.GetInt64(1)), false, row.GetInt64(0), "chart-bar", "purple", texts["Class and stage: {0} → {1}", Title(row, 2), Title(row, 5)],
                null, null, FormattableString.Invariant($"/classification/{row.GetInt64(0)}/why/{counterpartyId}")));
        return () => found.Rows;
    }

    private string Title(DbDataReader row, int first) => Title((ImportanceClass?)row.Short(first), (RelationshipStage?)row.Short(first + 1), (RegularityClass?)row.Short(first + 2));

    private string Title(ImportanceClass? importance, RelationshipStage? stage, RegularityClass? regularity) =>
        stage is null && importance is null ? texts["none"] : string.Join(" ", new[] { importance?.ToString(), stage is null ? null : texts[ClassificationShow.Stage(stage)].Value, regularity?.ToString() }.OfType<string>());
}
