using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;

namespace Crm.Plugin.Features.Handover;

/// <summary>Giving one user's open work to another.</summary>
internal static class HandoverFeature
{
    public const string SameUser = "Choose somebody else: the work is with this user already.";
    public const string NoUser = "Choose a user.";
    public const string Changed = "Meanwhile there are other records than you saw. Look at the figures again, and then give them over.";
    public const string Nothing = "Nothing is open here that could be given over.";
    public const string UndoneBefore = "This was taken back before.";
    public const string TextTooLong = "At most 200 characters.";

    public static IServiceCollection AddHandover(this IServiceCollection services) => services.AddScoped<HandoverStore>();

    public static void MapHandover(this IEndpointRouteBuilder routes)
    {
        var screens = routes.MapGroup("/handover").RequireAuthorization(Policies.Review);
        screens.MapGet("", ShowAsync);
        screens.MapPost("", MoveAsync);
        screens.MapPost("/{id:long}/undo", UndoAsync);
    }

    private static async Task<IResult> ShowAsync(HttpContext http, HandoverStore store, CancellationToken cancellation)
    {
        var form = new InteractionForm().With([.. http.Request.Query.Where(q => q.Key is "from" or "to" or "q" or "importance" or "stage" or "made").Select(q => (q.Key, q.Value.ToString()))]);
        var isAsked = form["from"].Length > 0 || form["to"].Length > 0;
        var (wish, refusals) = isAsked ? await ReadAsync(form, store, cancellation) : (null, []);
        return await PageAsync(http, form, wish, refusals, store, cancellation);
    }

    private static async Task<IResult> MoveAsync(HttpContext http, HandoverStore store, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var (wish, refusals) = await ReadAsync(form, store, cancellation);
        if (wish is not null)
        {
            var expected = int.TryParse(form["expected"], NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1;
            if (await store.MoveAsync(wish, expected, cancellation) is { } made)
            {
                return TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/handover?made={made}"));
            }

            refusals = [new("expected", expected == 0 ? Nothing : Changed)];
        }

        return await PageAsync(http, form, wish, refusals, store, cancellation);
    }

    private static async Task<IResult> UndoAsync(long id, HttpContext http, HandoverStore store, CancellationToken cancellation) => await store.UndoAsync(id, cancellation)
        ? TypedResults.LocalRedirect("/handover")
        : await PageAsync(http, new(), null, [new("expected", UndoneBefore)], store, cancellation);

    private static async Task<IResult> PageAsync(HttpContext http, InteractionForm form, HandoverWish? wish, IReadOnlyList<Refusal> refusals, HandoverStore store, CancellationToken cancellation)
    {
        if (refusals.Count > 0)
        {
            http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        }

        var (givers, receivers) = await store.UsersAsync(cancellation);
        return Screen.Of<HandoverPage>(new
        {
            Form = form,
            Refusals = refusals,
            Counts = wish is null ? null : await store.CountAsync(wish, cancellation),
            Givers = givers,
            Receivers = receivers,
            Latest = await store.LatestAsync(cancellation),
        });
    }

    private static async Task<(HandoverWish? Wish, IReadOnlyList<Refusal> Refusals)> ReadAsync(InteractionForm form, HandoverStore store, CancellationToken cancellation)
    {
        var (givers, receivers) = await store.UsersAsync(cancellation);
        var refusals = new List<Refusal>();
        var from = User("from", givers);
        var to = User("to", receivers);
        if (from != 0 && from == to)
        {
            refusals.Add(new("to", SameUser));
        }

        if (form["q"].Length > 200)
        {
            refusals.Add(new("q", TextTooLong));
        }

        var wish = new HandoverWish(from, to, form["q"].Trim(), Number("importance", 3), Number("stage", 4));
        return (refusals.Count > 0 ? null : wish, refusals);

        long User(string field, IReadOnlyList<Choice> among)
        {
            if (long.TryParse(form[field], NumberStyles.None, CultureInfo.InvariantCulture, out var id) && among.Any(u => u.Id == id))
            {
                return id;
            }

            refusals.Add(new(field, NoUser));
            return 0;
        }

        short? Number(string field, short most)
        {
            var typed = form[field];
            if (typed.Length == 0)
            {
                return null;
            }

            if (short.TryParse(typed, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= most)
            {
                return number;
            }

            refusals.Add(new(field, RefusalTexts.NotListed));
            return null;
        }
    }
}
