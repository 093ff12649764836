using Crm.Plugin.Features.Notifications;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calendar;

/// <summary>Registers the calendar, its feed, and the control of plans and time.</summary>
internal static class CalendarFeature
{
    public static IServiceCollection AddCalendar(this IServiceCollection services) => services
        .AddScoped<PlanStore>()
        .AddScoped<PlanReader>()
        .AddScoped<CalendarRights>()
        .AddScoped<FeedStore>()
        .AddScoped<WorkTime>()
        .AddScoped<ControlLists>()
        .AddScoped<InternalConflicts>()
        .AddScoped<InternalStore>()
        .AddScoped<InternalEditor>()
        .AddScoped<InternalScreens>()
        .AddScoped<InternalTime>()
        .AddScoped<IReminderSource, InternalReminders>()
        .AddSingleton(InternalReminders.Notice)
        .AddSingleton(new MenuEntry("/calendar", "Calendar", "calendar", 15, _ => true));

    public static void MapCalendar(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/calendar");
        screens.MapGet("", CalendarEndpoints.ShowAsync);
        screens.MapGet("/events", CalendarEndpoints.EventsAsync);
        screens.MapPost("/{id:long}/move", CalendarEndpoints.MoveAsync);
        screens.MapGet("/internal/new", InternalEndpoints.NewAsync);
        screens.MapPost("/internal", InternalEndpoints.CreateAsync);
        screens.MapGet("/internal/{id:long}", InternalEndpoints.ShowAsync);
        screens.MapPost("/internal/{id:long}", InternalEndpoints.EditAsync);
        screens.MapPost("/internal/{id:long}/done", InternalEndpoints.DoneAsync);
        screens.MapPost("/internal/{id:long}/cancel", InternalEndpoints.CancelAsync);
        screens.MapPost("/internal-{id:long}/move", InternalEndpoints.MoveAsync);
        screens.MapGet("/time", WorkScreens.TimeAsync);
        screens.MapGet("/control", WorkScreens.ControlAsync);
        screens.MapGet("/control/{of:long}/{part}", WorkScreens.ControlListAsync);
        screens.MapPost("/feed", FeedEndpoints.MakeAsync);
        screens.MapPost("/feed/revoke", FeedEndpoints.RevokeAsync);
        screens.MapGet("/feed/{token}.ics", FeedEndpoints.ReadAsync).AllowAnonymous();
    }
}
