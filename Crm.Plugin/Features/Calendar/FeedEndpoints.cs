using System.Globalization;
using System.Text;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Microsoft.Extensions.Localization;

namespace Crm.Plugin.Features.Calendar;

/// <summary>The feed itself, open to whoever has its address, and the making and revoking of addresses.</summary>
internal static class FeedEndpoints
{
    private static readonly TimeSpan Past = TimeSpan.FromDays(30);
    private static readonly TimeSpan Ahead = TimeSpan.FromDays(365);

    public static async Task<IResult> MakeAsync(HttpContext http, FeedStore feeds, CancellationToken cancellation) => Screen.Of<FeedPage>(new
    {
        Address = $"{http.Request.Scheme}://{http.Request.Host}/calendar/feed/{await feeds.MakeAsync(cancellation)}.ics",
    });

    public static async Task<IResult> RevokeAsync(FeedStore feeds, CancellationToken cancellation)
    {
        await feeds.RevokeAsync(cancellation);
        return TypedResults.LocalRedirect("/calendar");
    }

    /// <summary>The owner's own open plans, with the rights and in the language that the owner has now.</summary>
    public static async Task<IResult> ReadAsync(string token, HttpContext http, FeedStore feeds, AccountDirectory accounts, TimeProvider clock, CancellationToken cancellation)
    {
        if (await feeds.OwnerAsync(token, cancellation) is not { } id || await accounts.FindAsync(id, null, cancellation) is not { } owner)
        {
            return TypedResults.NotFound();
        }

        // A scope of its own: in this request's, whoever reads with the user's rights would be nobody.
        await using var scope = http.RequestServices.CreateAsyncScope();
        scope.ServiceProvider.GetRequiredService<CurrentUserHolder>().User = owner;
        if (owner.Language is { } language)
        {
            CultureInfo.CurrentUICulture = CultureInfo.CurrentCulture = CultureInfo.GetCultureInfo(language);
        }

        var plans = scope.ServiceProvider.GetRequiredService<PlanReader>();
        var now = clock.GetUtcNow();
        var text = await plans.WriteAsync(owner.Name, now - Past, now + Ahead, new Uri($"{http.Request.Scheme}://{http.Request.Host}/"), cancellation);
        http.Response.Headers.CacheControl = "private, no-store";
        return TypedResults.Text(text, "text/calendar", Encoding.UTF8);
    }
}

/// <summary>Reads a user's open plans for the feed.</summary>
internal sealed class PlanReader(PlanStore plans, InternalStore internals, CurrentUser user, IStringLocalizer<ContactLog.Texts> texts, IStringLocalizer<Texts> words, TimeProvider clock)
{
    public async Task<string> WriteAsync(string name, DateTimeOffset from, DateTimeOffset before, Uri root, CancellationToken cancellation)
    {
        var entries = await plans.ReadAsync([user.Id], from, before, cancellation);
        var inside = await internals.ReadAsync([user.Id], from, before, PlanStore.Most, cancellation);
        return ICalendarText.Write(
            "CRM: " + name, entries.Where(e => e.State == InteractionState.Planned).Select(e => (e, Heading.Of(e, texts))), root, clock.GetUtcNow(),
            inside.Where(l => l.Plan.State == InternalState.Planned).Select(l => (l, InternalWords.Title(l, words))), user.Zone);
    }
}
