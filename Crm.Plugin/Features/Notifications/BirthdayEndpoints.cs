using System.Globalization;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Notifications;

/// <summary>The list of coming birthdays.</summary>
internal static class BirthdayEndpoints
{
    private const int PageSize = 50;

    public static async Task<IResult> ShowAsync(
        HttpRequest request, string? who, string? days, int? place, string? name, long? person, long? counterparty, BirthdayStore store, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var all = who == "all" || (who is null && user.Role != Role.SalesManager);
        var ahead = int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked <= BirthdayStore.MostDays ? asked : 30;
        var after = place is >= 0 and <= BirthdayStore.MostDays && name is { Length: <= 500 } && person is { } p && counterparty is { } c ? new BirthdayCursor(place.Value, name, p, c) : null;
        var rows = await store.ReadAsync(!all, show.Today, ahead, after, PageSize, cancellation);
        var next = rows.Count < PageSize ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"/birthdays?who={(all ? "all" : "mine")}&days={ahead}&place={rows[^1].After}&name={Uri.EscapeDataString(rows[^1].NameFolded)}&person={rows[^1].PersonId}&counterparty={rows[^1].CounterpartyId}");
        return request.IsPart() && after is not null
            ? Screen.Of<BirthdayRows>(new { Rows = rows, Next = next })
            : Screen.Of<BirthdaysPage>(new { Rows = rows, Next = next, All = all, Days = ahead });
    }
}
