using System.Globalization;
using Crm.Plugin.Features.Calendar;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.MyDay;

/// <summary>Registers the start page.</summary>
internal static class MyDayFeature
{
    public static IServiceCollection AddMyDay(this IServiceCollection services)
    {
        services.AddScoped<MyDayStore>();
        services.AddSingleton(new MenuEntry("/my-day", "My day", "calendar-event", 10, _ => true));
        return services;
    }

    public static void MapMyDay(this IEndpointRouteBuilder routes) => routes.MapGet("/my-day", ShowAsync);

    /// <summary>Whose day an address means: another's only for those who review everybody's work; null for everybody's.</summary>
    public static long? Whose(string? asked, CurrentUser user) =>
        user.Role is not (Role.CommercialDirector or Role.Administrator) ? user.Id
        : asked == "all" ? null
        : long.TryParse(asked, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id
        : user.Id;

    private static async Task<IResult> ShowAsync(HttpContext http, string? who, MyDayStore store, InternalStore internals, BirthdayStore birthdays, InteractionChoices choices, CurrentUser user, TimeProvider clock, CancellationToken cancellation)
    {
        var whose = Whose(who, user);
        var now = clock.GetUtcNow();
        var day = await store.ReadAsync(whose, now, user.Zone, cancellation);
        // Another's birthdays are on the page of birthdays.
        IReadOnlyList<ComingBirthday> coming = whose != user.Id ? [] : await birthdays.ReadAsync(true, day.Edges.Today, await birthdays.DaysAsync(cancellation), null, BirthdayBlock.Most + 1, cancellation);
        IReadOnlyCollection<long>? users = whose is { } one ? [one] : null;
        // What is open up to the horizon, and whoever is away today or in the days ahead.
        var inside = await internals.OpenAsync(users, null, day.Edges.Horizon, 100, cancellation);
        var away = (await internals.ReadAsync(users, day.Edges.Start, day.Edges.Horizon, 100, cancellation)).Where(l => l.Plan.IsAbsence);
        return Screen.Of<MyDayPage>(new { Internals = (IReadOnlyList<InternalLine>)[.. away, .. inside], Day = day, Now = now, Whose = whose, Birthdays = coming, Users = user.Role == Role.SalesManager ? [] : await choices.UsersAsync(cancellation) });
    }
}
