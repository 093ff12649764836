using System.Data.Common;
using System.Globalization;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>One interaction as timelines and lists show it.</summary>
public sealed record InteractionEntry
{
    public required long Id { get; init; }

    public required int Version { get; init; }

    public required long CounterpartyId { get; init; }

    public required string CounterpartyName { get; init; }

    public required InteractionKind Kind { get; init; }

    public required InteractionDirection Direction { get; init; }

    public required InteractionState State { get; init; }

    public required InteractionImportance Importance { get; init; }

    public required string? Subject { get; init; }

    public required string? Content { get; init; }

    public required string? Result { get; init; }

    public required string? NextStep { get; init; }

    /// <summary>When it happened, or is planned.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Null for what was never planned.</summary>
    public required DateTimeOffset? PlannedStart { get; init; }

    public required DateTimeOffset? PlannedEnd { get; init; }

    public required int? Minutes { get; init; }

    public required string? PersonName { get; init; }

    public required string? Room { get; init; }

    public required string? Basis { get; init; }

    public string? Channel { get; init; }

    public required long ResponsibleId { get; init; }

    public required string? ResponsibleName { get; init; }

    /// <summary>What <see cref="Read"/> takes: of an interaction i with its counterparty c, person p or k, and responsible user u.</summary>
    internal const string Columns =
        "i.id, i.version, i.counterparty_id, c.name, i.kind, i.direction, i.state, i.importance, i.subject, i.content, i.result, i.next_step, "
        + "i.at, i.planned_start, i.planned_end, i.minutes, COALESCE(p.name, k.name), i.room, i.basis, i.responsible_id, u.name, i.channel";

    internal static InteractionEntry Read(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Version = row.GetInt32(1),
        CounterpartyId = row.GetInt64(2),
        CounterpartyName = row.GetString(3),
        Kind = (InteractionKind)row.GetInt32(4),
        Direction = (InteractionDirection)row.GetInt32(5),
        State = (InteractionState)row.GetInt32(6),
        Importance = (InteractionImportance)row.GetInt32(7),
        Subject = row.Text(8),
        Content = row.Text(9),
        Result = row.Text(10),
        NextStep = row.Text(11),
        At = Instant.FromMicroseconds(row.GetInt64(12)),
        PlannedStart = row.InstantOrNull(13),
        PlannedEnd = row.InstantOrNull(14),
        Minutes = row.IsDBNull(15) ? null : row.GetInt32(15),
        PersonName = row.Text(16),
        Room = row.Text(17),
        Basis = row.Text(18),
        ResponsibleId = row.GetInt64(19),
        ResponsibleName = row.Text(20),
        Channel = row.Text(21),
    };

    /// <summary>The entry of a record, with the names that its ids stand for.</summary>
    internal static InteractionEntry Of(Interaction record, string counterpartyName, string? personName, string? responsibleName) => new()
    {
        Id = record.Id,
        Version = record.Version,
        CounterpartyId = record.CounterpartyId,
        CounterpartyName = counterpartyName,
        Kind = record.Kind,
        Direction = record.Direction,
        State = record.State,
        Importance = record.Importance,
        Subject = record.Subject,
        Content = record.Content,
        Result = record.Result,
        NextStep = record.NextStep,
        At = record.At,
        PlannedStart = record.PlannedStart,
        PlannedEnd = record.PlannedEnd,
        Minutes = record.Minutes,
        PersonName = personName,
        Room = record.Room,
        Basis = record.Basis,
        ResponsibleId = record.ResponsibleId,
        ResponsibleName = responsibleName,
        Channel = record.Channel,
    };
}

/// <summary>Where a list goes on: after this entry. Written <c>microseconds.id</c>.</summary>
public readonly record struct InteractionCursor(DateTimeOffset At, long Id) : IParsable<InteractionCursor>
{
    /// <inheritdoc/>
    public static InteractionCursor Parse(string s, IFormatProvider? provider) => TryParse(s, provider, out var cursor) ? cursor : throw new FormatException("Not a cursor.");

    /// <inheritdoc/>
    public static bool TryParse(string? s, IFormatProvider? provider, out InteractionCursor result)
    {
        var parts = (s ?? "").Split('.');
        result = default;
        if (parts.Length != 2 || !long.TryParse(parts[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var at) ||
            !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var id) || Math.Abs(at) > 4_102_444_800_000_000)
        {
            return false;
        }

        result = new(Instant.FromMicroseconds(at), id);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Instant.ToMicroseconds(At)}.{Id}");
}

/// <summary>A page of interactions, latest first.</summary>
/// <param name="Entries">May be empty although <paramref name="Next"/> is not null: a search looks through a part at a time.</param>
/// <param name="Next">Where the next page begins; null at the end.</param>
/// <param name="IsSearchCut">Only a part was looked through; the rest lies behind <paramref name="Next"/>.</param>
public sealed record InteractionSlice(IReadOnlyList<InteractionEntry> Entries, InteractionCursor? Next, bool IsSearchCut);
