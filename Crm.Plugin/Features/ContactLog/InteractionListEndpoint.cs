using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What the list's address asks for; everything is text, because anybody may type anything into an address.</summary>
public sealed record InteractionQuery
{
    public string? Who { get; init; }

    public string? Kind { get; init; }

    public string? State { get; init; }

    public string? Counterparty { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public string? Q { get; init; }

    public string? After { get; init; }

    /// <summary>The same query from another place on; null from the beginning.</summary>
    public string Address(InteractionCursor? after)
    {
        (string Name, string? Value)[] parts = [("who", Who), ("kind", Kind), ("state", State), ("counterparty", Counterparty), ("from", From), ("to", To), ("q", Q), ("after", after?.ToString())];
        return "/interactions?" + string.Join('&', parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
    }

    /// <summary>What can be understood of it; what cannot filters nothing.</summary>
    public InteractionFilter Filter(CurrentUser user) => new()
    {
        ResponsibleId = Who is "all" ? null : Id(Who) ?? user.Id,
        Kind = Enum.TryParse<InteractionKind>(Kind, out var kind) && Enum.IsDefined(kind) ? kind : null,
        State = Enum.TryParse<InteractionState>(State, out var state) && Enum.IsDefined(state) ? state : null,
        CounterpartyId = Id(Counterparty),
        From = Day(From) is { } from ? LocalTime.StartOf(from, user.Zone) : null,
        Before = Day(To) is { } to ? LocalTime.StartOf(to.AddDays(1), user.Zone) : null,
        Text = Q?.Length > 200 ? Q[..200] : Q,
    };

    private static long? Id(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and < 2100 ? day : null;
}

/// <summary>The list of all contacts.</summary>
internal static class InteractionListEndpoint
{
    private const int PageSize = 50;

    public static async Task<IResult> ShowAsync(
        HttpContext http, [AsParameters] InteractionQuery query, InteractionStore store, InteractionChoices choices, CurrentUser user, CancellationToken cancellation)
    {
        var after = InteractionCursor.TryParse(query.After, null, out var cursor) ? cursor : (InteractionCursor?)null;
        var filter = query.Filter(user);
        var slice = await store.ListAsync(filter, after, PageSize, cancellation);
        return http.Request.IsPart()
            ? Screen.Of<InteractionRows>(new { Query = query, Slice = slice, IsFirst = after is null })
            : Screen.Of<InteractionListPage>(new
            {
                Query = query,
                Slice = slice,
                IsFirst = after is null,
                Users = await choices.UsersAsync(cancellation),
                Counterparty = filter.CounterpartyId is { } id ? await choices.CounterpartyAsync(id, cancellation) : null,
            });
    }
}
