namespace Crm.Plugin.Features.ContactLog;

/// <summary>What a list is filtered by; null does not filter, and of what is empty there is nothing.</summary>
public sealed record InteractionFilter
{
    public long? ResponsibleId { get; init; }

    public long? CounterpartyId { get; init; }

    /// <summary>Any of these, at most <see cref="InteractionNames.Most"/>.</summary>
    public IReadOnlyList<long>? Counterparties { get; init; }

    /// <summary>With any of these contact persons, or any of <see cref="Cards"/>, be it as one of several who took part.</summary>
    public IReadOnlyList<long>? Persons { get; init; }

    /// <summary>The CRM's own persons; filters together with <see cref="Persons"/>.</summary>
    public IReadOnlyList<long>? Cards { get; init; }

    public InteractionKind? Kind { get; init; }

    /// <summary>The whole name of a channel.</summary>
    public string? Channel { get; init; }

    public InteractionDirection? Direction { get; init; }

    public InteractionState? State { get; init; }

    public InteractionImportance? Importance { get; init; }

    /// <summary>The whole number of an order that is linked, or of the basis document, as typed there.</summary>
    public string? Order { get; init; }

    /// <summary>From this instant on.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>Before this instant.</summary>
    public DateTimeOffset? Before { get; init; }

    /// <summary>Words that all must occur somewhere, in any case.</summary>
    public string? Text { get; init; }

    /// <summary>Whether no index serves some of it, so that what matches may lie far apart.</summary>
    internal bool IsSparse => Kind is not null || Channel is not null || Direction is not null || Importance is not null || State is not (null or InteractionState.Planned);
}
