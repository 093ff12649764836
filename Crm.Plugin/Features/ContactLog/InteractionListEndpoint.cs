using System.Globalization;
using Crm.Plugin.Features.Channels;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.ContactLog;

/// <summary>What the list's address asks for; everything is text, because anybody may type anything into an address.</summary>
public sealed record InteractionQuery
{
    public string? Who { get; init; }

    public string? Kind { get; init; }

    public string? Channel { get; init; }

    public string? Direction { get; init; }

    public string? State { get; init; }

    public string? Importance { get; init; }

    /// <summary>Number of the counterparty whose card led here.</summary>
    public string? Counterparty { get; init; }

    /// <summary>Any part of a counterparty's name, code, tax number, phone or e-mail.</summary>
    public string? Party { get; init; }

    /// <summary>Any part of a contact person's name, or their number; the CRM's own with a minus before it.</summary>
    public string? Person { get; init; }

    /// <summary>Number of an order.</summary>
    public string? Order { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }

    public string? Q { get; init; }

    public string? After { get; init; }

    /// <summary>Whether the fields that are folded away filter anything.</summary>
    public bool IsUnfolded => new[] { Channel, Direction, Importance, Party, Person, Order }.Any(f => !string.IsNullOrWhiteSpace(f));

    /// <summary>The same query from another place on; null from the beginning.</summary>
    public string Address(InteractionCursor? after) => "/interactions?" + Parts(after?.ToString(), null);

    /// <summary>Where the file of everything that it finds is.</summary>
    /// <param name="format">"csv", or "xlsx".</param>
    public string Export(string format) => "/interactions/export?" + Parts(null, format);

    /// <summary>What can be understood of it; what cannot filters nothing. Names are <see cref="InteractionNames"/>' to find.</summary>
    public InteractionFilter Filter(CurrentUser user) => new()
    {
        ResponsibleId = Who is "all" ? null : Id(Who) ?? user.Id,
        Kind = Listed<InteractionKind>(Kind),
        Channel = string.IsNullOrWhiteSpace(Channel) ? null : Channel.Trim(),
        Direction = Listed<InteractionDirection>(Direction),
        State = Listed<InteractionState>(State),
        Importance = Listed<InteractionImportance>(Importance),
        CounterpartyId = Id(Counterparty),
        Order = string.IsNullOrWhiteSpace(Order) ? null : Order.Trim(),
        From = Day(From) is { } from ? LocalTime.StartOf(from, user.Zone) : null,
        Before = Day(To) is { } to ? LocalTime.StartOf(to.AddDays(1), user.Zone) : null,
        Text = Q?.Length > 200 ? Q[..200] : Q,
    };

    private string Parts(string? after, string? format)
    {
        (string Name, string? Value)[] parts =
        [
            ("who", Who), ("kind", Kind), ("channel", Channel), ("direction", Direction), ("state", State), ("importance", Importance), ("counterparty", Counterparty), ("party", Party), ("person", Person), ("order", Order),
            ("from", From), ("to", To), ("q", Q), ("after", after), ("format", format),
        ];
        return string.Join('&', parts.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => $"{p.Name}={Uri.EscapeDataString(p.Value!)}"));
    }

    private static T? Listed<T>(string? text) where T : struct, Enum => Enum.TryParse<T>(text, out var value) && Enum.IsDefined(value) ? value : null;

    private static long? Id(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private static DateOnly? Day(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is >= 1990 and < 2100 ? day : null;
}

/// <summary>The list of all contacts.</summary>
internal static class InteractionListEndpoint
{
    private const int PageSize = 50;

    public static async Task<IResult> ShowAsync(
        HttpContext http, [AsParameters] InteractionQuery query, InteractionStore store, InteractionNames names, InteractionChoices choices, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var after = InteractionCursor.TryParse(query.After, null, out var cursor) ? cursor : (InteractionCursor?)null;
        var (filter, tooMany) = await names.ResolveAsync(query, query.Filter(user), cancellation);
        var slice = await store.ListAsync(filter, after, PageSize, cancellation);
        if (!http.Request.IsPart())
        {
            var counterparty = filter.CounterpartyId is { } id ? await choices.CounterpartyAsync(id, cancellation) : null;
            return Screen.Of<InteractionListPage>(new
            {
                Query = query,
                Slice = slice,
                TooMany = tooMany,
                IsFirst = after is null,
                Users = await choices.UsersAsync(cancellation),
                Channels = await ChannelList.ReadAsync(database, withRetired: true, cancellation),
                Counterparty = counterparty,
                Persons = counterparty is null ? [] : await choices.PersonsAsync(counterparty.Id, cancellation),
            });
        }

        return after is null
            ? Screen.Of<InteractionTable>(new { Query = query, Slice = slice, TooMany = tooMany, IsFirst = true })
            : Screen.Of<InteractionRows>(new { Query = query, Slice = slice, IsFirst = false });
    }

    public static async Task ExportAsync(
        HttpContext http, [AsParameters] InteractionQuery query, InteractionNames names, InteractionExport export, CurrentUser user, Show show, CancellationToken cancellation)
    {
        if (user.Rights.ExportScope == Scope.None)
        {
            await Screen.Of<MessagePage>(new { Status = StatusCodes.Status403Forbidden }).ExecuteAsync(http);
            return;
        }

        var (filter, _) = await names.ResolveAsync(query, query.Filter(user), cancellation);
        var isCsv = http.Request.Query["format"] == "csv";
        await export.WriteAsync(http, filter, query.Export(isCsv ? "csv" : "xlsx"), isCsv, show.Today, cancellation);
    }
}
