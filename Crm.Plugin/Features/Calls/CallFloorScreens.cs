using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Calls;

/// <summary>The queue as it is now, and the figures of some days.</summary>
internal static class CallFloorScreens
{
    /// <summary>Everybody's for who reviews everybody's work, else one's own.</summary>
    private static string? Usual(string? who, CurrentUser user) => string.IsNullOrEmpty(who) && user.MayReview ? "all" : who;

    public static async Task<IResult> ShowAsync(HttpRequest request, string? who, CallFloor floor, CurrentUser user, Show show, TimeProvider clock, CancellationToken cancellation)
    {
        var form = new InteractionForm().With([.. request.Query.Where(q => q.Key is "period" or "from" or "to").Select(q => (q.Key, q.Value.ToString()))]);
        var (period, refusals) = CallPeriod.Read(form, show.Today);
        var whose = MyDayFeature.Whose(Usual(who, user), user);
        if (refusals.Count > 0)
        {
            request.HttpContext.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        var (figures, isCut) = await floor.FiguresAsync(whose, period, cancellation);
        return Screen.Of<CallFloorPage>(new
        {
            Live = await floor.GoingOnAsync(whose, clock.GetUtcNow(), cancellation),
            Figures = figures,
            IsCut = isCut,
            Period = period,
            Form = form,
            Refusals = refusals,
            Who = who,
        });
    }

    public static async Task<IResult> LiveAsync(string? who, CallFloor floor, CurrentUser user, TimeProvider clock, CancellationToken cancellation) =>
        Screen.Of<CallQueue>(new { Live = await floor.GoingOnAsync(MyDayFeature.Whose(Usual(who, user), user), clock.GetUtcNow(), cancellation), Who = who });
}
