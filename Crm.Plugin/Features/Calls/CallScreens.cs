using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calls;

/// <summary>Whole pages of the slice.</summary>
internal static class CallScreens
{
    private const int PageSize = 50;

    public static async Task<IResult> ListAsync(
        HttpRequest request, string? number, string? who, bool? missed, long? before, CallHistory history, CallerFinder finder, CurrentUser user, Show show, CancellationToken cancellation)
    {
        var whose = MyDayFeature.Whose(who, user);
        var rows = await history.ListAsync(whose, missed == true, before, PageSize, cancellation);
        var address = string.Create(CultureInfo.InvariantCulture, $"/calls?who={who}&missed={(missed == true ? "true" : "false")}");
        var next = rows.Count == PageSize ? string.Create(CultureInfo.InvariantCulture, $"{address}&before={rows[^1].Call.Id}") : null;
        if (request.IsPart())
        {
            return Screen.Of<CallRows>(new { Rows = rows, Next = next });
        }

        var typed = number?.Length > 100 ? number[..100] : number;
        return Screen.Of<CallsPage>(new
        {
            Rows = rows,
            Next = next,
            Number = typed,
            Found = string.IsNullOrWhiteSpace(typed) ? null : await finder.FindAsync(typed, request.Query, cancellation),
            Figures = await history.FiguresAsync(whose, LocalTime.StartOf(show.Today.AddDays(-6), user.Zone), cancellation),
            Who = who,
            IsMissed = missed == true,
        });
    }

    public static async Task<IResult> LookUpAsync(HttpRequest request, string? number, CallerFinder finder, CancellationToken cancellation)
    {
        var typed = number?.Length > 100 ? number[..100] : number ?? "";
        return Screen.Of<CallerList>(new { Found = await finder.FindAsync(typed, request.Query, cancellation), Number = typed });
    }

    public static async Task<IResult> SettingsAsync(CallSettings settings, CancellationToken cancellation)
    {
        var (lines, numbers) = await settings.ReadAsync(cancellation);
        return Screen.Of<CallSettingsPage>(new { Lines = lines, Numbers = numbers });
    }

    public static async Task<IResult> SaveSettingsAsync(HttpContext http, CallSettings settings, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var (lines, numbers) = (form["lines"].ToString(), form["numbers"].ToString());
        var refusals = await settings.SaveAsync(lines, numbers, cancellation);
        if (refusals.Count > 0)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        return refusals.Count == 0 ? TypedResults.LocalRedirect("/calls/settings?saved=1") : Screen.Of<CallSettingsPage>(new { Lines = lines, Numbers = numbers, Refusals = refusals });
    }
}
