using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Shell.Live;
using Crm.Plugin.Storage;

namespace Crm.Plugin.Features.Notifications;

/// <summary>The list of notices and the bell.</summary>
internal static class NoticeEndpoints
{
    private const int PageSize = 50;
    private const int Morning = 9 * 60;

    public static async Task<IResult> ListAsync(HttpContext http, string? after, NoticeStore store, CurrentUser user, CancellationToken cancellation)
    {
        var cursor = InteractionCursor.TryParse(after, null, out var c) ? (Instant.ToMicroseconds(c.At), c.Id) : ((long, long)?)null;
        var lines = await store.ListAsync(user, cursor, PageSize + 1, cancellation);
        var next = lines.Count > PageSize ? new InteractionCursor(lines[PageSize - 1].ToldAt, lines[PageSize - 1].Id).ToString() : null;
        IReadOnlyList<NoticeLine> page = lines.Count > PageSize ? lines.GetRange(0, PageSize) : lines;
        return http.Request.IsPart() && cursor is not null
            ? Screen.Of<NoticeRows>(new { Lines = page, Next = next })
            : Screen.Of<NoticesPage>(new { Lines = page, Next = next });
    }

    public static async Task<IResult> BellAsync(NoticeStore store, CurrentUser user, CancellationToken cancellation) =>
        Screen.Of<BellCount>(new { Unread = await store.UnreadAsync(user, cancellation) });

    public static async Task<IResult> OpenAsync(long id, NoticeStore store, LivePush push, CurrentUser user, CancellationToken cancellation)
    {
        var address = await store.OpenAsync(user, id, cancellation);
        await ChangedAsync(push, user, cancellation);
        return TypedResults.Redirect(address is ['/', not '/', ..] ? address : "/notifications");
    }

    public static async Task<IResult> ReadAllAsync(NoticeStore store, LivePush push, CurrentUser user, CancellationToken cancellation)
    {
        await store.ReadAllAsync(user, cancellation);
        await ChangedAsync(push, user, cancellation);
        return TypedResults.Redirect("/notifications");
    }

    public static async Task<IResult> DoneAsync(long id, HttpContext http, NoticeStore store, LivePush push, CurrentUser user, CancellationToken cancellation)
    {
        var done = await store.DoneAsync(user, id, cancellation);
        await ChangedAsync(push, user, cancellation);
        return Answer(http, done);
    }

    public static async Task<IResult> SnoozeAsync(long id, HttpContext http, NoticeStore store, LivePush push, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        var form = await http.Request.ReadFormAsync(cancellation);
        var now = clock.GetUtcNow();
        if (Until(form["until"].ToString(), form["at"].ToString(), now, user.Zone) is not { } until || until <= now || until > now.AddDays(366))
        {
            return Screen.Of<NoticesPage>(new
            {
                Lines = (IReadOnlyList<NoticeLine>)await store.ListAsync(user, null, PageSize, cancellation),
                Next = (string?)null,
                RefusedId = id,
                Typed = form["at"].ToString() is { Length: <= 40 } typed ? typed : "",
            }).WithStatus(http, StatusCodes.Status422UnprocessableEntity);
        }

        var snoozed = await store.SnoozeAsync(user, id, until, cancellation);
        await ChangedAsync(push, user, cancellation);
        return Answer(http, snoozed);
    }

    /// <summary>When a snooze ends; null when it cannot be understood.</summary>
    internal static DateTimeOffset? Until(string choice, string typed, DateTimeOffset now, TimeZoneInfo zone)
    {
        var today = LocalTime.DayOf(now, zone);
        return choice switch
        {
            "hour" => now.AddHours(1),
            "tomorrow" => QuietRule.At(today.AddDays(1), Morning, zone),
            "monday" => QuietRule.At(today.AddDays(((int)DayOfWeek.Monday - (int)today.DayOfWeek + 6) % 7 + 1), Morning, zone),
            _ => LocalTime.Read(typed, zone),
        };
    }

    private static Task ChangedAsync(LivePush push, CurrentUser user, CancellationToken cancellation) => push.PublishAsync(user.Id, NoticePlanner.Live, null, cancellation);

    /// <summary>With script the row goes away; without it the list comes again.</summary>
    private static IResult Answer(HttpContext http, int rows) =>
        rows == 0 ? TypedResults.NotFound() : http.Request.IsPart() ? TypedResults.Content("", "text/html") : TypedResults.Redirect("/notifications");

    /// <summary>The same answer with another status.</summary>
    internal static IResult WithStatus(this IResult result, HttpContext http, int status)
    {
        http.Response.StatusCode = status;
        return result;
    }
}
