using Crm.Plugin.Features.Counterparties;
using Crm.Plugin.Storage;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>Puts logged and planned contacts on the timeline.</summary>
internal sealed class InteractionTimeline(InteractionStore store, IStringLocalizer<Texts> texts) : ITimelineSource
{
    public string Name => "contacts";

    public Func<IEnumerable<TimelineEntry>> Ask(ReadBatch batch, long counterpartyId, TimelineBound before, int limit)
    {
        InteractionCursor? after = before.At == long.MaxValue ? null : new(Instant.FromMicroseconds(before.At), before.Id);
        var found = store.AskLatest(batch, counterpartyId, after, limit);
        return () => found.Rows.Select(e => Entry(e, texts));
    }

    /// <summary>One contact as the timeline shows it.</summary>
    public static TimelineEntry Entry(InteractionEntry entry, IStringLocalizer texts)
    {
        var written = string.Join('\n', new[]
        {
            entry.Content,
            entry.Result is { } result ? $"{texts["Result"].Value}: {result}" : null,
            entry.NextStep is { } next ? $"{texts["Next step"].Value}: {next}" : null,
        }.OfType<string>());
        var note = string.Join(" · ", new[]
        {
            entry.State == InteractionState.Done ? null : texts[Words.Of(entry.State)].Value,
            texts[Words.Of(entry.Direction)].Value, entry.Channel,
            entry.PersonName, entry.ResponsibleName,
            entry.Minutes is { } minutes ? texts["{0} min", minutes].Value : null,
        }.OfType<string>());
        var tone = entry.State switch { InteractionState.Planned => "azure", InteractionState.Cancelled => "secondary", _ => "primary" };
        return new(entry.At, false, entry.Id, Words.Icon(entry.Kind), tone, Heading.Of(entry, texts), written.Length == 0 ? null : written, note, $"/interactions/{entry.Id}");
    }
}
