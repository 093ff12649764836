using System.Globalization;
using Crm.Plugin.Features.ContactLog;
using Crm.Plugin.Features.Duplicates;
using Crm.Plugin.Features.MyDay;
using Crm.Plugin.Security;
using Crm.Plugin.Shell;
using Crm.Plugin.Storage;
using Microsoft.EntityFrameworkCore;

namespace Crm.Plugin.Features.Prospects;

/// <summary>The list and the form.</summary>
internal static class ProspectScreens
{
    private const int PageSize = 50;

    public static async Task<IResult> ListAsync(
        HttpRequest request, string? state, string? q, string? who, bool? noNext, long? before, ProspectList list, InteractionChoices choices, CurrentUser user, CancellationToken cancellation)
    {
        var filter = new ProspectFilter(
            StateOf(state), q is null ? "" : q.Length > 200 ? q[..200] : q.Trim(), string.IsNullOrEmpty(who) || who == "all" ? null : MyDayFeature.Whose(who, user), noNext == true);
        var rows = await list.ReadAsync(filter, before, PageSize + 1, cancellation);
        var next = rows.Count <= PageSize ? null
            : string.Create(CultureInfo.InvariantCulture, $"/prospects?state={state}&q={Uri.EscapeDataString(filter.Text)}&who={who}&noNext={(filter.WithoutNextStep ? "true" : "")}&before={rows[PageSize - 1].Number}");
        rows = [.. rows.Take(PageSize)];
        return request.IsPart()
            ? Screen.Of<ProspectRows>(new { Rows = rows, Next = next, IsFirst = before is null })
            : Screen.Of<ProspectsPage>(new { Rows = rows, Next = next, Filter = filter, Who = who, Users = user.Role == Role.SalesManager ? [] : await choices.UsersAsync(cancellation) });
    }

    /// <summary>The open ones unless another is asked for.</summary>
    private static ProspectState? StateOf(string? asked) => asked switch { "all" => null, "given-up" => ProspectState.GivenUp, "converted" => ProspectState.Converted, _ => ProspectState.Open };

    public static async Task<IResult> NewAsync(HttpRequest request, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var phone = request.Query["phone"].ToString();
        return Screen.Of<ProspectPage>(new
        {
            Form = new InteractionForm { ["phone"] = phone.Length > 100 ? phone[..100] : phone, ["responsible"] = user.Id.ToString(CultureInfo.InvariantCulture) },
            Users = await UsersAsync(database, user, user.Id, cancellation),
        });
    }

    public static async Task<IResult> AddAsync(HttpContext http, ProspectStore prospects, DuplicateStore duplicates, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation));
        var refusals = new List<Refusal>();
        var draft = ProspectForm.Read(form, refusals);
        var likely = refusals.Count > 0 ? [] : await ProspectLikeness.FindAsync(duplicates, form, draft, cancellation);
        if (refusals.Count == 0 && likely.Count == 0)
        {
            var outcome = await prospects.AddAsync(draft, cancellation);
            if (outcome.Refusals.Count == 0)
            {
                return TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{outcome.Id}"));
            }

            refusals.AddRange(outcome.Refusals);
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<ProspectPage>(new { Form = form, Users = await UsersAsync(database, user, user.Id, cancellation), Refusals = refusals, Likely = likely });
    }

    public static async Task<IResult> EditAsync(long id, ProspectStore prospects, CrmDbContext database, CurrentUser user, CancellationToken cancellation) =>
        await prospects.FindToWriteAsync(id, cancellation) is { Party.IsProspect: true } prospect
            ? Screen.Of<ProspectPage>(new { Form = ProspectForm.Of(prospect), Users = await UsersAsync(database, user, prospect.Record.ResponsibleId, cancellation), Of = (long?)id })
            : Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });

    public static async Task<IResult> SaveAsync(long id, HttpContext http, ProspectStore prospects, CrmDbContext database, CurrentUser user, CancellationToken cancellation)
    {
        if (await prospects.FindToWriteAsync(id, cancellation) is not { } prospect)
        {
            return Screen.Of<MessagePage>(new { Status = StatusCodes.Status404NotFound });
        }

        var form = InteractionForm.From(await http.Request.ReadFormAsync(cancellation)).With(("name", ""));
        var refusals = new List<Refusal>();
        var draft = ProspectForm.Read(form, refusals);
        if (refusals.Count == 0)
        {
            refusals.AddRange((await prospects.EditAsync(prospect, draft, cancellation)).Refusals);
        }

        if (refusals.Count == 0)
        {
            return TypedResults.LocalRedirect(string.Create(CultureInfo.InvariantCulture, $"/counterparties/{id}"));
        }

        http.Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Screen.Of<ProspectPage>(new { Form = form, Users = await UsersAsync(database, user, prospect.Record.ResponsibleId, cancellation), Refusals = refusals, Of = (long?)id });
    }

    /// <summary>Colleagues whose counterparties the user may change, and whoever is responsible now.</summary>
    private static async Task<IReadOnlyList<Choice>> UsersAsync(CrmDbContext database, CurrentUser user, long now, CancellationToken cancellation) =>
        [.. (await database.Set<UserAccount>().Where(u => u.IsActive || u.Id == now).OrderBy(u => u.Name).Take(500).Select(u => new { u.Id, u.Name, u.Login }).ToListAsync(cancellation))
            .Where(u => u.Id == now || Reach.Covers(user.Rights.WriteScope, user, u.Login)).Select(u => new Choice(u.Id, u.Name))];
}
