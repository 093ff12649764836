using System.ComponentModel;
using Crm.Plugin.Features.ContactLog;
using Microsoft.AspNetCore.Mvc;

namespace Crm.Plugin.Features.Api;

/// <summary>What a list of contacts is asked for.</summary>
internal sealed record InteractionQuestion
{
    [Description("Only this counterparty's (the plugin's number of it).")]
    [FromQuery(Name = "counterparty")]
    public long? Counterparty { get; init; }

    [Description("With this contact person (the plugin's number), alone or among others.")]
    [FromQuery(Name = "person")]
    public long? Person { get; init; }

    [Description("With this one of the CRM's own persons, alone or among others.")]
    [FromQuery(Name = "card")]
    public long? Card { get; init; }

    [Description("Sign-in name of the responsible user.")]
    [FromQuery(Name = "responsible")]
    public string? Responsible { get; init; }

    [Description("phoneCall, meeting, email, letter, message or other.")]
    [FromQuery(Name = "kind")]
    public string? Kind { get; init; }

    [Description("outgoing or incoming.")]
    [FromQuery(Name = "direction")]
    public string? Direction { get; init; }

    [Description("planned, done or cancelled.")]
    [FromQuery(Name = "state")]
    public string? State { get; init; }

    [Description("low, middle or high.")]
    [FromQuery(Name = "importance")]
    public string? Importance { get; init; }

    [Description("Number of a linked order, or of the basis document, as a whole.")]
    [FromQuery(Name = "order")]
    public string? Order { get; init; }

    [Description("From this instant on.")]
    [FromQuery(Name = "from")]
    public DateTimeOffset? From { get; init; }

    [Description("Before this instant.")]
    [FromQuery(Name = "before")]
    public DateTimeOffset? Before { get; init; }

    [Description("Words that all occur somewhere; capital letters do not count.")]
    [FromQuery(Name = "q")]
    public string? Q { get; init; }

    [Description("'next' of the page before.")]
    [FromQuery(Name = "after")]
    public string? After { get; init; }

    [Description("Rows of a page, 1 to 200; 50 when left out. A page may hold fewer, even none, and still have a 'next': so much is looked through at a time.")]
    [FromQuery(Name = "limit")]
    public int? Limit { get; init; }

    /// <summary>The filter but for the responsible user; or the refusal of a word that there is not.</summary>
    public IResult? Filter(out InteractionFilter filter)
    {
        filter = new();
        if (!Word<InteractionKind>.TryRead(Kind, out var kind))
        {
            return Word<InteractionKind>.Unknown("kind");
        }

        if (!Word<InteractionDirection>.TryRead(Direction, out var direction))
        {
            return Word<InteractionDirection>.Unknown("direction");
        }

        if (!Word<InteractionState>.TryRead(State, out var state))
        {
            return Word<InteractionState>.Unknown("state");
        }

        if (!Word<InteractionImportance>.TryRead(Importance, out var importance))
        {
            return Word<InteractionImportance>.Unknown("importance");
        }

        filter = new()
        {
            CounterpartyId = Counterparty,
            Persons = Person is { } person ? [person] : null,
            Cards = Card is { } card ? [card] : null,
            Kind = kind,
            Direction = direction,
            State = state,
            Importance = importance,
            Order = string.IsNullOrWhiteSpace(Order) ? null : Order.Trim(),
            From = From,
            Before = Before,
            Text = Q,
        };
        return null;
    }
}
